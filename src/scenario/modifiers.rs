//! Which modifiers go with which actions, and with each other.

use super::action::Action;
use crate::source::{Code, Diagnostic};
use crate::yaml::{Kind, Mapping, Reading};

/// All modifiers.
pub(super) const MODIFIERS: [&str; 17] = [
    "name",
    "as",
    "language",
    "headers",
    "session",
    "fill",
    "omit",
    "map",
    "retry_on_pending",
    "wait",
    "repeat",
    "when",
    "expect",
    "capture",
    "snapshot",
    "checks",
    "continue",
];
/// Those that a fragment's use and a sleep may have.
pub const BARE_MODIFIERS: [&str; 4] = ["name", "as", "when", "continue"];
/// The actions that answer with a step of the flow.
const FLOW_ACTIONS: &[&str] = &["init", "current", "submit", "back"];
/// Modifiers that only some actions can have.
pub const LIMITED_MODIFIERS: [(&str, &[&str]); 5] = [
    ("fill", &["submit"]),
    ("omit", &["submit"]),
    ("map", &["submit"]),
    ("retry_on_pending", FLOW_ACTIONS),
    ("wait", FLOW_ACTIONS),
];

/// Notes modifiers that mean nothing to the action, or to each other: what is written and silently ignored would be
/// taken for checked.
pub(super) fn check(action: &Action, map: &Mapping<'_>, reading: &mut Reading<'_>) {
    let given = |name: &str| map.rest().iter().find(|(key, ..)| key == name).map(|(_, key, value)| (key.span, *value));
    let word = action.name();
    for (modifier, actions) in LIMITED_MODIFIERS {
        if let Some((span, _)) = given(modifier)
            && !actions.contains(&word)
        {
            reading.mistake(
                Diagnostic::mistake(Code::IdleModifier, span, format!("`{modifier}` means nothing to `{word}`"))
                    .help(format!("it belongs to {}", actions.join(", "))),
            );
        }
    }
    if matches!(action, Action::Use(_) | Action::Sleep(_)) {
        for (key, at, _) in map.rest().iter().filter(|(key, ..)| BARE_MODIFIERS.iter().all(|bare| bare != key)) {
            if MODIFIERS.contains(&key.as_str()) && LIMITED_MODIFIERS.iter().all(|(limited, _)| limited != key) {
                let help = "put it on the steps that it is meant for";
                reading.mistake(
                    Diagnostic::mistake(Code::IdleModifier, at.span, format!("`{key}` means nothing to `{word}`"))
                        .help(help),
                );
            }
        }
    }
    if let Some((span, _)) = given("omit").filter(|_| given("fill").is_none()) {
        reading.mistake(
            Diagnostic::mistake(
                Code::IdleModifier,
                span,
                "`omit` leaves out what `fill` generates, and there is no `fill`",
            )
            .help("add `fill: valid`, or simply do not name the fields that are left out"),
        );
    }
    let unmapped = given("map").is_some_and(|(_, value)| matches!(value.kind, Kind::Bool(false)));
    if let Some((span, _)) = given("fill").filter(|_| unmapped) {
        reading.mistake(
            Diagnostic::mistake(
                Code::IdleModifier,
                span,
                "`fill` needs the step's fields, which `map: false` does not look at",
            )
            .help("leave out one of the two"),
        );
    }
    if let Some((span, value)) = given("session").filter(|(_, value)| matches!(value.as_str(), Some("same" | "new"))) {
        let sent = value.as_str().unwrap_or_default();
        reading.mistake(
            Diagnostic::mistake(Code::SessionValue, span, format!("`session: {sent}` would be sent as it is"))
                .help(format!("to check the session, write `expect: {{session: {sent}}}`")),
        );
    }
}
