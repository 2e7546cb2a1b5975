//! `draftgate new`: a first scenario of a flow, from a walk through it.

use super::Environment;
use super::args::{Filling, NewArguments};
use super::exit::Exit;
use super::output::Output;
use super::reach::{
    FLOW_NOT_FOUND, Wanted, anywhere, check_language, options, reach, scenario_folder, unknown, unreachable_api,
};
use super::settings::Settings;
use super::written::{Goal, deliver, goal, must_be_free, next_steps};
use crate::api::operation::Version;
use crate::compose::walk::{Stop, Walk, Walked};
use crate::compose::{Composed, compose};
use crate::phrase::counted;
use crate::scenario::Fill;
use crate::session::entry::Growth;

/// What a flow answers that is begun by a connector token only.
const NEEDS_TOKEN: [i64; 2] = [4005, 4102];

/// Writes a first scenario.
pub(super) fn new(environment: &Environment, arguments: &NewArguments, output: &Output) -> Exit {
    match try_new(environment, arguments, output) {
        Ok(()) => Exit::Passed,
        Err(exit) => exit,
    }
}

fn try_new(environment: &Environment, arguments: &NewArguments, output: &Output) -> Result<(), Exit> {
    let place = anywhere(environment, &arguments.target, &arguments.server, output)?;
    check_language(arguments.language.as_deref(), output)?;
    let folder = scenario_folder(&place);
    let is_new = !folder.exists();
    let goal = goal(environment, &arguments.written, &folder, &arguments.flow, output)?;
    must_be_free(&goal, arguments.written.force, output)?;
    let wanted = Wanted { flow: &arguments.flow, version: Version::Draft, language: arguments.language.as_deref() };
    let reached = reach(environment, &place, (&arguments.target, &arguments.server), &wanted, output)?;
    let walk = Walk {
        course: reached.course.clone(),
        fill: if arguments.fill == Filling::Valid { Fill::Valid } else { Fill::Minimal },
        growth: Growth { seed: reached.settings.world.seed, today: reached.settings.world.today() },
    };
    let walked = reached.runtime.block_on(walk.walk());
    let settings = reached.leave();
    let walked = walked.map_err(|error| unreachable_api(&error, output))?;
    if matches!(walked.stop, Stop::Refused(FLOW_NOT_FOUND, _)) && walked.recording.len() == 1 {
        return Err(unknown(&arguments.flow, &settings, output));
    }
    let composed = written(arguments, &settings, walked, output);
    let count = composed.iter().map(|composed| composed.draft.steps.len()).sum::<usize>();
    let paths = deliver(&composed, &goal, arguments.written.force, output)?;
    if let (Goal::File(_), Some(path), Some(composed)) = (&goal, paths.first(), composed.first()) {
        output.say(&format!("Wrote {}: {}\n  {}\n", path.display(), counted(count, "step"), composed.draft.title));
        composed.draft.closing.iter().for_each(|line| output.say(&format!("  {line}\n")));
        if is_new && folder.exists() {
            let folder = folder.display();
            output.say(&format!(
                "  The folder {folder} is new. {folder}/draftgate.yaml with `server: {{ base_url: … }}` says where the API is;\n  \
                 without it each command wants --base-url, as this one did.\n"
            ));
        }
        output.say(&next_steps(&paths));
    }
    Ok(())
}

/// The scenario of a walk.
fn written(arguments: &NewArguments, settings: &Settings, walked: Walked, output: &Output) -> Vec<Composed> {
    let options = options(&arguments.flow, settings, true);
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
