//! Steps after the end of the flow.

use super::outcome::Outcome;
use super::walk::{Context, Standing};
use crate::scenario::Step;
use crate::scenario::action::Action;
use crate::source::{Code, Diagnostic};

/// Looks at a step of an applicant whose flow has ended: nothing but the end, or an error, follows the end.
pub(super) fn check(step: &Step, outcome: Outcome<'_>, standing: &Standing<'_>, context: &mut Context<'_>) {
    let Some(end) = standing.ended else { return };
    let odd = match &step.action {
        Action::Submit(_) | Action::Back | Action::Upload { .. } => {
            matches!(outcome, Outcome::Success | Outcome::Step(..) | Outcome::Pending)
        }
        Action::Current => matches!(outcome, Outcome::Step(..) | Outcome::Pending),
        _ => false,
    };
    if !odd || matches!(outcome, Outcome::Step(name, _) if name.eq_ignore_ascii_case("end")) {
        return;
    }
    let word = step.action.name();
    let help = match &step.action {
        Action::Back => "expect error 4103, or begin anew with `- init`",
        _ => "expect error 4013, or begin anew with `- init`",
    };
    context.found.push(
        Diagnostic::mistake(Code::AfterTheEnd, step.action_span, format!("the flow has ended before this `{word}`"))
            .related(end, "the end is expected here")
            .help(help),
    );
}
