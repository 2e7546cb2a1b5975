//! What it means for an applicant what the API answers after a publication: fine, hindered or lost.
//!
//! An applicant is shown the step anew, whatever it has become. So new ids, labels and fields cost them nothing that the form
//! does not tell them; what they had typed validly and must type otherwise hinders them, and so does what they must do again.
//! Lost is who does not stand there any more, and who cannot go on to where one got before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file::{Ending, HeldPlace};
use crate::api::codes::lookup;
use crate::api::exchange::Answer;
use crate::api::wire::BodyKind;
use crate::compose::walk::Stop;
use crate::semantic::{Sentence, StepChange, changes, sentences, summary};
use crate::snapshot::{Names, Options};

/// A service behind the flow failed, or took too long.
pub(super) const OF_SERVICES: [i64; 5] = [4009, 4050, 4200, 4201, 6504];

/// How an applicant fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// They stand where they were left, and can finish.
    Fine,
    /// They can finish, and must do again or otherwise what they had done.
    Hindered,
    /// They stand nowhere, or cannot finish.
    Lost,
}

impl Grade {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            Grade::Fine => "fine",
            Grade::Hindered => "hindered",
            Grade::Lost => "lost",
        }
    }
}

/// Where somebody stands after the publication.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// Where they were left, with what has changed there.
    Here(Vec<Sentence>),
    /// A service is at work as it was when they were left.
    Waiting,
    /// Elsewhere, or nowhere: why.
    Lost(Sentence),
}

/// What generated values are called when two answers are compared.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The flow's id.
    pub id: &'a str,
    /// The flow, as it was asked for.
    pub flow: &'a str,
    /// The session.
    pub session: &'a str,
}

impl Known<'_> {
    /// A body with generated values called by what lasts.
    fn face(&self, body: &Value) -> Value {
        let mut names = Names::new();
        names.name_flow(self.id, self.flow);
        names.name_session(self.session, None);
        serde_json::from_str(&names.normalise(body, &Options::default())).unwrap_or_else(|_| body.clone())
    }
}

/// Tells from what FlowStep answers whether somebody stands where they were left.
pub fn arrival(place: &HeldPlace, answer: &Answer, known: Known<'_>) -> Arrival {
    let body = match (answer.kind(), answer.json()) {
        (BodyKind::Error(code), _) => return Arrival::Lost(refusal(code, answer.message().unwrap_or_default())),
        (BodyKind::Pending, _) if place.pending => return Arrival::Waiting,
        (BodyKind::Pending, _) => {
            return Arrival::Lost(Sentence::default().words("a service is at work, and none was when they were left"));
        }
        (BodyKind::Step | BodyKind::End, Some(body)) if answer.status < 400 => body,
        _ => {
            let status = answer.status;
            return Arrival::Lost(Sentence::default().words(format!("the answer is no step (HTTP status {status})")));
        }
    };
    let (old, new) = (known.face(&place.seen), known.face(body));
    let found = changes(&old, &new);
    let same_id = place.seen.get("id").is_some_and(|id| !id.is_null() && body.get("id") == Some(id));
    let another = found.iter().any(|change| matches!(change, StepChange::Answer { .. }));
    if another && !same_id {
        let place = Sentence::default().words("they stand elsewhere now: ");
        return Arrival::Lost(place.and(&summary(&new)));
    }
    Arrival::Here(sentences(&found))
}

/// What a refusal of FlowStep says of somebody.
fn refusal(code: i64, message: &str) -> Sentence {
    let what = match code {
        4002 => "the step was removed under them",
        4000 | 4101 => "the flow is not there any more for them",
        4100 => "their session is not known any more",
        4109 => "they are taken to have given up",
        _ => "the answer is an error",
    };
    Sentence::default().words(format!("{what}: {}", coded(code, message)))
}

/// A code with what it says.
fn coded(code: i64, message: &str) -> String {
    let known = || lookup_text(code).unwrap_or_default();
    let message = if message.trim().is_empty() { known() } else { message.trim() };
    if message.is_empty() { code.to_string() } else { format!("{code}, {message}") }
}

fn lookup_text(code: i64) -> Option<&'static str> {
    Some(lookup(code)?.text)
}

/// That a page which was open while the flow was published is refused.
pub(super) fn reloaded(code: i64, message: &str) -> Sentence {
    Sentence::default()
        .words(format!("the page that was open is refused ({}), and must be loaded again", coded(code, message)))
}

/// A refusal after which something else was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The step, as people call it.
    pub step: String,
    /// Its code.
    pub code: i64,
    /// What it says.
    pub message: String,
    /// Whether what was refused was valid when they were held.
    pub was_valid: bool,
}

/// How it went on from where somebody was held.
#[derive(Debug, Clone, PartialEq)]
pub struct Went {
    /// The steps that were passed or stood on, in order, first the one where they were held, END not among them.
    pub steps: Vec<String>,
    /// What was refused on the way at first.
    pub mended: Vec<Mended>,
    /// Why it goes no further.
    pub stop: Stop,
}

/// How somebody fares who was gone on with, and why.
pub fn fared(place: &HeldPlace, went: &Went) -> (Grade, Vec<Sentence>) {
    let (mut grade, mut told) = (Grade::Fine, Vec::new());
    let mut tell = |worse: Grade, sentence: Sentence| {
        grade = grade.max(worse);
        if !told.contains(&sentence) {
            told.push(sentence);
        }
    };
    for mended in went.mended.iter().filter(|mended| mended.was_valid) {
        let sentence = Sentence::default().label(&mended.step).words(" refuses ");
        match mended.code {
            // What is missing, the form that they are shown asks for.
            4006 => tell(Grade::Fine, sentence.words("what was enough before (4006), and takes what it asks for now")),
            code => {
                let coded = coded(code, &mended.message);
                let sentence =
                    sentence.words(format!("what was valid before ({coded}), and takes what it asks for now"));
                tell(Grade::Hindered, sentence);
            }
        }
    }
    let foreseen = |step: &String| place.onward.iter().any(|onward| onward.step == *step);
    for step in went.steps.iter().skip(1).filter(|step| !foreseen(step)) {
        match place.entered.iter().any(|passed| passed.step == *step) {
            true => tell(
                Grade::Hindered,
                Sentence::default().words("they are led back to ").label(step).words(", which they had passed"),
            ),
            false => {
                tell(Grade::Fine, Sentence::default().label(step).words(" comes on their way, which did not before"));
            }
        }
    }
    let last = went.steps.last().map(String::as_str).unwrap_or_default();
    if let Some((worse, sentence)) = ended(place, last, &went.stop) {
        tell(worse, sentence);
    }
    (grade, told)
}

/// What it means where it ended, unless that is END.
fn ended(place: &HeldPlace, last: &str, stop: &Stop) -> Option<(Grade, Sentence)> {
    let as_before = Ending::of(stop) == place.ending;
    let sentence = Sentence::default();
    let at = |words: &str| Sentence::default().label(last).words(words);
    Some(match stop {
        Stop::End => return None,
        Stop::Interactive(_) if as_before => return None,
        Stop::Interactive(kind) => {
            (Grade::Fine, at(&format!(" ({kind}) is as far as one gets without a person; before, one got elsewhere")))
        }
        _ if as_before => {
            (Grade::Fine, sentence.words(format!("they get as far as before they were held: {}", goal(stop))))
        }
        Stop::Refused(code, message) if OF_SERVICES.contains(code) => {
            let fails = format!(" a service fails: {}", coded(*code, message));
            (Grade::Lost, sentence.words("behind ").label(last).words(fails))
        }
        Stop::Refused(code, message) => {
            let coded = coded(*code, message);
            (Grade::Lost, at(&format!(" is refused whatever is entered that it asks for: {coded}")))
        }
        Stop::Pending => {
            (Grade::Hindered, sentence.words("behind ").label(last).words(" a service does not come to an end"))
        }
        Stop::Unfillable(why) => {
            (Grade::Fine, at(&format!(" could not be filled in, so the rest is not known: {why}")))
        }
        Stop::Circle => (Grade::Lost, sentence.words("they go round in a circle from ").label(last).words(" on")),
        Stop::Unknown => (Grade::Lost, sentence.words("behind ").label(last).words(" comes an answer that is no step")),
    })
}

/// How far one got, in a few words.
pub fn goal(stop: &Stop) -> String {
    match stop {
        Stop::End => "END".to_owned(),
        Stop::Refused(code, message) => coded(*code, message),
        Stop::Interactive(kind) => format!("{kind}, which only a person passes"),
        Stop::Pending => "a pending answer".to_owned(),
        Stop::Unfillable(_) => "a form that cannot be filled in".to_owned(),
        Stop::Circle => "the same steps again".to_owned(),
        Stop::Unknown => "an answer that is no step".to_owned(),
    }
}

#[cfg(test)]
mod tests;
