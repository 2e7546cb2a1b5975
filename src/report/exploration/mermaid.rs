//! A flow as a diagram in Mermaid's language, which GitHub, GitLab and many editors draw.

use super::{backwards, name, reason};
use crate::explore::Explored;
use crate::explore::mapping::ways;
use crate::explore::model::Goal;

/// The diagram.
pub fn mermaid(explored: &Explored) -> String {
    let model = &explored.model;
    let mut text = "flowchart TD\n".to_owned();
    for (step, seen) in model.steps.iter().enumerate() {
        let label = quoted(&name(model, step));
        let shape = if seen.sight.is_end() { format!("([{label}])") } else { format!("[{label}]") };
        text.push_str(&format!("    s{step}{shape}\n"));
    }
    for goal in &model.beginnings {
        if let Goal::Step(step) = goal {
            text.push_str(&format!("    begin(( )) --> s{step}\n"));
        }
    }
    for step in model.by_distance() {
        let all = ways(model, step, &explored.forks[step]);
        let several = all.len() > 1;
        for (to, when) in all {
            let why = reason(model, step, &when, several).plain();
            let why = if why.is_empty() { String::new() } else { format!("|{}|", quoted(why.trim())) };
            text.push_str(&format!("    s{step} -->{why} s{to}\n"));
        }
        for to in backwards(model, step) {
            text.push_str(&format!("    s{step} -.-> s{to}\n"));
        }
    }
    text
}

/// A text between quotes, as Mermaid takes any: what means something to it is written as an entity.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | '|' | '[' | ']' | '{' | '}' | ';' | '%' => {
                quoted.push_str(&format!("#{};", u32::from(letter)));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
