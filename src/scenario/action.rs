//! What a step can do.
//!
//! **A new action is a variant of [`Action`] and a row of [`ACTIONS`]**; the compiler leads to the rest.

use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};
use crate::template::Templated;
use crate::yaml::{Kind, Node, Reading, missing_space, not_wanted};

use super::step::{Step, read_pairs, read_time};

/// A step's action with its argument.
#[derive(Debug, Clone)]
pub enum Action {
    /// FlowStep without a session: the flow begins.
    Init,
    /// FlowStep with the session.
    Current,
    /// SubmitStep.
    Submit(Fields),
    /// Submit a file.
    Upload(Box<Upload>),
    /// getBackStep.
    Back,
    /// Make a connector token.
    Connect(Box<Connect>),
    /// Redeem a connector token.
    Redeem {
        /// The token; the one captured last when not given.
        token: Option<Templated>,
    },
    /// Link two end clients.
    Link(Box<Link>),
    /// Remove such a link.
    Unlink(Box<Link>),
    /// The client's profile from the export API.
    Profile {
        /// The client; this session when not given.
        client: Option<Templated>,
    },
    /// Fetch a client-credential token.
    Authenticate(Box<Authenticate>),
    /// Any other call.
    Request(Box<Request>),
    /// Nothing is sent for this long.
    Sleep(Templated),
    /// A fragment's steps, run in place.
    Use(Box<FragmentCall>),
}

/// What an action's answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answers {
    /// A step of the flow.
    Step,
    /// Another answer of the API.
    Other,
    /// Whatever the scenario asked for.
    Anything,
    /// A token.
    Token,
    /// There is none.
    Nothing,
}

/// The fields of a submit.
#[derive(Debug, Clone)]
pub enum Fields {
    /// Written out.
    Entries(Vec<(Templated, Templated)>),
    /// A template that gives the whole map.
    Whole(Templated),
}

/// A file for a field.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The field that takes it.
    pub field: Templated,
    /// The file's path, from the scenario's folder.
    pub file: Templated,
    /// Its media type, where the file's ending does not tell.
    pub media_type: Option<Templated>,
}

/// What a connector token is for.
#[derive(Debug, Clone)]
pub struct Connect {
    /// The client; this session when not given.
    pub client: Option<Templated>,
    /// The flow; this one when not given.
    pub flow: Option<Templated>,
}

/// Other credentials than the configured ones.
#[derive(Debug, Clone)]
pub struct Authenticate {
    /// The client's id.
    pub client_id: Option<Templated>,
    /// Its secret.
    pub client_secret: Option<Templated>,
    /// What the token is asked for.
    pub scope: Option<Templated>,
}

/// A call of whatever a scenario asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET` when not given.
    pub method: Option<Templated>,
    /// Relative to the base URL.
    pub path: Templated,
    /// Headers beside those of the step.
    pub headers: Vec<(Templated, Templated)>,
    /// The body: JSON, or a string sent as it is.
    pub body: Option<Templated>,
}

/// The two ends of a link and its type.
#[derive(Debug, Clone)]
pub struct Link {
    /// The client that it starts from.
    pub from: Option<Templated>,
    /// The client that it leads to.
    pub to: Option<Templated>,
    /// `RELATES_TO`, `DUPLICATE_OF`, `OWNS` or `OWNED_BY`.
    pub kind: Option<Templated>,
}

/// A fragment, used.
#[derive(Debug, Clone)]
pub struct FragmentCall {
    /// The fragment's path as it was written.
    pub path: String,
    /// Where it is written.
    pub path_span: Span,
    /// The parameters given, then the defaults of the others.
    pub with: Vec<(String, Span, Templated)>,
    /// The fragment's steps; empty until it is expanded.
    pub steps: Vec<Step>,
}

type Reader = fn(&Node, &mut Reading<'_>) -> Option<Action>;

/// Every action by its name, with what reads its argument.
pub const ACTIONS: &[(&str, Reader)] = &[
    ("init", |node, reading| nothing(node, reading, Action::Init)),
    ("current", |node, reading| nothing(node, reading, Action::Current)),
    ("submit", |node, reading| read_fields(node, reading).map(Action::Submit)),
    ("upload", read_upload),
    ("back", |node, reading| nothing(node, reading, Action::Back)),
    ("connect", read_connect),
    ("redeem", |node, reading| Some(Action::Redeem { token: read_only(node, "token", reading)? })),
    ("link", |node, reading| Some(Action::Link(Box::new(read_link(node, reading)?)))),
    ("unlink", |node, reading| Some(Action::Unlink(Box::new(read_link(node, reading)?)))),
    ("profile", |node, reading| Some(Action::Profile { client: read_only(node, "client", reading)? })),
    ("authenticate", read_authenticate),
    ("request", read_request),
    ("sleep", |node, reading| read_time(node, reading).map(Action::Sleep)),
    ("use", read_use),
];

/// Reads an action by its name; the argument is absent for a bare word.
pub(super) fn read(name: &str, at: &Node, argument: Option<&Node>, reading: &mut Reading<'_>) -> Option<Action> {
    let Some((_, reader)) = ACTIONS.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&'static str> = ACTIONS.iter().map(|(name, _)| *name).collect();
        let mistake = Diagnostic::mistake(Code::UnknownWord, at.span, format!("unknown action `{name}`"));
        reading.mistake(match nearest(name, names.iter().copied()) {
            Some(near) => mistake.help(did_you_mean(near)),
            None => mistake.help(format!("the actions are {}", names.join(", "))),
        });
        return None;
    };
    match argument {
        Some(argument) => reader(argument, reading),
        None => reader(&Node { span: at.span, kind: Kind::Null }, reading),
    }
}

fn nothing(node: &Node, reading: &mut Reading<'_>, action: Action) -> Option<Action> {
    let empty = match &node.kind {
        Kind::Null => true,
        Kind::Map(entries) => entries.is_empty(),
        _ => false,
    };
    if !empty {
        reading.mistake(
            Diagnostic::mistake(Code::UnwantedArgument, node.span, format!("`{}` takes no argument", action.name()))
                .help("modifiers such as `expect` stand beside the action, not below it"),
        );
    }
    Some(action)
}

fn read_fields(node: &Node, reading: &mut Reading<'_>) -> Option<Fields> {
    match &node.kind {
        Kind::String(text) if text.contains("{{") => Some(Fields::Whole(Templated::read(node, reading))),
        Kind::Map(entries) => {
            for (key, _) in entries {
                if let Some(word) =
                    key.as_str().filter(|word| matches!(*word, "expect" | "capture" | "fill" | "repeat"))
                {
                    reading.mistake(
                        Diagnostic::mistake(
                            Code::ModifierBelow,
                            key.span,
                            format!("`{word}` stands among the fields of the submit"),
                        )
                        .help(format!(
                            "a modifier stands beside `submit`, not below it; a field called so is `name:{word}`"
                        )),
                    );
                }
            }
            for (_, value) in entries {
                let Kind::Map(members) = &value.kind else { continue };
                for (_, file) in members.iter().filter(|(name, _)| name.as_str() == Some("file")) {
                    let file = Templated::read(file, reading);
                    check_file(&file, reading);
                }
            }
            Some(Fields::Entries(read_pairs(node, reading)))
        }
        Kind::Null => Some(Fields::Entries(Vec::new())),
        _ => {
            reading.mistake(not_wanted(node, "a map of fields").maybe_help(missing_space(node)));
            None
        }
    }
}

/// An argument with one key: written as a map, or as its value alone, or left out.
fn read_only(node: &Node, key: &'static str, reading: &mut Reading<'_>) -> Option<Option<Templated>> {
    match &node.kind {
        Kind::Null => Some(None),
        Kind::String(_) => Some(Some(Templated::read(node, reading))),
        _ => {
            let mut map = reading.mapping(node, &format!("`{{{key}: …}}`"))?;
            let value = map.take(key).map(|value| Templated::read(value, reading));
            reading.finish(map);
            Some(value)
        }
    }
}

/// The named keys of an argument that may be left out altogether.
fn read_keys<const N: usize>(
    node: &Node,
    keys: [&'static str; N],
    reading: &mut Reading<'_>,
) -> Option<[Option<Templated>; N]> {
    if matches!(node.kind, Kind::Null) {
        return Some([const { None }; N]);
    }
    let mut map = reading.mapping(node, &format!("a map with {}", keys.join(", ")))?;
    let values = keys.map(|key| map.take(key).map(|value| Templated::read(value, reading)));
    reading.finish(map);
    Some(values)
}

fn required(value: Option<Templated>, key: &str, node: &Node, reading: &mut Reading<'_>) -> Option<Templated> {
    if value.is_none() && !node.misspells(key) {
        let mistake = Diagnostic::mistake(Code::MissingKey, node.span, format!("`{key}` is missing"));
        reading.mistake(mistake.help(format!("write `{key}: …` beside the other keys of the action")));
    }
    value
}

fn read_upload(node: &Node, reading: &mut Reading<'_>) -> Option<Action> {
    let [field, file, media_type] = read_keys(node, ["field", "file", "type"], reading)?;
    let field = required(field, "field", node, reading);
    let file = required(file, "file", node, reading);
    file.iter().for_each(|file| check_file(file, reading));
    Some(Action::Upload(Box::new(Upload { field: field?, file: file?, media_type })))
}

/// Notes a file that is written out and is not there.
fn check_file(file: &Templated, reading: &mut Reading<'_>) {
    if let Some(path) = file.as_str()
        && !reading.folder.join(path).exists()
    {
        reading.mistake(Diagnostic::no_file(file.span, reading.folder, path));
    }
}

fn read_connect(node: &Node, reading: &mut Reading<'_>) -> Option<Action> {
    let [client, flow] = read_keys(node, ["client", "flow"], reading)?;
    Some(Action::Connect(Box::new(Connect { client, flow })))
}

fn read_link(node: &Node, reading: &mut Reading<'_>) -> Option<Link> {
    let [from, to, kind] = read_keys(node, ["from", "to", "type"], reading)?;
    Some(Link { from, to, kind })
}

fn read_authenticate(node: &Node, reading: &mut Reading<'_>) -> Option<Action> {
    let [client_id, client_secret, scope] = read_keys(node, ["client_id", "client_secret", "scope"], reading)?;
    Some(Action::Authenticate(Box::new(Authenticate { client_id, client_secret, scope })))
}

fn read_request(node: &Node, reading: &mut Reading<'_>) -> Option<Action> {
    let mut map = reading.mapping(node, "`{method, path, headers, body}`")?;
    let method = map.take("method").map(|value| Templated::read(value, reading));
    let path = map.take("path").map(|value| Templated::read(value, reading));
    let headers = map.take("headers").map(|value| read_pairs(value, reading)).unwrap_or_default();
    let body = map.take("body").map(|value| Templated::read(value, reading));
    reading.finish(map);
    let path = required(path, "path", node, reading)?;
    if let Some(text) = path.as_str()
        && text.contains("://")
    {
        let help = "a path is relative to server.base_url, so that nothing is sent anywhere else";
        reading.mistake(Diagnostic::mistake(Code::OtherServer, path.span, format!("{text:?} is no path")).help(help));
    }
    Some(Action::Request(Box::new(Request { method, path, headers, body })))
}

fn read_use(node: &Node, reading: &mut Reading<'_>) -> Option<Action> {
    let call = |node: &Node, path: &str, with| {
        let call = FragmentCall { path: path.to_owned(), path_span: node.span, with, steps: Vec::new() };
        Action::Use(Box::new(call))
    };
    if let Some(path) = node.as_str() {
        return Some(call(node, path, Vec::new()));
    }
    let mut map = reading.mapping(node, "a fragment's path, or `{fragment, with}`")?;
    let fragment = map.take("fragment");
    let with = map.take("with");
    reading.finish(map);
    let Some(fragment) = fragment else {
        reading.mistake(
            Diagnostic::mistake(Code::MissingKey, node.span, "`fragment` is missing")
                .help("such as `use: { fragment: parts/details.yaml }`"),
        );
        return None;
    };
    let path = reading.string(fragment, "a fragment's path")?.to_owned();
    let mut values = Vec::new();
    if let Some(with) = with.and_then(|with| reading.mapping(with, "a map of parameters")) {
        for (name, key, value) in with.rest() {
            values.push((name.clone(), key.span, Templated::read(value, reading)));
        }
    }
    Some(call(fragment, &path, values))
}

impl Action {
    /// Its name in a scenario.
    pub fn name(&self) -> &'static str {
        match self {
            Action::Init => "init",
            Action::Current => "current",
            Action::Submit(_) => "submit",
            Action::Upload { .. } => "upload",
            Action::Back => "back",
            Action::Connect { .. } => "connect",
            Action::Redeem { .. } => "redeem",
            Action::Link(_) => "link",
            Action::Unlink(_) => "unlink",
            Action::Profile { .. } => "profile",
            Action::Authenticate { .. } => "authenticate",
            Action::Request { .. } => "request",
            Action::Sleep(_) => "sleep",
            Action::Use(_) => "use",
        }
    }

    /// What comes back: the one place that says how an action's answer is treated.
    fn answers(&self) -> Answers {
        match self {
            Action::Init | Action::Current | Action::Submit(_) | Action::Back => Answers::Step,
            Action::Upload { .. }
            | Action::Connect { .. }
            | Action::Redeem { .. }
            | Action::Link(_)
            | Action::Unlink(_)
            | Action::Profile { .. } => Answers::Other,
            Action::Request { .. } => Answers::Anything,
            Action::Authenticate { .. } => Answers::Token,
            Action::Sleep(_) | Action::Use(_) => Answers::Nothing,
        }
    }

    /// Whether its answer is a step of the flow, which may be pending and is then polled.
    pub fn answers_with_a_step(&self) -> bool {
        self.answers() == Answers::Step
    }

    /// Whether its answer is one whose shape the API's reference promises.
    pub fn is_of_the_api(&self) -> bool {
        matches!(self.answers(), Answers::Step | Answers::Other)
    }

    /// Whether its answer is compared with a snapshot. Tokens of the authorization server are nobody's to keep.
    pub fn has_snapshot(&self) -> bool {
        !matches!(self.answers(), Answers::Token | Answers::Nothing)
    }

    /// Every templated value of the argument. A fragment's own steps are not among them.
    pub(super) fn each_value(&self, see: &mut dyn FnMut(&Templated)) {
        let mut each =
            |values: &[&Option<Templated>]| values.iter().filter_map(|value| value.as_ref()).for_each(&mut *see);
        match self {
            Action::Init | Action::Current | Action::Back => {}
            Action::Submit(Fields::Whole(value)) | Action::Sleep(value) => see(value),
            Action::Submit(Fields::Entries(entries)) => {
                entries.iter().flat_map(|(key, value)| [key, value]).for_each(see)
            }
            Action::Upload(upload) => {
                [&upload.field, &upload.file].into_iter().chain(&upload.media_type).for_each(see);
            }
            Action::Connect(connect) => each(&[&connect.client, &connect.flow]),
            Action::Redeem { token } => each(&[token]),
            Action::Link(link) | Action::Unlink(link) => each(&[&link.from, &link.to, &link.kind]),
            Action::Profile { client } => each(&[client]),
            Action::Authenticate(other) => each(&[&other.client_id, &other.client_secret, &other.scope]),
            Action::Request(request) => {
                let Request { method, path, headers, body } = &**request;
                let pairs = headers.iter().flat_map(|(name, value)| [name, value]);
                std::iter::once(path).chain(method).chain(pairs).chain(body).for_each(see);
            }
            Action::Use(call) => call.with.iter().for_each(|(_, _, value)| see(value)),
        }
    }
}
