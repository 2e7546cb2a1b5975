//! `draftgate new`: a first scenario of a flow, from a walk through it.

use std::collections::HashMap;
use std::time::Duration;

use super::Environment;
use super::args::{Filling, NewArguments};
use super::exit::Exit;
use super::output::Output;
use super::prepare::{Connection, connect, definitions, refuse};
use super::settings::{Settings, place};
use super::written::{Goal, deliver, goal, must_be_free, next_steps};
use crate::api::client::CallError;
use crate::api::language::LANGUAGES;
use crate::compose::walk::{Stop, Walk, Walked};
use crate::compose::{Composed, Options, Treatment, compose};
use crate::phrase::{counted, did_you_mean, nearest};
use crate::sandbox::Library;
use crate::sandbox::definition::{NodeKind, Task};
use crate::scenario::Fill;
use crate::source::Sources;

/// How long a pending answer is polled, unless configured.
const WAIT: Duration = Duration::from_secs(60);
/// What a flow answers that is begun by a connector token only.
const NEEDS_TOKEN: [i64; 2] = [4005, 4102];
/// The flow that is unknown.
const FLOW_NOT_FOUND: i64 = 4000;

/// Writes a first scenario.
pub(super) fn new(environment: &Environment, arguments: &NewArguments, output: &Output) -> Exit {
    match try_new(environment, arguments, output) {
        Ok(()) => Exit::Passed,
        Err(exit) => exit,
    }
}

fn try_new(environment: &Environment, arguments: &NewArguments, output: &Output) -> Result<(), Exit> {
    let mut sources = Sources::default();
    let place = place(&[], &arguments.target).map_err(|error| refuse(error, output, &sources))?;
    check_language(arguments.language.as_deref(), output)?;
    let goal = goal(environment, &arguments.written, &place.root, &arguments.flow, output)?;
    must_be_free(&goal, arguments.written.force, output)?;
    let settings =
        Settings::resolve(environment, &arguments.target, &arguments.server, &place, &output.redactor, &mut sources);
    let mut settings = settings.map_err(|error| refuse(error, output, &sources))?;
    let library = definitions(&place, &settings, &mut sources, output)?;
    let ids: Vec<String> = library.flows.iter().map(|flow| flow.id.clone()).collect();
    let codes = codes(&library);
    let Connection { client, sandbox, runtime } = connect(&mut settings, library, false, output)?;
    let id = settings.flows.get(&arguments.flow).cloned().unwrap_or_else(|| arguments.flow.clone());
    if sandbox.is_some() && !ids.contains(&id) {
        return Err(unknown(arguments, &settings, output));
    }
    let code_of = move |step: &str| codes.get(step).cloned();
    let walk = Walk {
        client: &client,
        flow: id,
        language: arguments.language.clone(),
        fill: if arguments.fill == Filling::Valid { Fill::Valid } else { Fill::Minimal },
        seed: settings.world.seed,
        today: settings.world.today(),
        wait: settings.config.wait.unwrap_or(WAIT),
        simulated: sandbox.is_some().then_some(&code_of),
    };
    let walked = runtime.block_on(walk.walk());
    if let Some(sandbox) = sandbox {
        runtime.block_on(sandbox.stop());
    }
    runtime.shutdown_background();
    let walked = walked.map_err(|error| unreachable_api(&error, output))?;
    if matches!(walked.stop, Stop::Refused(FLOW_NOT_FOUND, _)) && walked.recording.len() == 1 {
        return Err(unknown(arguments, &settings, output));
    }
    let composed = written(arguments, &settings, walked, output);
    let count = composed.iter().map(|composed| composed.draft.steps.len()).sum::<usize>();
    let paths = deliver(&composed, &goal, arguments.written.force, output)?;
    if let (Goal::File(_), Some(path), Some(composed)) = (&goal, paths.first(), composed.first()) {
        output.say(&format!("Wrote {}: {}\n  {}\n", path.display(), counted(count, "step"), composed.draft.title));
        composed.draft.closing.iter().for_each(|line| output.say(&format!("  {line}\n")));
        output.say(&next_steps(&paths));
    }
    Ok(())
}

fn check_language(language: Option<&str>, output: &Output) -> Result<(), Exit> {
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

fn unknown(arguments: &NewArguments, settings: &Settings, output: &Output) -> Exit {
    let mut known: Vec<&str> = settings.flows.keys().map(String::as_str).collect();
    known.sort_unstable();
    let near = nearest(&arguments.flow, known.iter().copied()).map(|near| format!("; {}", did_you_mean(near)));
    let known = match known[..] {
        [] => "the configuration names none".to_owned(),
        _ => format!("there are {}", known.join(", ")),
    };
    output.complain(&format!("error: there is no flow `{}`{}\n  {known}", arguments.flow, near.unwrap_or_default()));
    Exit::Usage
}

fn unreachable_api(error: &CallError, output: &Output) -> Exit {
    output.complain(&format!("error: {} {}: {error}", error.request.method, error.request.url));
    Exit::Broken
}

/// The scenario of a walk.
fn written(arguments: &NewArguments, settings: &Settings, walked: Walked, output: &Output) -> Vec<Composed> {
    let options = Options {
        flow: Some(arguments.flow.clone()),
        flows: settings.flows.clone(),
        paths: settings.config.paths.clone(),
        treatment: Treatment::Keep,
        rules: true,
        seed: settings.world.seed,
        today: settings.world.today(),
        unit: "call",
    };
    let mut composition = compose(&walked.recording, &options);
    composition.notes.iter().for_each(|note| output.complain(&format!("warning: {note}")));
    if let Some(composed) = composition.scenarios.first_mut() {
        composed.draft.head = vec![format!(
            "Written by `draftgate new {}`: made-up data, and beside each field what it takes.",
            arguments.flow
        )];
        composed.draft.closing = what_is_left(&walked.stop);
    }
    composition.scenarios
}

/// What is to be done by hand where the walk did not get to the end.
fn what_is_left(stop: &Stop) -> Vec<String> {
    match stop {
        Stop::End => Vec::new(),
        Stop::Refused(code, message) if NEEDS_TOKEN.contains(code) => vec![
            format!("The flow refused to begin: {code} {message}."),
            "It follows a connector token: write the steps of the flow before it, then `- connect: { flow: … }` and `- redeem`.".to_owned(),
        ],
        Stop::Refused(code, message) => vec![
            format!("The flow refused to go on here: {code} {}", message.trim()),
            format!("Where that is not meant, change the data above; `draftgate explain {code}` says when it happens."),
        ],
        Stop::Interactive(kind) => vec![
            format!("The flow now waits for {}: only a person, or the service's own SDK, can pass this step.", task(kind)),
            "Go on from here with what your test environment offers, for example:".to_owned(),
            format!("  - submit: {}", example(kind)),
        ],
        Stop::Pending => vec![
            "The answer was pending for as long as was waited. Put a longer `wait:` on the last step, and expect what comes then.".to_owned(),
        ],
        Stop::Unfillable(why) => vec![
            format!("The last form lacks a field: failed to {why}."),
            "Take it in above with a value of your own, and expect what comes then.".to_owned(),
        ],
        Stop::Circle => vec!["The flow came back to steps that it had been at: the walk ended here.".to_owned()],
        Stop::Unknown => vec!["The last answer is no step that the API's reference describes: the walk ended here.".to_owned()],
    }
}

fn task(kind: &str) -> &str {
    match kind {
        "trulioo_doc_v" => "a document to be photographed (trulioo_doc_v)",
        "twilio" => "the code of a text message (twilio)",
        "trulioo_kyb_search" => "one of the businesses found to be chosen (trulioo_kyb_search)",
        "trulioo_electronic_id" => "an electronic identity (trulioo_electronic_id)",
        "person_ocr" | "business_ocr" => "a document to be read",
        "flow_connector" => "a connector token (flow_connector)",
        other => other,
    }
}

fn example(kind: &str) -> &'static str {
    match kind {
        "twilio" => "{ code: \"{{ env.SMS_CODE }}\" }",
        "trulioo_kyb_search" => "{ business: \"{{ step.businesses[0].name }}\" }",
        "trulioo_electronic_id" => "{ provider: bankid }",
        "person_ocr" | "business_ocr" => "{ front: { file: files/document.pdf } }",
        "flow_connector" => "{ token: \"{{ token }}\" }, after a `- connect`",
        _ => "{ done: true }",
    }
}
