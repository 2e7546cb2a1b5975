//! What exploring a flow found out: in a terminal, and as a diagram in Mermaid's language.

mod findings;
mod mermaid;
mod titles;

use serde_json::Value;

use crate::api::element::Element;
use crate::api::field::find;
use crate::api::wire::elements;
use crate::explore::Explored;
use crate::explore::forecast::Forecast;
use crate::explore::mapping::ways;
use crate::explore::model::{Goal, Model};
use crate::map::{Entered, Given, When};
use crate::phrase::counted;
use crate::semantic::Sentence;
use crate::semantic::entry::{self, label_of};

pub use findings::{sentence, verdict};
pub use mermaid::mermaid;
pub use titles::titles;

/// How much of a flow was found, and what it took: "7 steps, 9 ways between them".
pub fn extent(explored: &Explored) -> String {
    let model = &explored.model;
    let ways: usize = (0..model.steps.len()).map(|step| model.next(step).len()).sum();
    format!("{}, {} between them", counted(model.steps.len(), "step"), counted(ways, "way"))
}

/// What it took: "12 sessions, 74 requests, 9 service runs".
pub fn cost(sessions: usize, requests: usize, services: usize) -> String {
    format!("{}, {}, {}", counted(sessions, "session"), counted(requests, "request"), counted(services, "service run"))
}

/// What exploring passed over, a sentence each: pairs that were not tried, and steps behind which it could not look.
pub fn passed_over(explored: &Explored) -> Vec<String> {
    let model = &explored.model;
    let mut all = Vec::new();
    if explored.left_out > 0 {
        let pairs = counted(explored.left_out, "combination");
        all.push(format!(
            "not tried, to send few requests: {pairs} of an entry and a later way; --thorough tries them"
        ));
    }
    for step in 0..model.steps.len() {
        for word in model.goals(step).into_iter().filter_map(|(goal, _)| beyond(&goal)) {
            all.push(format!("behind {} nothing was seen: {word}", name(model, step)));
        }
    }
    all
}

/// What exploring will take: "37 sessions, 212 requests, up to 14 service runs, 5 of them by going back".
pub fn forecast(forecast: &Forecast) -> String {
    let Forecast { sessions, requests, services, by_going_back, looked } = *forecast;
    let (sessions, requests) = (counted(sessions, "session"), counted(requests, "request"));
    let mut text = format!("{sessions}, {requests}, up to {}", counted(services, "service run"));
    if by_going_back > 0 {
        text.push_str(&format!(", {by_going_back} of them by going back"));
    }
    if looked {
        text.push_str(
            "\nNothing was known of the flow: one session was sent to look. Other ways than its own are not in the count.",
        );
    }
    text
}

/// Each step, and where it leads. `mark` makes labels what they are to look like.
pub fn steps(explored: &Explored, mark: &dyn Fn(&str) -> String) -> String {
    let model = &explored.model;
    let mut text = String::new();
    for step in model.by_distance() {
        if model.steps[step].sight.is_end() {
            continue;
        }
        text.push_str(&format!("  {}\n", mark(&name(model, step))));
        let all = ways(model, step, &explored.forks[step]);
        let several = all.len() > 1;
        for (to, when) in all {
            let to = mark(&name(model, to));
            let why = reason(model, step, &when, several).marked(mark);
            text.push_str(&format!("    → {to}{why}\n"));
        }
        for back in backwards(model, step) {
            text.push_str(&format!("    ← {}\n", mark(&name(model, back))));
        }
        for word in model.goals(step).into_iter().filter_map(|(goal, _)| beyond(&goal)) {
            text.push_str(&format!("    × {word}\n"));
        }
    }
    text
}

/// What is not a step, and yet came of it.
fn beyond(goal: &Goal) -> Option<String> {
    match goal {
        Goal::Other(word) => Some(match word.as_str() {
            "pending" => "the answer was pending for as long as was waited".to_owned(),
            word => match word.split_once(' ') {
                Some(("stuck", kind)) => format!("only a person or the service's own SDK gets on from here ({kind})"),
                Some(("unfillable", why)) => format!(
                    "nothing valid could be made up: failed to {why}. Say in `personas.yaml` what somebody enters there"
                ),
                _ => "an answer that the API's reference does not describe".to_owned(),
            },
        }),
        _ => None,
    }
}

/// The steps that going back from a step leads to.
fn backwards(model: &Model, step: usize) -> Vec<usize> {
    let mut all: Vec<usize> = Vec::new();
    for back in model.backs.iter().filter(|back| back.from == step) {
        if let Goal::Step(to) = back.to
            && !all.contains(&to)
        {
            all.push(to);
        }
    }
    all
}

/// What people call a step. Of several of one name each has a number, as in the map; ends that say different things are told
/// apart by what they say.
pub(super) fn name(model: &Model, step: usize) -> String {
    let sight = &model.steps[step].sight;
    let alike: Vec<usize> =
        (0..model.steps.len()).filter(|other| model.steps[*other].sight.name() == sight.name()).collect();
    if alike.len() < 2 {
        return sight.name().to_owned();
    }
    let said = |step: usize| shortened(model.steps[step].sight.text(), MOST_OF_TEXT);
    let own = said(step);
    if !own.is_empty() && alike.iter().filter(|other| said(**other) == own).count() == 1 {
        return format!("{}: {own}", sight.name());
    }
    match alike.iter().position(|other| *other == step) {
        Some(at) if at > 0 => format!("{} #{}", sight.name(), at + 1),
        _ => sight.name().to_owned(),
    }
}

/// So much of what an end says is shown, in characters.
const MOST_OF_TEXT: usize = 48;

/// The beginning of a text on one line, cut between words where it is long.
fn shortened(text: &str, most: usize) -> String {
    let mut short = String::new();
    for word in text.split_whitespace() {
        let length = short.chars().count() + word.chars().count() + usize::from(!short.is_empty());
        if length > most {
            let kept = if short.is_empty() { word.chars().take(most).collect() } else { short };
            return format!("{kept}…");
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

/// Why a step leads a way, to be put behind it.
fn reason(model: &Model, step: usize, when: &When<usize>, several: bool) -> Sentence {
    let sentence = Sentence::default();
    if when.is_empty() {
        return if several { sentence.words("  otherwise") } else { sentence };
    }
    let mut sentence = sentence.words("  when ");
    for (at, all) in when.iter().enumerate() {
        sentence = if at > 0 { sentence.words(", or ") } else { sentence };
        for (at, given) in all.iter().enumerate() {
            sentence = if at > 0 { sentence.words(" and ") } else { sentence };
            sentence = condition(sentence, model, step, given);
        }
    }
    sentence
}

fn condition(sentence: Sentence, model: &Model, step: usize, given: &Given<usize>) -> Sentence {
    let form = elements(&model.steps[given.step].sight.body);
    let sentence = sentence.label(label_of(&form, &given.field));
    let sentence = if given.step == step { sentence } else { sentence.words(" of ").label(&name(model, given.step)) };
    sentence.words(format!(" {}", entered(find(&form, &given.field).ok(), &given.entered)))
}

/// What is entered into a field, in words.
fn entered(element: Option<&Element>, entered: &Entered) -> String {
    let value = |value: &Value| entry::shown(element, value);
    match entered {
        Entered::Is(values) => entry::entered(element, &values.iter().collect::<Vec<_>>()),
        Entered::Between(Some(least), Some(most)) if least == most => format!("is {}", value(least)),
        Entered::Between(least, most) => match (least.as_ref().map(value), most.as_ref().map(value)) {
            (Some(least), Some(most)) => format!("is {least} to {most}"),
            (Some(least), None) => format!("is {least} or more"),
            (None, Some(most)) => format!("is {most} or less"),
            (None, None) => "is anything".to_owned(),
        },
        Entered::Filled(true) => "is filled in".to_owned(),
        Entered::Filled(false) => "is empty".to_owned(),
    }
}
