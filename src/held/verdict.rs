//! How applicants fare who were held, as data: what `resume --json` writes, and what its reports are made of.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::Resumed;
use super::file::{Held, HeldPlace, Missed};
use super::judge::Grade;
use super::resume::{Found, Manner};
use crate::api::wire::{BodyKind, body_kind};
use crate::conform::applicant::step_name;
use crate::semantic::Sentence;

/// The version of the file's shape.
pub const FORMAT: u32 = 1;

/// How applicants fare who were held in a flow.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Resumption {
    /// The version of this shape.
    pub format: u32,
    /// The release of draftgate that wrote it.
    pub draftgate: String,
    /// The flow, as it was asked for.
    pub flow: String,
    /// `draft` or `live`.
    pub version: String,
    /// When they were held, as RFC 3339 has it.
    pub held_at: String,
    /// For how long they were held, in seconds.
    pub held_seconds: u64,
    /// Whether they were only looked after, and not gone on with.
    pub stayed: bool,
    /// Whether their pages had stayed open, and were submitted as they were.
    pub open_pages: bool,
    /// The places where they were held, the nearest to the beginning first.
    pub places: Vec<PlaceVerdict>,
    /// The steps where nobody was held.
    pub not_held: Vec<Missed>,
}

/// How applicants fare who were held at one place.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlaceVerdict {
    /// The step, as people call it.
    pub step: String,
    /// Whether they were left while a service was at work before it.
    pub pending: bool,
    /// How many were looked after.
    pub sessions: usize,
    /// How many were not, since they had been gone on with before.
    pub gone_on_before: usize,
    /// How whoever fares worst fares; none where nobody was looked after, or where the answer did not come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Grade>,
    /// How many fare so.
    pub count: usize,
    /// Why, with the labels of steps and fields between asterisks.
    #[serde(serialize_with = "texts")]
    #[schemars(with = "Vec<String>")]
    pub told: Vec<Sentence>,
    /// What has changed of the step, likewise.
    #[serde(serialize_with = "texts")]
    #[schemars(with = "Vec<String>")]
    pub changed: Vec<Sentence>,
    /// How far they got; none where nobody went on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// How many requests it took.
    pub requests: usize,
}

fn texts<S: Serializer>(sentences: &[Sentence], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(sentences.iter().map(ToString::to_string))
}

/// What people call a place.
pub fn place_name(place: &HeldPlace) -> String {
    let end = body_kind(&place.seen) == BodyKind::End;
    let step = if end { "END".to_owned() } else { step_name(&place.seen) };
    if place.pending { format!("pending before {step}") } else { step }
}

impl Resumption {
    /// What was found out, of applicants who had been held for so many seconds.
    pub fn of(held: &Held, resumed: &Resumed, held_seconds: u64, manner: Manner) -> Self {
        let places = held.places.iter().enumerate().map(|(at, place)| verdict(place, at, resumed)).collect();
        Resumption {
            format: FORMAT,
            draftgate: env!("CARGO_PKG_VERSION").to_owned(),
            flow: held.flow.clone(),
            version: held.version.clone(),
            held_at: held.at.clone(),
            held_seconds,
            stayed: manner == Manner::Stay,
            open_pages: manner == Manner::OpenPage,
            places,
            not_held: held.missed.clone(),
        }
    }

    /// At how many places whoever fares worst fares so.
    pub fn count(&self, grade: Grade) -> usize {
        self.places.iter().filter(|place| place.result == Some(grade)).count()
    }

    /// How the worst of all fares; none where nobody was looked after.
    pub fn worst(&self) -> Option<Grade> {
        self.places.iter().filter_map(|place| place.result).max()
    }
}

fn verdict(place: &HeldPlace, at: usize, resumed: &Resumed) -> PlaceVerdict {
    let here: Vec<_> = resumed.met.iter().filter(|met| met.place == at).collect();
    let found: Vec<&Found> = here.iter().filter_map(|met| met.found.as_ref().ok()).collect();
    // The first of those who fare worst.
    let worst = found.iter().rev().max_by_key(|found| found.grade);
    PlaceVerdict {
        step: place_name(place),
        pending: place.pending,
        sessions: here.len(),
        gone_on_before: place.sessions.iter().filter(|session| session.gone_on.is_some()).count(),
        result: worst.map(|worst| worst.grade),
        count: found.iter().filter(|found| worst.is_some_and(|worst| worst.grade == found.grade)).count(),
        told: worst.map(|worst| worst.told.clone()).unwrap_or_default(),
        changed: worst.map(|worst| worst.changed.clone()).unwrap_or_default(),
        goal: worst.and_then(|worst| worst.goal.clone()),
        requests: here.iter().map(|met| met.requests).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::held::resume::Met;
    use serde_json::json;

    #[test]
    fn of_several_at_one_place_whoever_fares_worst_counts() {
        let place = |pending: bool| {
            json!({"step": {"title": "A", "type": "form", "shape": ""}, "pending": pending, "seen": {"title": "A", "type": "form"},
                "entered": [], "onward": [], "ending": "end", "sessions": [
                    {"session": "s", "requests": 1}, {"session": "t", "requests": 1},
                    {"session": "u", "requests": 1, "goneOn": {"at": "2026-11-29T10:00:00Z", "grade": null}}]})
        };
        let held = json!({"format": 1, "draftgate": "0", "flow": "f", "id": "f", "version": "draft", "server": "s",
            "at": "2026-11-29T10:00:00Z", "seed": 1, "today": "2026-11-29", "services": true, "missed": [],
            "places": [place(false), place(true)]});
        let held = Held::read(held.to_string().as_bytes()).unwrap();
        let met = |place: usize, session: usize, grade: Grade, why: &str| Met {
            place,
            session,
            found: Ok(Found {
                grade,
                told: vec![Sentence::default().words(why).label(why)],
                changed: Vec::new(),
                goal: None,
            }),
            moved: false,
            requests: 2,
        };
        let met = vec![met(0, 0, Grade::Fine, "a"), met(0, 1, Grade::Lost, "b")];
        let resumed = Resumed { met, broken_off: Vec::new(), interrupted: false };
        let resumption = Resumption::of(&held, &resumed, 60, Manner::GoOn);
        assert_eq!(resumption.worst(), Some(Grade::Lost));
        let found = serde_json::to_value(&resumption.places).unwrap();
        assert_eq!(
            found,
            json!([
                {"step": "A", "pending": false, "sessions": 2, "goneOnBefore": 1, "result": "lost", "count": 1, "told": ["b*b*"],
                    "changed": [], "requests": 4},
                {"step": "pending before A", "pending": true, "sessions": 0, "goneOnBefore": 1, "count": 0, "told": [],
                    "changed": [], "requests": 0},
            ])
        );
    }
}
