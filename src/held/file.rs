//! What is kept of applicants who are held: all that it takes to go on as them, in a file of its own.
//!
//! It has sessions in it, by which anybody can go on as these applicants: whoever writes it sees to it that its owner alone
//! reads it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::judge::Grade;
use crate::api::operation::Version;
use crate::compose::walk::Stop;
use crate::journal::Spot;
use crate::session::driver::Memory;
use crate::session::entry::Growth;

/// The version of the file's shape that is written and read.
pub const FORMAT: u32 = 1;

/// Applicants of one flow who are held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// [`FORMAT`].
    pub format: u32,
    /// The release of draftgate that wrote it.
    pub draftgate: String,
    /// The flow, as it was asked for.
    pub flow: String,
    /// Its id.
    pub id: String,
    /// `draft` or `live`.
    pub version: String,
    /// The language that it was asked for in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where the flow interpreter is.
    pub server: String,
    /// When it was done, as RFC 3339 has it.
    pub at: String,
    /// What the applicants' data grew from.
    pub seed: u64,
    /// The day that their ages were reckoned from, as `2026-11-29`.
    pub today: String,
    /// Whether they answer interactive services.
    pub services: bool,
    /// The places, the nearest to the beginning first.
    pub places: Vec<HeldPlace>,
    /// The steps that nobody was made to stand on.
    pub missed: Vec<Missed>,
}

/// A place where applicants are held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldPlace {
    /// The step that they see, or will see when the service is done.
    pub step: Spot,
    /// Whether they were left while a service was at work before it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
    /// The step as it was answered.
    pub seen: Value,
    /// What they entered into the steps before.
    pub entered: Vec<Passed>,
    /// How one went on from here when it was held: the step itself first, END not among them.
    pub onward: Vec<Onward>,
    /// How far that led.
    pub ending: Ending,
    /// Them.
    pub sessions: Vec<HeldSession>,
}

/// A step that was passed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passed {
    /// What people call it.
    pub step: String,
    /// What was entered, by what a scenario calls the fields.
    pub values: Map<String, Value>,
}

/// A step on the way on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Onward {
    /// What people call it.
    pub step: String,
    /// What leads the way from here, by what a scenario calls the fields; none for one that stays empty. Whatever else is
    /// entered is made up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<(String, Option<Value>)>,
}

/// Somebody who is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldSession {
    /// `x-hf-session`
    pub session: String,
    /// How many requests it took to get there.
    pub requests: usize,
    /// What their later data follow from.
    #[serde(default)]
    pub memory: Memory,
    /// What became of them, once they were gone on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_on: Option<GoneOn>,
}

/// Somebody was gone on with, and stands no more where they were held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoneOn {
    /// When, as RFC 3339 has it.
    pub at: String,
    /// How they fared; none where an answer failed to come.
    pub grade: Option<Grade>,
}

/// A step that nobody was made to stand on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Missed {
    /// What people call it.
    pub step: String,
    /// Why.
    pub why: String,
}

/// How far one gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// To END.
    End,
    /// To a step that only a person or an SDK passes, of this type.
    Person(String),
    /// To a refusal: code or status.
    Refused(i64),
    /// To a pending answer that did not become another.
    Pending,
    /// To a form for which nothing valid can be made up.
    Unfillable(String),
    /// Round in a circle.
    Circle,
    /// To an answer that is no step.
    Unknown,
}

impl Ending {
    /// Why a walk is over, as far as it matters here.
    pub fn of(stop: &Stop) -> Self {
        match stop {
            Stop::End => Ending::End,
            Stop::Refused(code, _) => Ending::Refused(*code),
            Stop::Interactive(kind) => Ending::Person(kind.clone()),
            Stop::Pending => Ending::Pending,
            Stop::Unfillable(why) => Ending::Unfillable(why.clone()),
            Stop::Circle => Ending::Circle,
            Stop::Unknown => Ending::Unknown,
        }
    }
}

/// Why a file is not one of held applicants.
#[derive(Debug, thiserror::Error)]
pub enum NotHeld {
    /// It is no JSON, or of another shape.
    #[error("it is no file of held applicants: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A later draftgate wrote it, or something was changed by hand.
    #[error("it has the form {0}, and {FORMAT} is read")]
    Format(u64),
    /// A value that is none.
    #[error("its {key} is {value:?}, which is no {what}")]
    Value {
        /// Where.
        key: &'static str,
        /// What is there.
        value: String,
        /// What should be.
        what: &'static str,
    },
}

impl Held {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it is none of this format.
    pub fn read(bytes: &[u8]) -> Result<Self, NotHeld> {
        let value: Value = serde_json::from_slice(bytes)?;
        if let Some(format) = value.get("format").and_then(Value::as_u64).filter(|format| *format != u64::from(FORMAT))
        {
            return Err(NotHeld::Format(format));
        }
        let held: Held = serde_json::from_value(value)?;
        held.when()?;
        held.growth()?;
        if ![Version::Draft, Version::Live].iter().any(|version| version.word() == held.version) {
            let value = held.version;
            return Err(NotHeld::Value { key: "version", value, what: "version of a flow" });
        }
        Ok(held)
    }

    /// The file's text.
    ///
    /// # Errors
    ///
    /// None that is known of.
    pub fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// When they were held.
    ///
    /// # Errors
    ///
    /// When the file has no moment there.
    pub fn when(&self) -> Result<Timestamp, NotHeld> {
        let wrong = |_| NotHeld::Value { key: "at", value: self.at.clone(), what: "moment" };
        self.at.parse().map_err(wrong)
    }

    /// What the applicants' data grow from.
    ///
    /// # Errors
    ///
    /// When the file has no day there.
    pub fn growth(&self) -> Result<Growth, NotHeld> {
        let wrong = |_| NotHeld::Value { key: "today", value: self.today.clone(), what: "day" };
        let today: Date = self.today.parse().map_err(wrong)?;
        Ok(Growth { seed: self.seed, today })
    }

    /// Which version they are held in.
    pub fn version(&self) -> Version {
        if self.version == Version::Live.word() { Version::Live } else { Version::Draft }
    }

    /// All sessions.
    pub fn sessions(&self) -> impl Iterator<Item = &HeldSession> {
        self.places.iter().flat_map(|place| &place.sessions)
    }

    /// How many stand where they were left, as far as is known.
    pub fn standing(&self) -> usize {
        self.sessions().filter(|session| session.gone_on.is_none()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn held() -> Value {
        json!({
            "format": 1, "draftgate": "0.1.0", "flow": "tiny", "id": "65f0", "version": "draft",
            "server": "https://flows.example.com/", "at": "2026-11-29T10:00:00Z", "seed": 1, "today": "2026-11-29",
            "services": true, "missed": [{"step": "Proof", "why": "no way to Proof is known"}],
            "places": [{
                "step": {"title": "Address", "type": "form", "shape": "00"},
                "seen": {"title": "Address", "type": "form", "elements": []},
                "entered": [{"step": "Person", "values": {"First name": "Ada"}}],
                "onward": [{"step": "Address", "given": [["Country", "CA"], ["Note", null]]}],
                "ending": {"refused": 4009},
                "sessions": [
                    {"session": "s1", "requests": 3, "memory": {"country": "CA"}},
                    {"session": "s2", "requests": 3, "memory": {}, "goneOn": {"at": "2026-11-29T11:00:00Z", "grade": "fine"}},
                ],
            }],
        })
    }

    fn read(value: &Value) -> Result<Held, String> {
        Held::read(value.to_string().as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_written_is_read_again() {
        let held = read(&held()).unwrap();
        assert_eq!(Held::read(held.text().unwrap().as_bytes()).unwrap(), held);
        assert_eq!(held.places[0].onward[0].given[1], ("Note".to_owned(), None));
        assert_eq!((held.sessions().count(), held.standing()), (2, 1));
        assert_eq!(held.growth().unwrap().today, jiff::civil::date(2026, 11, 29));
    }

    #[test]
    fn what_is_no_such_file_is_told() {
        let with = |key: &str, value: Value| {
            let mut held = held();
            held[key] = value;
            read(&held).unwrap_err()
        };
        assert_eq!(with("format", json!(2)), "it has the form 2, and 1 is read");
        assert_eq!(with("at", json!("noon")), "its at is \"noon\", which is no moment");
        assert_eq!(with("today", json!("noon")), "its today is \"noon\", which is no day");
        assert_eq!(with("version", json!("old")), "its version is \"old\", which is no version of a flow");
        assert!(with("places", json!(1)).starts_with("it is no file of held applicants: invalid type"));
        assert!(Held::read(b"{").unwrap_err().to_string().starts_with("it is no file of held applicants: EOF"));
    }
}
