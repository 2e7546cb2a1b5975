//! Faults on demand: what they are called and what they take.
//!
//! A fault stands in a flow's definition (`faults:`) or in the header `x-sandbox-fault`, in the same words: a name and
//! `;key=value` for each of its keys, several faults with commas between them.
//!
//! | fault | what the caller meets | keys |
//! | --- | --- | --- |
//! | `latency` | the answer comes later | `time`, `jitter` |
//! | an error code, such as `4109` | the API's refusal, and the call does nothing | |
//! | a status from 400, such as `429` or `503` | a gateway's refusal, and the call does nothing | `retry_after` (seconds) |
//! | `redirect` | a redirect to another host, and the call does nothing | |
//! | `close` | the connection ends without an answer, though the call was made | |
//! | `cut` | the connection ends in the middle of the answer | |
//! | `truncated` | half of the JSON, as if it were all | |
//! | `not_json` | an HTML page that says it were JSON | |
//! | `content_type` | the JSON, called HTML | |
//! | `huge` | the JSON, after as many blanks as asked for | `bytes` (100 MB) |
//! | `drip` | the answer, a byte at a time | `pause` (100 ms) |
//!
//! Every fault also takes `on` (operations, with `+` between them), `rate` (the part of the calls that it meets, evenly
//! spread), `times` (how many calls of a session it meets, then no more) and `id`, by which calls without a session are
//! told apart for `times`.

use std::time::Duration;

use crate::api::codes;
use crate::api::operation::{OPERATIONS, Operation};
use crate::phrase::{did_you_mean, nearest};

/// The header that asks for faults.
pub const FAULT_HEADER: &str = "x-sandbox-fault";
/// The longest time that can be asked for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
/// The size of a `huge` answer where nothing is said.
const HUGE: u64 = 100_000_000;
/// The largest that can be asked for.
const LARGEST: u64 = 1_000_000_000;
/// The pause of a `drip` where nothing is said.
const DRIP: Duration = Duration::from_millis(100);

/// A fault, and when it happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// To which operations; to all where none is named.
    pub on: Vec<Operation>,
    /// To which part of the calls.
    pub rate: f64,
    /// To how many calls of a session.
    pub times: Option<u64>,
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// It is answered later.
    Latency {
        /// By so much.
        time: Duration,
        /// And by up to so much more.
        jitter: Duration,
    },
    /// It is refused by the API.
    Code(u16),
    /// It is refused before it reaches the API.
    Status {
        /// The HTTP status.
        status: u16,
        /// The header `retry-after`, in seconds.
        retry_after: Option<u64>,
    },
    /// It is redirected.
    Redirect,
    /// Its answer is spoilt.
    Spoil(Spoil),
}

/// How an answer is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoil {
    /// There is none: the connection ends.
    Close,
    /// The connection ends in the middle of it.
    Cut,
    /// Half of it is all.
    Truncated,
    /// It is no JSON.
    NotJson,
    /// It is called something else than JSON.
    ContentType,
    /// It is preceded by as many blanks.
    Huge(u64),
    /// It comes a byte at a time, with this pause.
    Drip(Duration),
}

/// Which of a fault's words is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultWord {
    /// Its name.
    Name,
    /// A key that it does not take, as it was written.
    Key(String),
    /// The value of a key.
    Value(String),
}

/// What is wrong with a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FaultError {
    /// With which of its words.
    pub word: FaultWord,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
}

/// The names that are no numbers.
pub const NAMES: [&str; 9] =
    ["latency", "redirect", "close", "cut", "truncated", "not_json", "content_type", "huge", "drip"];
/// The keys of every fault. An `id` says nothing but itself: faults are counted by what they were asked for in.
const KEYS: [&str; 4] = ["on", "rate", "times", "id"];

/// The keys that are a fault's own.
fn own_keys(name: &str) -> &'static [&'static str] {
    match name {
        "latency" => &["time", "jitter"],
        "huge" => &["bytes"],
        "drip" => &["pause"],
        _ if name.starts_with(['4', '5']) && name.len() == 3 => &["retry_after"],
        _ => &[],
    }
}

impl Fault {
    /// Reads the header's value: faults with commas between them.
    ///
    /// ```
    /// use draftgate::sandbox::fault::{Fault, FaultKind};
    /// let faults = Fault::read_all("latency;time=50ms, 429;retry-after=1;times=2").unwrap();
    /// assert_eq!(faults[1].kind, FaultKind::Status { status: 429, retry_after: Some(1) });
    /// assert_eq!(faults[1].times, Some(2));
    /// let error = Fault::read_all("latancy").unwrap_err();
    /// assert_eq!(error.help.as_deref(), Some("did you mean `latency`?"));
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong with the first that cannot be read.
    pub fn read_all(text: &str) -> Result<Vec<Self>, FaultError> {
        text.split(',').filter(|fault| !fault.trim().is_empty()).map(Fault::read).collect()
    }

    /// Reads one fault.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, FaultError> {
        let mut parts = text.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let pairs = parts.filter(|part| !part.is_empty()).map(|part| {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            (key.trim().to_owned(), value.trim().trim_matches('"').to_owned())
        });
        Fault::of(name, &pairs.collect::<Vec<_>>())
    }

    /// A fault by its name and the values of its keys.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn of(name: &str, pairs: &[(String, String)]) -> Result<Self, FaultError> {
        let name = plain(name);
        let mut keys = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let folded = plain(key);
            let known = own_keys(&name).iter().chain(&KEYS).copied();
            if keys.iter().any(|(other, _)| *other == folded) {
                let message = format!("the fault `{name}` has `{key}` twice");
                return Err(FaultError {
                    word: FaultWord::Key(key.clone()),
                    message,
                    help: Some("keep one of the two".to_owned()),
                });
            }
            if !known.clone().any(|known| known == folded) {
                let near = nearest(&folded, known.clone()).map(did_you_mean);
                let help = near.unwrap_or_else(|| format!("it takes {}", known.collect::<Vec<_>>().join(", ")));
                let message = format!("the fault `{name}` takes no `{key}`");
                return Err(FaultError { word: FaultWord::Key(key.clone()), message, help: Some(help) });
            }
            keys.push((folded, value.as_str()));
        }
        let keys = Keys(keys);
        Ok(Fault {
            kind: kind(&name, &keys)?,
            on: keys.operations()?,
            rate: keys.rate()?,
            times: keys.number("times")?,
        })
    }
}

fn kind(name: &str, keys: &Keys<'_>) -> Result<FaultKind, FaultError> {
    Ok(match name {
        "latency" => FaultKind::Latency {
            time: keys.time("time")?.unwrap_or_default(),
            jitter: keys.time("jitter")?.unwrap_or_default(),
        },
        "redirect" => FaultKind::Redirect,
        "close" => FaultKind::Spoil(Spoil::Close),
        "cut" => FaultKind::Spoil(Spoil::Cut),
        "truncated" => FaultKind::Spoil(Spoil::Truncated),
        "not_json" => FaultKind::Spoil(Spoil::NotJson),
        "content_type" => FaultKind::Spoil(Spoil::ContentType),
        "huge" => FaultKind::Spoil(Spoil::Huge(keys.bytes()?.unwrap_or(HUGE))),
        "drip" => FaultKind::Spoil(Spoil::Drip(keys.time("pause")?.unwrap_or(DRIP))),
        _ => match name.parse::<u16>() {
            Ok(status @ 400..=599) => FaultKind::Status { status, retry_after: keys.number("retry_after")? },
            Ok(code) if codes::lookup(code.into()).is_some() => FaultKind::Code(code),
            Ok(number) => {
                let help = "an error code is one of the API's, a status is one from 400 to 599".to_owned();
                return Err(FaultError::name(format!("{number} is neither an error code nor a status"), help));
            }
            Err(_) => {
                let near = nearest(name, NAMES).map(did_you_mean);
                let help =
                    near.unwrap_or_else(|| format!("a fault is an error code, a status, or {}", NAMES.join(", ")));
                return Err(FaultError::name(format!("unknown fault `{name}`"), help));
            }
        },
    })
}

impl FaultError {
    fn name(message: String, help: String) -> Self {
        FaultError { word: FaultWord::Name, message, help: Some(help) }
    }

    fn value(key: &str, message: String, help: &str) -> Self {
        FaultError { word: FaultWord::Value(key.to_owned()), message, help: Some(help.to_owned()) }
    }
}

/// The values of a fault's keys.
struct Keys<'a>(Vec<(String, &'a str)>);

impl Keys<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| *value)
    }

    fn number(&self, key: &str) -> Result<Option<u64>, FaultError> {
        let parse = |text: &str| {
            let text = text.strip_suffix('s').filter(|_| key == "retry_after").unwrap_or(text);
            let wrong =
                || FaultError::value(key, format!("`{text}` stands where a whole number is wanted"), "such as `2`");
            text.parse().map_err(|_| wrong())
        };
        self.get(key).map(parse).transpose()
    }

    fn bytes(&self) -> Result<Option<u64>, FaultError> {
        match self.number("bytes")? {
            Some(bytes) if bytes > LARGEST => {
                let message = format!("{bytes} stands where at most {LARGEST} bytes are allowed");
                Err(FaultError::value("bytes", message, "a body of 100000000 is the default"))
            }
            bytes => Ok(bytes),
        }
    }

    fn time(&self, key: &str) -> Result<Option<Duration>, FaultError> {
        let parse = |text: &str| {
            let wrong = || {
                let message = format!("`{text}` stands where a time of at most a day is wanted");
                FaultError::value(key, message, TIME_HELP)
            };
            parse_time(text).ok_or_else(wrong)
        };
        self.get(key).map(parse).transpose()
    }

    fn rate(&self) -> Result<f64, FaultError> {
        let Some(text) = self.get("rate") else { return Ok(1.0) };
        let (number, unit) = text.strip_suffix('%').map_or((text, 1.0), |percent| (percent, 0.01));
        let rate = number.trim().parse::<f64>().ok().map(|number| number * unit);
        rate.filter(|rate| (0.0..=1.0).contains(rate)).ok_or_else(|| {
            let message = format!("`{text}` stands where a part from 0 to 1 is wanted");
            FaultError::value("rate", message, "such as `0.1` or `10%`")
        })
    }

    fn operations(&self) -> Result<Vec<Operation>, FaultError> {
        let Some(text) = self.get("on") else { return Ok(Vec::new()) };
        let names = text.split(['+', ' ']).map(str::trim).filter(|name| !name.is_empty());
        let find = |name: &str| {
            let folded = plain(name);
            let row = OPERATIONS.iter().find(|row| row.name == folded);
            row.map(|row| row.operation).ok_or_else(|| {
                let known = || OPERATIONS.iter().map(|row| row.name);
                let near = nearest(&folded, known()).map(did_you_mean);
                let help = near.unwrap_or_else(|| format!("one of {}", known().collect::<Vec<_>>().join(", ")));
                FaultError::value("on", format!("unknown operation `{name}`"), &help)
            })
        };
        names.map(find).collect()
    }
}

/// How a time is written, for messages.
pub(in crate::sandbox) const TIME_HELP: &str = "write it as `500ms`, `2s` or `1m`";

/// A time of at most a day, written with its unit: `500ms`, `2s`, `1m`, `1h`.
pub(in crate::sandbox) fn parse_time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let number: f64 = text[..unit_at].trim().parse().ok()?;
    let unit = match &text[unit_at..] {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * unit).ok().filter(|time| *time <= LONGEST)
}

/// A word of a fault as it is looked up: in whatever case, with `-` or `_`.
pub(in crate::sandbox) fn plain(word: &str) -> String {
    word.trim().to_ascii_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> (FaultWord, String) {
        let error = Fault::read_all(text).unwrap_err();
        (error.word, error.message)
    }

    #[test]
    fn faults_in_words() {
        let faults =
            Fault::read_all("latency; time=20ms; jitter=5ms; on=submit+flow, 4109; times=1; id=\"a b\", ").unwrap();
        let latency = FaultKind::Latency { time: Duration::from_millis(20), jitter: Duration::from_millis(5) };
        assert_eq!((&faults[0].kind, faults.len()), (&latency, 2));
        assert_eq!(faults[0].on, [Operation::SubmitStep, Operation::FlowStep]);
        assert_eq!((&faults[1].kind, faults[1].times), (&FaultKind::Code(4109), Some(1)));
        assert!(NAMES.iter().all(|name| Fault::read(name).is_ok()), "every name that is offered is one");
        assert_eq!(Fault::read("503;Retry-After=3s;rate=25%").unwrap().rate, 0.25);
        assert_eq!(Fault::read("huge").unwrap().kind, FaultKind::Spoil(Spoil::Huge(100_000_000)));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let value = |key: &str| FaultWord::Value(key.to_owned());
        assert_eq!(wrong("latancy"), (FaultWord::Name, "unknown fault `latancy`".to_owned()));
        assert_eq!(wrong("4004"), (FaultWord::Name, "4004 is neither an error code nor a status".to_owned()));
        let key = FaultWord::Key("time".to_owned());
        assert_eq!(wrong("drip;time=1s"), (key, "the fault `drip` takes no `time`".to_owned()));
        assert_eq!(wrong("latency;time=soon").0, value("time"));
        assert_eq!(wrong("500;rate=2").0, value("rate"));
        assert_eq!(wrong("500;on=submti").1, "unknown operation `submti`");
        assert_eq!(wrong("500;times=-1").0, value("times"));
        assert_eq!(wrong("huge;bytes=5000000000").0, value("bytes"));
        assert_eq!(wrong("500;rate=1;Rate=0.5").1, "the fault `500` has `Rate` twice");
    }

    #[test]
    fn times() {
        assert_eq!(parse_time("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_time("1.5 s"), Some(Duration::from_millis(1500)));
        assert_eq!(parse_time("2m"), Some(Duration::from_secs(120)));
        for wrong in ["", "s", "-1s", "2 weeks", "5", "25h"] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }
}
