//! Reading a flow's nodes, before their names are followed.

use std::time::Duration;

use super::elements;
use super::expression::Expression;
use super::ident::{Ids, snake_case};
use super::interactive::interactive;
use super::model::{Branch, Ending, Form, Next, Node, NodeKind, Verdict};
use super::reader::Reader;
use super::service::{Failure, SERVICE_TYPES, Service};
use crate::api::codes;
use crate::source::{Diagnostic, Span, nearest};
use crate::yaml::{self, Kind, Mapping};

/// The key that says what a node is, by which it also gets its name.
const KINDS: [&str; 7] = ["form", "service", "interactive", "condition", "accept", "reject", "end"];
/// What `next: end` means, unless a node has that name.
pub(super) const END: &str = "end";

/// A node whose ways still lead to names.
pub(super) struct Draft {
    pub(super) node: Node,
    /// Where its name stands.
    pub(super) span: Span,
    pub(super) next: Way,
    /// For a condition.
    pub(super) then: Way,
    /// What its expressions ask for.
    pub(super) asks: Vec<Ask>,
}

/// Where a way leads, as the author wrote it.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// To the node that follows in the file.
    Following,
    /// To END.
    End,
    /// To the node of this name.
    To(String, Span),
}

/// Reads one node.
pub(super) fn read(reader: &mut Reader<'_>, ids: &Ids, node: &yaml::Node) -> Option<Draft> {
    let mut map = reader.map(node, "a node, such as `form: personal`")?;
    let mut found =
        KINDS.iter().filter_map(|kind| map.take_entry(kind).map(|entry| (*kind, entry))).collect::<Vec<_>>();
    if found.len() != 1 {
        reader.report(kind_mistake(&map, node.span, &found));
        return None;
    }
    let (kind, (key_node, name_node)) = found.remove(0);
    let (name, span) = match &name_node.kind {
        Kind::Null => (kind.to_owned(), key_node.span),
        _ => (reader.text_of(name_node)?, name_node.span),
    };
    if snake_case(&name).is_empty() {
        reader.report(Diagnostic::new(span, "the node's name has neither letter nor digit"));
    }
    let mut asks = Vec::new();
    let mut then = Way::Following;
    let mut next = None;
    let kind = match kind {
        "form" => Some(NodeKind::Form(form(reader, &mut map, ids, &name))),
        "service" => Some(NodeKind::Service(service(reader, &mut map, &SERVICE_TYPES, span, &mut asks))),
        "interactive" => interactive(reader, &mut map, ids, &name, span, &mut asks).map(NodeKind::Interactive),
        "condition" => {
            let (when, ways) = condition(reader, &mut map, span, &mut asks);
            then = ways.0;
            next = Some(ways.1);
            when.map(|when| NodeKind::Condition(Branch { when, then: Next::End }))
        }
        "accept" | "reject" => {
            next = Some(Way::End);
            Some(NodeKind::Verdict(if kind == "accept" { Verdict::Accept } else { Verdict::Reject }))
        }
        _ => Some(NodeKind::End(Ending {
            text: reader.text(&mut map, "text").unwrap_or_else(|| super::model::END_TEXT.to_owned()),
            redirect_url: reader.text(&mut map, "redirect_url"),
        })),
    };
    let title = reader.text(&mut map, "title").unwrap_or_else(|| name.clone());
    let goes_on = !matches!(kind, Some(NodeKind::Condition(_) | NodeKind::End(_)));
    if goes_on && let Some(written) = way(reader, &mut map, "next") {
        next = Some(written);
    }
    reader.close(map);
    let kind = kind?;
    let node =
        Node { key: snake_case(&name), id: ids.id(&["node", &name]), title, kind, next: Next::End, name: name.into() };
    Some(Draft { node, span, next: next.unwrap_or(Way::Following), then, asks })
}

type Found<'n> = (&'static str, (&'n yaml::Node, &'n yaml::Node));

fn kind_mistake(map: &Mapping<'_>, span: Span, found: &[Found<'_>]) -> Diagnostic {
    if let [first, second, ..] = found {
        return Diagnostic::new(second.1.0.span, format!("the node is both `{}` and `{}`", first.0, second.0))
            .related(first.1.0.span, "and this")
            .help("write one node for each");
    }
    let near = map.rest().iter().find_map(|(name, key, _)| Some((key.span, name, nearest(name, KINDS)?)));
    match near {
        Some((span, name, kind)) => {
            Diagnostic::new(span, format!("unknown node kind `{name}`")).help(format!("did you mean `{kind}`?"))
        }
        None => Diagnostic::new(span, "the node does not say what it is")
            .help(format!("give it a name under one of: {}", KINDS.join(", "))),
    }
}

fn way(reader: &mut Reader<'_>, map: &mut Mapping<'_>, key: &'static str) -> Option<Way> {
    let node = map.take(key)?;
    reader.text_of(node).map(|name| Way::To(name, node.span))
}

fn form(reader: &mut Reader<'_>, map: &mut Mapping<'_>, ids: &Ids, name: &str) -> Form {
    let subtitle = reader.text(map, "subtitle");
    let elements = reader.list(map, "elements").unwrap_or_default();
    Form { subtitle, elements: elements::read(reader, ids, name, elements), texts: Vec::new() }
}

/// What an expression asks for.
pub(super) struct Ask {
    /// The names, each with those below it.
    pub(super) names: Vec<String>,
    /// Where the expression stands.
    pub(super) span: Span,
    /// What it sees beside the nodes.
    pub(super) own: &'static [&'static str],
}

/// Takes an expression that sees the nodes and some names of its own.
pub(super) fn ask(
    reader: &mut Reader<'_>,
    map: &mut Mapping<'_>,
    key: &'static str,
    own: &'static [&'static str],
    asks: &mut Vec<Ask>,
) -> Option<Expression> {
    let (expression, span) = reader.expression(map, key)?;
    asks.push(Ask { names: expression.names(), span, own });
    Some(expression)
}

/// Takes the keys that every service has.
pub(super) fn service(
    reader: &mut Reader<'_>,
    map: &mut Mapping<'_>,
    known: &[&'static str],
    span: Span,
    asks: &mut Vec<Ask>,
) -> Service {
    let service_type = match map.take("type") {
        Some(node) => reader.word(node, "service type", known).unwrap_or_default(),
        None if map.nearly_has("type") => "",
        None => {
            let example = known.first().copied().unwrap_or_default();
            reader.report(Diagnostic::new(span, "the service has no type").help(format!("such as `type: {example}`")));
            ""
        }
    };
    Service {
        service_type: service_type.to_owned(),
        takes: reader.time(map, "takes").unwrap_or(Duration::ZERO),
        matches: ask(reader, map, "match", &["attempt"], asks),
        fails: failures(reader, map, asks),
    }
}

/// `fails: 4009`, `fails: { code: 4009, when: attempt == 1 }`, or a list of such.
fn failures(reader: &mut Reader<'_>, map: &mut Mapping<'_>, asks: &mut Vec<Ask>) -> Vec<Failure> {
    let Some(node) = map.take("fails") else { return Vec::new() };
    match &node.kind {
        Kind::List(items) => items.iter().filter_map(|item| failure(reader, item, asks)).collect(),
        _ => failure(reader, node, asks).into_iter().collect(),
    }
}

fn failure(reader: &mut Reader<'_>, node: &yaml::Node, asks: &mut Vec<Ask>) -> Option<Failure> {
    if !matches!(node.kind, Kind::Map(_)) {
        return Some(Failure { code: error_code(reader, node)?, when: None });
    }
    let mut fails = reader.map(node, "an error code")?;
    let code = fails.take("code");
    let when = ask(reader, &mut fails, "when", &["attempt"], asks);
    reader.close(fails);
    let Some(code) = code else {
        reader.report(Diagnostic::new(node.span, "the failure has no code").help("such as `code: 4009`"));
        return None;
    };
    Some(Failure { code: error_code(reader, code)?, when })
}

fn error_code(reader: &mut Reader<'_>, node: &yaml::Node) -> Option<u16> {
    let number = match &node.kind {
        Kind::Number(number) => number.as_i64(),
        _ => None,
    };
    let row = number.and_then(codes::lookup);
    if row.is_none() {
        let known: Vec<String> = codes::CODES.iter().map(|row| row.number.to_string()).collect();
        reader.report(
            Diagnostic::new(node.span, format!("{} is no error code of the API", node.describe()))
                .help(format!("known here: {}", known.join(", "))),
        );
    }
    row.map(|row| row.number)
}

fn condition(
    reader: &mut Reader<'_>,
    map: &mut Mapping<'_>,
    span: Span,
    asks: &mut Vec<Ask>,
) -> (Option<Expression>, (Way, Way)) {
    let before = reader.mistakes.len();
    let when = ask(reader, map, "when", &[], asks);
    if when.is_none() && reader.mistakes.len() == before && !map.nearly_has("when") {
        reader.report(Diagnostic::new(span, "the condition has no `when`").help("such as `when: person_match.match`"));
    }
    let then = way(reader, map, "then");
    let otherwise = way(reader, map, "else");
    if then.is_none() && otherwise.is_none() {
        reader.report(Diagnostic::new(span, "the condition leads nowhere").help("add `then:` or `else:`, or both"));
    }
    (when, (then.unwrap_or(Way::Following), otherwise.unwrap_or(Way::Following)))
}
