//! What follows from a comparison: what is written, and whether the step passes.
//!
//! The same variables rule as for the `insta` crate, so that its tool can drive a run.

use super::compare::Comparison;

/// When snapshots are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdatePolicy {
    update: Update,
    force_pass: bool,
}

/// What a variable or the command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Update {
    /// Every answer that differs awaits review.
    Pending,
    /// A first answer is accepted, a changed one awaits review.
    AcceptNew,
    /// Every answer that differs is accepted.
    Accept,
    /// As `Accept`, and files of unchanged answers are written anew.
    Rewrite,
    /// Nothing is written.
    Nothing,
}

/// Why there is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// `INSTA_UPDATE` is none of its words.
    #[error("`{0}` is no value of INSTA_UPDATE: use auto, always, new, unseen, no or force")]
    UnknownUpdate(String),
    /// `INSTA_FORCE_PASS` is neither 0 nor 1.
    #[error("`{0}` is no value of INSTA_FORCE_PASS: use 0 or 1")]
    UnknownForcePass(String),
    /// Snapshots are not updated in CI, because nobody would review them.
    #[error(
        "snapshots are never updated when {0} is set: update them where you can review and commit them, or unset {0}"
    )]
    UpdateInCi(&'static str),
}

/// What is written for a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Write {
    /// Nothing.
    Nothing,
    /// The answer, to await review.
    Pending,
    /// The answer, as the accepted one.
    Accepted,
}

/// What follows from a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What is written.
    pub write: Write,
    /// Whether the step passes as far as its snapshot goes.
    pub passes: bool,
    /// Whether an answer that still awaits review is out of date.
    pub remove_stale_pending: bool,
}

impl UpdatePolicy {
    /// Reads the policy from the environment (`INSTA_UPDATE`, `INSTA_FORCE_PASS`, `CI`, `TF_BUILD`) and from whether
    /// `--update` was given, which goes before `INSTA_UPDATE`.
    ///
    /// # Errors
    ///
    /// When a variable has a value that it cannot have, or `--update` is given in CI.
    pub fn resolve(env: &dyn Fn(&str) -> Option<String>, update: bool) -> Result<Self, PolicyError> {
        let given = |name: &str| env(name).filter(|value| !value.is_empty());
        let ci = ci_variable(env);
        let force_pass = match given("INSTA_FORCE_PASS").as_deref() {
            None | Some("0") => false,
            Some("1") => true,
            Some(other) => return Err(PolicyError::UnknownForcePass(other.to_owned())),
        };
        let asked = match given("INSTA_UPDATE").as_deref() {
            None | Some("auto" | "new") => Update::Pending,
            Some("always" | "1") => Update::Accept,
            Some("unseen") => Update::AcceptNew,
            Some("no") => Update::Nothing,
            Some("force") => Update::Rewrite,
            Some(other) => return Err(PolicyError::UnknownUpdate(other.to_owned())),
        };
        match ci {
            Some(variable) if update => Err(PolicyError::UpdateInCi(variable)),
            // A gate that accepts its own answers is none, whatever a variable says that was set for another machine.
            Some(_) => Ok(UpdatePolicy { update: Update::Nothing, force_pass }),
            _ if update && asked != Update::Rewrite => Ok(UpdatePolicy { update: Update::Accept, force_pass }),
            _ => Ok(UpdatePolicy { update: asked, force_pass }),
        }
    }
}

/// The variable that says that this is CI, where nothing is written that was not asked for by name.
pub fn ci_variable(env: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
    match env("CI").as_deref() {
        Some("false" | "0" | "") => None,
        Some(_) => Some("CI"),
        None => env("TF_BUILD").map(|_| "TF_BUILD"),
    }
}

/// Decides what follows from a comparison.
pub fn decide(policy: UpdatePolicy, comparison: Comparison) -> Decision {
    let write = match (policy.update, comparison) {
        (Update::Rewrite, _) | (Update::Accept, Comparison::New | Comparison::Changed) => Write::Accepted,
        (Update::AcceptNew, Comparison::New) => Write::Accepted,
        (_, Comparison::Same) | (Update::Nothing, _) => Write::Nothing,
        (Update::Pending | Update::AcceptNew, _) => Write::Pending,
    };
    let settled = comparison == Comparison::Same || write == Write::Accepted;
    Decision { write, passes: settled || policy.force_pass, remove_stale_pending: settled }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(env: &[(&str, &str)], update: bool) -> Result<UpdatePolicy, PolicyError> {
        let value = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        UpdatePolicy::resolve(&value, update)
    }

    /// What is written for a new, a changed and an unchanged answer.
    fn writes(env: &[(&str, &str)], update: bool) -> [Write; 3] {
        let policy = resolve(env, update).unwrap();
        [Comparison::New, Comparison::Changed, Comparison::Same].map(|comparison| decide(policy, comparison).write)
    }

    #[test]
    fn words_of_insta_update() {
        use Write::{Accepted, Nothing, Pending};
        let of = |word| writes(&[("INSTA_UPDATE", word)], false);
        assert_eq!(writes(&[], false), [Pending, Pending, Nothing]);
        assert_eq!(of(""), [Pending, Pending, Nothing]);
        assert_eq!(of("auto"), [Pending, Pending, Nothing]);
        assert_eq!(of("new"), [Pending, Pending, Nothing]);
        assert_eq!(of("unseen"), [Accepted, Pending, Nothing]);
        assert_eq!(of("always"), [Accepted, Accepted, Nothing]);
        assert_eq!(of("no"), [Nothing, Nothing, Nothing]);
        assert_eq!(of("force"), [Accepted, Accepted, Accepted]);
        assert_eq!(resolve(&[("INSTA_UPDATE", "alway")], false), Err(PolicyError::UnknownUpdate("alway".to_owned())));
    }

    #[test]
    fn nothing_is_written_in_ci() {
        use Write::{Nothing, Pending};
        for set in [("CI", "true"), ("CI", "1"), ("TF_BUILD", "")] {
            assert_eq!(writes(&[set], false), [Nothing; 3], "{set:?}");
            assert_eq!(resolve(&[set], true), Err(PolicyError::UpdateInCi(set.0)));
        }
        for unset in ["", "0", "false"] {
            assert_eq!(writes(&[("CI", unset), ("TF_BUILD", "1")], false), [Pending, Pending, Nothing], "{unset}");
        }
        for word in ["new", "always", "unseen", "force"] {
            assert_eq!(writes(&[("CI", "1"), ("INSTA_UPDATE", word)], false), [Nothing; 3], "{word}");
        }
    }

    #[test]
    fn update_goes_before_the_variable() {
        use Write::{Accepted, Nothing};
        assert_eq!(writes(&[("INSTA_UPDATE", "no")], true), [Accepted, Accepted, Nothing]);
        assert_eq!(writes(&[("INSTA_UPDATE", "force")], true), [Accepted; 3]);
    }

    #[test]
    fn what_passes() {
        let decide = |env: &[(&str, &str)], comparison| {
            let Decision { passes, remove_stale_pending, .. } = decide(resolve(env, false).unwrap(), comparison);
            (passes, remove_stale_pending)
        };
        assert_eq!(decide(&[], Comparison::Same), (true, true));
        assert_eq!(decide(&[], Comparison::New), (false, false));
        assert_eq!(decide(&[("INSTA_UPDATE", "always")], Comparison::Changed), (true, true));
        assert_eq!(decide(&[("INSTA_FORCE_PASS", "1")], Comparison::Changed), (true, false));
        assert_eq!(decide(&[("INSTA_FORCE_PASS", "0")], Comparison::Changed), (false, false));
        assert!(resolve(&[("INSTA_FORCE_PASS", "yes")], false).is_err());
    }
}
