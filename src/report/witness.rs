//! The calls that show a finding, for a terminal.

use super::curl;
use crate::compose::witness::Witness;
use crate::phrase::counted;

/// The witness as a scenario, or as commands where no scenario says it; with `whole`, as both.
pub fn render(witness: &Witness, whole: bool) -> String {
    let calls = counted(witness.calls, "call");
    let indented =
        |text: &str| text.lines().map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect::<String>();
    let mut text = String::new();
    match &witness.scenario {
        Some(scenario) => text.push_str(&format!("  shown by {calls}:\n\n{}", indented(scenario))),
        None => text.push_str(&format!("  shown by {calls}:\n\n{}", indented(&witness.curl.join("\n")))),
    }
    if whole && witness.scenario.is_some() {
        text.push_str(&format!("\n  the same as commands:\n\n{}", indented(&witness.curl.join("\n"))));
        let hint = curl::hint(&witness.curl.join("\n"));
        if !hint.is_empty() {
            text.push_str(&format!("    # {hint}\n"));
        }
    }
    text
}
