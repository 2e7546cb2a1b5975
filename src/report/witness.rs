//! The calls that show a finding, for a terminal and for a page.

use super::curl;
use super::markdown::text::details;
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

/// The same in Markdown, folded together.
pub fn markdown(witness: &Witness) -> String {
    let scenario = witness.scenario.as_ref();
    let mut text = scenario.map_or_else(String::new, |scenario| details("a scenario that shows it", "yaml", scenario));
    text.push_str(&details("the same as commands", "sh", &witness.curl.join("\n")));
    text
}
