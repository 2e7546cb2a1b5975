//! A flow within reach: for the commands that go through one without a scenario.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::Environment;
use super::args::{ServerArguments, Target};
use super::exit::Exit;
use super::output::Output;
use super::prepare::{Connection, connect, definitions, refuse};
use super::settings::{BASE_URL, Place, SCENARIOS, Settings, SettingsError, default_folder, place_of_flow};
use crate::api::client::CallError;
use crate::api::language::LANGUAGES;
use crate::api::operation::Version;
use crate::compose::{Options, Treatment};
use crate::phrase::{did_you_mean, nearest};
use crate::sandbox::definition::{NodeKind, Task};
use crate::sandbox::{Library, Server};
use crate::session::driver::{CodeOf, Course};
use crate::source::{Sources, from_here};

/// How long a pending answer is polled, unless configured.
const WAIT: Duration = Duration::from_secs(60);
/// What the API answers where it knows no such flow.
pub(super) const FLOW_NOT_FOUND: i64 = 4000;

/// Which flow.
pub(super) struct Wanted<'a> {
    /// Its alias, its id, or the name of a definition for the sandbox.
    pub flow: &'a str,
    pub version: Version,
    pub language: Option<&'a str>,
}

/// A flow of a configured server, or of the embedded sandbox, which runs as long as this is held.
pub(super) struct Reached {
    pub course: Course,
    pub settings: Settings,
    pub runtime: tokio::runtime::Runtime,
    sandbox: Option<Server>,
}

impl Reached {
    /// Ends the sandbox, where there is one.
    pub fn leave(self) -> Settings {
        if let Some(sandbox) = self.sandbox {
            self.runtime.block_on(sandbox.stop());
        }
        self.runtime.shutdown_background();
        self.settings
    }
}

/// How what is done in a flow is written as a scenario: with the data that were sent, and with the fields' `rules` beside them
/// or without.
pub(super) fn options(flow: &str, settings: &Settings, rules: bool) -> Options {
    Options {
        flow: Some(flow.to_owned()),
        flows: settings.flows.clone(),
        paths: settings.config.paths.clone(),
        treatment: Treatment::Keep,
        rules,
        seed: settings.world.seed,
        today: settings.world.today(),
        unit: "call",
    }
}

/// Where the configuration is of a command that is about a flow. A server's flows need no folder of scenarios.
pub(super) fn anywhere(
    environment: &Environment,
    target: &Target,
    server: &ServerArguments,
    output: &Output,
) -> Result<Place, Exit> {
    let is_named = server.base_url.is_some() || environment.variable(BASE_URL).is_some() || target.config.is_some();
    let found = match is_named || default_folder().is_some() {
        true => place_of_flow(target),
        false => Err(SettingsError::Usage(
            "there are no scenarios here: --base-url names a server, whose flows need none; flows of the sandbox lie in \
             the folder `scenarios`"
                .to_owned(),
        )),
    };
    found.map_err(|error| refuse(error, output, &Sources::default()))
}

/// Where scenarios go by themselves: the scenario folder, which may not be there yet.
pub(super) fn scenario_folder(place: &Place) -> PathBuf {
    default_folder().map_or_else(|| PathBuf::from(SCENARIOS), |_| from_here(&place.root).to_owned())
}

/// Reaches a flow.
pub(super) fn reach(
    environment: &Environment,
    place: &Place,
    (target, server): (&Target, &ServerArguments),
    wanted: &Wanted<'_>,
    output: &Output,
) -> Result<Reached, Exit> {
    let mut sources = Sources::default();
    let settings = Settings::resolve(environment, target, server, place, &output.redactor, &mut sources);
    let mut settings = settings.map_err(|error| refuse(error, output, &sources))?;
    let library = definitions(place, &settings, &mut sources, output)?;
    let ids: Vec<String> = library.flows.iter().map(|flow| flow.id.clone()).collect();
    let codes = codes(&library);
    let Connection { client, sandbox, runtime } = connect(&mut settings, library, false, output)?;
    let id = settings.flows.get(wanted.flow).cloned().unwrap_or_else(|| wanted.flow.to_owned());
    if sandbox.is_some() && !ids.contains(&id) {
        return Err(unknown(wanted.flow, &settings, output));
    }
    let code_of: Arc<CodeOf> = Arc::new(move |step: &str| codes.get(step).cloned());
    let course = Course {
        client,
        flow: id,
        version: wanted.version,
        language: wanted.language.map(str::to_owned),
        wait: settings.config.wait.unwrap_or(WAIT),
        simulated: sandbox.is_some().then_some(code_of),
    };
    Ok(Reached { course, settings, runtime, sandbox })
}

/// Refuses a language that the API does not know.
pub(super) fn check_language(language: Option<&str>, output: &Output) -> Result<(), Exit> {
    let Some(tag) = language.filter(|tag| !LANGUAGES.contains(tag)) else { return Ok(()) };
    let advice = nearest(tag, LANGUAGES).map_or_else(|| format!("it knows {}", LANGUAGES.join(", ")), did_you_mean);
    output.complain(&format!("error: the API knows no language `{tag}`; {advice}"));
    Err(Exit::Usage)
}

/// The text messages' codes of the sandbox's flows, by the id of the step that asks for it.
fn codes(library: &Library) -> HashMap<String, String> {
    let definitions = library.flows.iter().flat_map(|flow| &flow.draft);
    let nodes = definitions.flat_map(|definition| &definition.nodes);
    nodes
        .filter_map(|node| match &node.kind {
            NodeKind::Interactive(interactive) => match &interactive.task {
                Task::Code(code) => Some((node.id.clone(), code.clone())),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

/// Says that there is no such flow, and which there are.
pub(super) fn unknown(flow: &str, settings: &Settings, output: &Output) -> Exit {
    if let Some(id) = settings.flows.get(flow) {
        let named = if id == flow { String::new() } else { format!(", for which `{flow}` stands") };
        output.complain(&format!("error: the API knows no flow `{id}`{named} ({FLOW_NOT_FOUND})"));
        return Exit::Usage;
    }
    let mut known: Vec<&str> = settings.flows.keys().map(String::as_str).collect();
    known.sort_unstable();
    let near = nearest(flow, known.iter().copied()).map(|near| format!("; {}", did_you_mean(near)));
    let known = match known[..] {
        [] => "the configuration names none".to_owned(),
        _ => format!("there are {}", known.join(", ")),
    };
    output.complain(&format!("error: there is no flow `{}`{}\n  {known}", flow, near.unwrap_or_default()));
    Exit::Usage
}

/// Says that a call got no answer.
pub(super) fn unreachable_api(error: &CallError, output: &Output) -> Exit {
    output.complain(&format!("error: {} {}: {error}", error.request.method, error.request.url));
    Exit::Broken
}
