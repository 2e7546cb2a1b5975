//! How much must be covered: `transitions=90,validations=80`.

use std::str::FromStr;

use super::{Coverage, KINDS, Kind};
use crate::phrase::{did_you_mean, nearest};

/// How much of some kinds must be covered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Demands(Vec<(Kind, f64)>);

/// A text is no such demand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoDemand {
    /// It names no kind.
    #[error("nothing is counted that is called {word:?}: {help}")]
    Unknown {
        /// What it says.
        word: String,
        /// The way out.
        help: String,
    },
    /// It has no share.
    #[error("{0:?} is no share: write KIND=PERCENT, such as transitions=90")]
    NoShare(String),
    /// It names a kind twice.
    #[error("{0} is asked for twice")]
    Twice(&'static str),
}

impl FromStr for Demands {
    type Err = NoDemand;

    /// ```
    /// use draftgate::coverage::demand::Demands;
    /// assert!("transitions=90, error-codes=50%".parse::<Demands>().is_ok());
    /// let error = "transition=90".parse::<Demands>().unwrap_err();
    /// assert!(error.to_string().contains("did you mean `transitions`?"));
    /// ```
    fn from_str(text: &str) -> Result<Self, NoDemand> {
        let mut demands: Vec<(Kind, f64)> = Vec::new();
        for part in text.split(',').map(str::trim) {
            let (word, share) = part.split_once('=').ok_or_else(|| NoDemand::NoShare(part.to_owned()))?;
            let kind = kind(word.trim())?;
            let percent = share.trim().trim_end_matches('%').trim_end().parse::<f64>().ok();
            let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
            let percent = percent.ok_or_else(|| NoDemand::NoShare(part.to_owned()))?;
            if demands.iter().any(|(known, _)| *known == kind) {
                return Err(NoDemand::Twice(kind.name()));
            }
            demands.push((kind, percent));
        }
        Ok(Demands(demands))
    }
}

/// The kind of a word; a hyphen stands for a space.
fn kind(word: &str) -> Result<Kind, NoDemand> {
    let plain = word.to_ascii_lowercase().replace(['-', '_'], " ");
    if let Some((kind, _)) = KINDS.iter().find(|(_, name)| *name == plain) {
        return Ok(*kind);
    }
    let written: Vec<String> = KINDS.iter().map(|(_, name)| name.replace(' ', "-")).collect();
    let help = match nearest(&plain.replace(' ', "-"), written.iter().map(String::as_str)) {
        Some(near) => did_you_mean(near),
        None => format!("there are {}", written.join(", ")),
    };
    Err(NoDemand::Unknown { word: word.to_owned(), help })
}

impl Demands {
    /// What is under what is asked for, a sentence each: `transitions: 75.0 % (3 of 4) are covered by passing tests, and 90 %
    /// must be: 1 more is needed`.
    pub fn unmet(&self, coverage: &Coverage) -> Vec<String> {
        self.0.iter().filter_map(|(kind, wanted)| unmet(*kind, *wanted, coverage)).collect()
    }
}

fn unmet(kind: Kind, wanted: f64, coverage: &Coverage) -> Option<String> {
    let count = coverage.count(kind);
    let needed = (1..=count.all).find(|passing| 100.0 * *passing as f64 / count.all as f64 >= wanted)?;
    let missing = needed.checked_sub(count.passing).filter(|missing| *missing > 0 && wanted > 0.0)?;
    let percent = count.percent()?;
    let more = if missing == 1 { "1 more is needed".to_owned() } else { format!("{missing} more are needed") };
    Some(format!(
        "{}: {percent:.1} % ({} of {}) are covered by passing tests, and {wanted} % must be: {more}",
        kind.name(),
        count.passing,
        count.all
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        text.parse::<Demands>().unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_demand_is_told_with_a_way_out() {
        assert_eq!(
            told("validation=80"),
            "nothing is counted that is called \"validation\": did you mean `validations`?"
        );
        assert!(told("lines=80").contains("there are steps, transitions, options, fields, validations, error-codes"));
        assert_eq!(told("steps"), "\"steps\" is no share: write KIND=PERCENT, such as transitions=90");
        assert!(told("steps=101").contains("no share") && told("steps=NaN").contains("no share"));
        assert_eq!(told("steps=1,steps=2"), "steps is asked for twice");
        assert!("back_edges=0,Error codes=99.5 %".parse::<Demands>().is_ok());
    }
}
