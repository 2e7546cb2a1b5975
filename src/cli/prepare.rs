//! From settings to a run that can begin: scenarios read, a server found or started.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use regex::Regex;
use reqwest::Url;

use super::Environment;
use super::args::RunArguments;
use super::exit::Exit;
use super::last_run::LastRun;
use super::output::Output;
use super::settings::{Place, Selection, ServerAddress, Settings, SettingsError};
use crate::api::client::Client;
use crate::api::token::Credentials;
use crate::redact::{Secret, places};
use crate::runner::{Exercises, Run, Surveyor, TestId, collisions};
use crate::sandbox::definition::Flow;
use crate::sandbox::{Library, Server, ServerOptions};
use crate::scenario::entered::credentials;
use crate::scenario::{Suite, Test, discover, load};
use crate::snapshot::{Outlines, Store, UpdatePolicy};
use crate::source::{Diagnostic, Sources, canonical};

/// Bound on a scenario that sets none.
const DEFAULT_SCENARIO_TIMEOUT: Duration = Duration::from_secs(600);
/// How long a pending answer is polled, unless configured.
const DEFAULT_WAIT: Duration = Duration::from_secs(60);

/// After how long a test that still runs is told of as slow, unless configured.
const DEFAULT_SLOW: Duration = Duration::from_secs(10);

/// A run that is ready, and the sandbox that it talks to.
pub(super) struct Prepared {
    pub run: Arc<Run>,
    pub sources: Arc<Sources>,
    pub tests: Vec<TestId>,
    pub sandbox: Option<Server>,
    pub runtime: tokio::runtime::Runtime,
    /// The folder that the configuration is in, or would be.
    pub root: PathBuf,
    /// The scenario folder.
    pub scenarios: PathBuf,
    /// What the flows of the embedded sandbox were read from: digests of their definitions, by the flow's id.
    pub definitions: BTreeMap<String, String>,
    /// The address of the configured server.
    pub server: Option<String>,
    /// The environment of the configuration that was chosen.
    pub chosen: Option<String>,
    /// After how long a test that still runs is told of as slow; zero for never.
    pub slow: Duration,
    /// How long the run may take as a whole.
    pub global_timeout: Option<Duration>,
    /// Whether it is told how much is asked of the server.
    pub verbose: bool,
}

impl Prepared {
    /// Leaves only the tests of a flow, by its alias or its id; gives all that it is called.
    pub fn keep_own(&mut self, flow: &str) -> Vec<String> {
        let run = &self.run;
        let id = run.flows.get(flow).map_or(flow, String::as_str);
        let is_own = |scenario: &crate::scenario::Scenario| {
            // Which flow a template names is known only when it runs.
            let Some(named) = scenario.flow.as_literal() else { return true };
            named.as_str().is_some_and(|named| run.flows.get(named).map_or(named, String::as_str) == id)
        };
        let own: Vec<_> = self.tests.iter().copied().filter(|test| is_own(run.test(*test).scenario)).collect();
        let aliases = run.flows.iter().filter(|(_, other)| *other == id).map(|(alias, _)| alias.clone());
        let names = aliases.chain([id.to_owned()]).collect();
        self.tests = own;
        names
    }
}

/// Shows why a command cannot begin.
pub(super) fn refuse(error: SettingsError, output: &Output, sources: &Sources) -> Exit {
    match error {
        SettingsError::Usage(message) => output.complain(&format!("error: {message}")),
        SettingsError::Mistakes(mistakes) => output.mistakes(&mistakes, sources),
    }
    Exit::Usage
}

/// What lies in a scenario folder, read and checked.
pub(super) struct Folder {
    pub suite: Suite,
    pub library: Library,
    /// Whether the suite is all that lies in the folder.
    pub whole: bool,
}

/// Reads the scenarios of a place and its flow definitions; the mistakes of all are shown together.
pub(super) fn read_folder(place: &Place, sources: &mut Sources, output: &Output) -> Result<Folder, Exit> {
    gather(place, sources, output).map_err(|mistakes| {
        output.mistakes(&mistakes, sources);
        Exit::Invalid
    })
}

/// Reads the scenarios of a place and its flow definitions, or gives the mistakes of all, with what is secret in them masked
/// from then on.
pub(super) fn gather(place: &Place, sources: &mut Sources, output: &Output) -> Result<Folder, Vec<Diagnostic>> {
    let found = discover(&place.root, sources);
    let chosen: Vec<PathBuf> = place.selections.iter().map(|selection| canonical(&selection.path)).collect();
    let whole = chosen.contains(&canonical(&place.root));
    let wanted = |file: &Path| whole || chosen.iter().any(|chosen| canonical(file).starts_with(chosen));
    let suite = load(&found, &wanted, sources);
    let library = crate::sandbox::load(sources, &found.flows);
    let mut mistakes = Vec::new();
    match (suite, library) {
        (Ok(suite), Ok(library)) => {
            mistakes.extend(collisions(&suite));
            if mistakes.is_empty() {
                return Ok(Folder { suite, library, whole });
            }
        }
        (suite, library) => {
            mistakes.extend(library.err().unwrap_or_default());
            mistakes.extend(suite.err().unwrap_or_default());
        }
    }
    learn_secrets(sources, output);
    Err(mistakes)
}

/// The definitions for the sandbox, where that is the API.
pub(super) fn definitions(
    place: &Place,
    settings: &Settings,
    sources: &mut Sources,
    output: &Output,
) -> Result<Library, Exit> {
    let flows = if settings.server.is_none() { discover(&place.root, sources).flows } else { Vec::new() };
    let library = crate::sandbox::load(sources, &flows);
    learn_secrets(sources, output);
    library.map_err(|mistakes| {
        output.mistakes(&mistakes, sources);
        Exit::Invalid
    })
}

/// Masks the secrets of the sandbox's settings in whatever is shown.
pub(super) fn learn_secrets(sources: &Sources, output: &Output) {
    crate::sandbox::secrets(sources).iter().for_each(|secret| output.redactor.add(secret));
}

/// Masks what the scenarios hold of secrets before anything is shown: the variables that they name as `secret`, and the
/// credentials that are written out in them. A name or a title may hold one that is only read later.
fn learn_written(suite: &Suite, sources: &Sources, environment: &Environment, output: &Output) {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\bsecret(?:\.|\[\s*['"])([A-Za-z_][A-Za-z0-9_]*)"#).expect("the pattern is a constant")
    });
    // Most files name none, and then the pattern is not even compiled.
    for source in sources.all().filter(|source| source.text.contains("secret")) {
        let names = NAMED.captures_iter(&source.text).filter_map(|found| found.get(1));
        let values = names.filter_map(|name| environment.variables.get(name.as_str()));
        values.for_each(|value| output.redactor.add(value));
    }
    let mut learn = |name: &str, value: &str| {
        places::header_secrets(name, value).iter().for_each(|secret| output.redactor.add(secret));
    };
    suite.scenarios.iter().for_each(|scenario| credentials(scenario, &mut learn));
}

/// Makes everything ready for a run.
pub(super) fn prepare(environment: &Environment, arguments: &RunArguments, output: &Output) -> Result<Prepared, Exit> {
    let mut sources = Sources::default();
    let place = super::settings::place(&arguments.select, &arguments.target)
        .map_err(|error| refuse(error, output, &sources))?;
    let settings =
        Settings::resolve(environment, &arguments.target, &arguments.server, &place, &output.redactor, &mut sources);
    let mut settings = settings.map_err(|error| refuse(error, output, &sources))?;
    let Folder { suite, library, whole } = read_folder(&place, &mut sources, output)?;
    learn_written(&suite, &sources, environment, output);
    let definitions = digests(&library);
    let variable = |name: &str| environment.variables.get(name).cloned();
    let policy = UpdatePolicy::resolve(&variable, arguments.update).map_err(|error| usage(output, &error))?;
    let Connection { client, sandbox, runtime } = connect(&mut settings, library, arguments.libtest.list, output)?;
    let root = super::settings::store_root(&place);
    let run = Run {
        suite,
        client,
        flows: Arc::new(std::mem::take(&mut settings.flows)),
        world: settings.world.clone(),
        wait: settings.config.wait.unwrap_or(DEFAULT_WAIT),
        poll: settings.config.poll.unwrap_or_default(),
        timeout: settings.config.scenario_timeout.unwrap_or(DEFAULT_SCENARIO_TIMEOUT),
        retries: arguments.retries.or(settings.config.scenario_retries).unwrap_or(0),
        // Behind the embedded sandbox there is nobody whose data could be touched.
        allow_live: arguments.server.allow_live || settings.server.is_none(),
        snapshots: settings.snapshots.clone(),
        store: Store::from_env(&variable, root.clone()),
        outlines: Outlines::default(),
        policy,
        whole,
        keep_exchanges: arguments.reports.shows_exchanges(),
        // What was entered in one step may be told of in a later one.
        note_entered: arguments.reports.mask_data,
        exercises: arguments.reports.any().then(Exercises::default),
        surveyor: Surveyor::default(),
    };
    if let Some(file) = no_scenario(&run, &place, &sources) {
        let why = format!("{} is no scenario; run one that uses it", file.display());
        output.complain(&format!("error: {why}"));
        return Err(Exit::Usage);
    }
    let mut tests = select(&run, &place, arguments, &sources);
    if arguments.failed {
        let last = LastRun::read(&root).map_err(|error| usage(output, &error))?;
        tests.retain(|id| last.failed(&output.redactor.mask(&run.test(*id).name())));
    }
    let server = settings.server.as_ref().map(|server| server.base_url.to_string());
    let chosen = arguments.target.env.as_deref().or_else(|| environment.variable("DRAFTGATE_ENV"));
    Ok(Prepared {
        run: Arc::new(run),
        sources: Arc::new(sources),
        tests,
        sandbox,
        runtime,
        root,
        scenarios: place.root,
        definitions,
        server,
        chosen: chosen.map(str::to_owned),
        slow: settings.config.slow.unwrap_or(DEFAULT_SLOW),
        global_timeout: arguments.global_timeout.or(settings.config.global_timeout),
        verbose: arguments.verbose,
    })
}

fn digests(library: &Library) -> BTreeMap<String, String> {
    let of = |flow: &Flow| [&flow.draft, &flow.live].map(|one| one.as_ref().map_or("", |one| &one.digest)).join(" ");
    library.flows.iter().map(|flow| (flow.id.clone(), of(flow))).collect()
}

/// The API, within reach.
pub(super) struct Connection {
    pub client: Client,
    /// The embedded sandbox, where no server is configured.
    pub sandbox: Option<Server>,
    pub runtime: tokio::runtime::Runtime,
}

/// Makes a client of the configured server, or of the embedded sandbox, which is started then. A listing needs none.
pub(super) fn connect(
    settings: &mut Settings,
    library: Library,
    listing: bool,
    output: &Output,
) -> Result<Connection, Exit> {
    connect_with(settings, library, ServerOptions::default(), listing, output)
}

/// The same, with a sandbox that is served as is said.
pub(super) fn connect_with(
    settings: &mut Settings,
    library: Library,
    options: ServerOptions,
    listing: bool,
    output: &Output,
) -> Result<Connection, Exit> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| usage(output, &error))?;
    let (address, sandbox) = match settings.server.clone() {
        Some(address) => (Some(address), None),
        None => start_sandbox(&runtime, library, settings, options, listing, output)?,
    };
    let address = address.ok_or_else(|| usage(output, &"the sandbox has no address"))?;
    let client =
        Client::new(settings.client(address), output.redactor.clone()).map_err(|error| usage(output, &error))?;
    Ok(Connection { client, sandbox, runtime })
}

fn usage(output: &Output, error: &dyn std::fmt::Display) -> Exit {
    output.complain(&format!("error: {error}"));
    Exit::Usage
}

/// Starts the embedded sandbox with the flow definitions that lie among the scenarios. A listing needs none.
fn start_sandbox(
    runtime: &tokio::runtime::Runtime,
    library: Library,
    settings: &mut Settings,
    options: ServerOptions,
    listing: bool,
    output: &Output,
) -> Result<(Option<ServerAddress>, Option<Server>), Exit> {
    name_flows(&library, &mut settings.flows);
    if settings.credentials.is_none() {
        settings.credentials = library.account.clients.first().map(|client| {
            output.redactor.add(&client.client_secret);
            Credentials {
                client_id: client.client_id.clone(),
                client_secret: Secret::new(client.client_secret.as_str()),
                scope: client.scope.clone(),
            }
        });
    }
    if listing {
        let nowhere = Url::parse("http://127.0.0.1:9/").map_err(|error| usage(output, &error))?;
        return Ok((
            Some(ServerAddress { base_url: nowhere.clone(), export_url: nowhere.clone(), token_url: nowhere }),
            None,
        ));
    }
    let server = runtime.block_on(Server::start(library, options)).map_err(|error| usage(output, &error))?;
    let parse = |url: String| Url::parse(&url).map_err(|error| usage(output, &error));
    let address = ServerAddress {
        base_url: parse(server.base_url())?,
        export_url: parse(server.export_url())?,
        token_url: parse(server.token_url())?,
    };
    Ok((Some(address), Some(server)))
}

/// A definition's name is an alias of its id, unless the configuration says otherwise.
pub(super) fn name_flows(library: &Library, flows: &mut HashMap<String, String>) {
    for flow in &library.flows {
        for definition in [&flow.draft, &flow.live].into_iter().flatten() {
            flows.entry(definition.name.clone()).or_insert_with(|| flow.id.clone());
        }
    }
}

/// A file that was chosen and is none of the scenarios.
fn no_scenario<'a>(run: &Run, place: &'a Place, sources: &Sources) -> Option<&'a Path> {
    let chosen = place.selections.iter().map(|selection| selection.path.as_path());
    let chosen: Vec<&Path> = chosen.filter(|path| path.is_file()).collect();
    if chosen.is_empty() {
        return None;
    }
    let files: HashSet<PathBuf> =
        run.suite.scenarios.iter().map(|scenario| canonical(sources.path(scenario.span.source))).collect();
    chosen.into_iter().find(|path| !files.contains(&canonical(path)))
}

/// The tests that paths, lines, tags and filters choose. libtest's own flags are left to libtest-mimic.
fn select(run: &Run, place: &Place, arguments: &RunArguments, sources: &Sources) -> Vec<TestId> {
    let filters = &place.filters;
    let by_name = |name: &str| match arguments.libtest.exact {
        true => filters.iter().any(|filter| filter == name),
        false => filters.iter().any(|filter| name.contains(filter.as_str())),
    };
    run.tests()
        .into_iter()
        .filter(|id| {
            let test = run.test(*id);
            let tagged = arguments.tag.is_empty() || arguments.tag.iter().any(|tag| test.scenario.tags.contains(tag));
            tagged && (filters.is_empty() || by_name(&test.name())) && at_line(test, &place.selections, sources)
        })
        .collect()
}

/// Whether a test is at a chosen line: the case that begins there or before, or, outside the cases, any of its scenario.
fn at_line(test: Test<'_>, selections: &[Selection], sources: &Sources) -> bool {
    if selections.iter().all(|selection| selection.line.is_none()) {
        return true;
    }
    let source = test.scenario.span.source;
    let file = canonical(sources.path(source));
    let matching: Vec<&Selection> =
        selections.iter().filter(|selection| file.starts_with(canonical(&selection.path))).collect();
    if matching.is_empty() || matching.iter().any(|selection| selection.line.is_none()) {
        return true;
    }
    let lines = |span: crate::source::Span| {
        let text = sources.get(source);
        text.line_column(span.start as usize).0..=text.line_column(span.end as usize).0
    };
    let cases = test.scenario.cases.as_deref().unwrap_or_default();
    matching.iter().filter_map(|selection| selection.line).any(|line| {
        // Cases of a data file have their lines there.
        let stands_at = |case: &crate::scenario::Case| case.span.source == source && lines(case.span).contains(&line);
        match test.case {
            Some(case) if cases.iter().any(stands_at) => stands_at(case),
            _ => true,
        }
    })
}
