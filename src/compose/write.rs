//! A draft as the text of a scenario file.

use unicode_width::UnicodeWidthStr;

use super::draft::{Argument, Data, Draft, Field, Step};
use super::scalar::{inline, text};
use crate::phrase::is_unseen;
use crate::yaml::scalar::Place;

/// The longest line of comments that stand alone, in columns.
const COMMENT_WIDTH: usize = 110;
/// The widest entry beside which a comment stands; a wider one has its comment above.
const ENTRY_WIDTH: usize = 56;
/// The longest comment beside an entry, in columns.
const LONGEST_BESIDE: usize = 140;

/// One entry of a map, with what is said of it.
struct Line {
    text: String,
    comment: String,
}

/// The draft's text.
///
/// ```
/// use draftgate::compose::{Data, Draft, Step, write};
/// let mut submit = Step::new("submit");
/// submit.set("expect", Data::text("end"), "");
/// let draft = Draft { title: "It ends".into(), flow: "short".into(), steps: vec![Step::new("init"), submit], ..Draft::default() };
/// assert_eq!(write(&draft), "scenario: It ends\nflow: short\nsteps:\n  - init\n\n  - submit:\n    expect: end\n");
/// ```
pub fn write(draft: &Draft) -> String {
    let mut out = String::new();
    comments(&draft.head, "", &mut out);
    out.push_str(&format!("scenario: {}\n", text(&draft.title, Place::Block)));
    out.push_str(&format!("flow: {}\n", text(&draft.flow, Place::Block)));
    if let Some(language) = &draft.language {
        // Unquoted, Norwegian would be read as a refusal by other readers of YAML.
        out.push_str(&format!("language: {}\n", text(language, Place::Block)));
    }
    if draft.authenticated {
        out.push_str("auth: client                      # sends the token that the configured credentials give\n");
    }
    if draft.without_snapshots {
        out.push_str("snapshot: false\n");
    }
    if !draft.cases.is_empty() {
        out.push_str("cases:\n");
        let case = |case: &Vec<(String, Data)>| format!("  - {}\n", inline(&Data::Map(case.clone()), Place::Block));
        out.extend(draft.cases.iter().map(case));
    }
    if !draft.vars.is_empty() {
        out.push_str("\nvars:\n");
        let entry = |name: &str, value: &Data| format!("{}: {}", text(name, Place::Block), inline(value, Place::Block));
        let lines =
            draft.vars.iter().map(|var| Line { text: entry(&var.name, &var.value), comment: var.comment.clone() });
        aligned(&lines.collect::<Vec<_>>(), "  ", &mut out);
        out.push('\n');
    }
    out.push_str("steps:\n");
    for (at, step) in draft.steps.iter().enumerate() {
        if at > 0 && (!step.above.is_empty() || is_tall(step) || is_tall(&draft.steps[at - 1])) {
            out.push('\n');
        }
        write_step(step, &mut out);
    }
    if !draft.closing.is_empty() {
        out.push('\n');
        comments(&draft.closing, "  ", &mut out);
    }
    out
}

/// Whether a step has more than a line or two: then it stands apart from its neighbours.
fn is_tall(step: &Step) -> bool {
    matches!(&step.argument, Argument::Fields(fields) if !fields.is_empty()) || step.action == "submit"
}

fn write_step(step: &Step, out: &mut String) {
    comments(&step.above, "  ", out);
    let bare = step.modifiers.is_empty();
    let colon = |bare| if bare { "" } else { ":" };
    let action = match &step.argument {
        Argument::None => format!("- {}{}", step.action, colon(bare)),
        Argument::Inline(data) => format!("- {}: {}", step.action, inline(data, Place::Block)),
        Argument::Fields(fields) => format!("- {}{}", step.action, colon(bare && fields.is_empty())),
    };
    aligned(&[Line { text: action, comment: step.comment.clone() }], "  ", out);
    if let Argument::Fields(fields) = &step.argument {
        aligned(&fields.iter().map(field).collect::<Vec<_>>(), "      ", out);
    }
    for (name, value, comment) in &step.modifiers {
        let line = Line { text: format!("{name}: {}", inline(value, Place::Block)), comment: comment.clone() };
        aligned(&[line], "    ", out);
    }
}

fn field(field: &Field) -> Line {
    let entry = format!("{}: {}", text(&field.key, Place::Block), inline(&field.value, Place::Block));
    let text = if field.sent { entry } else { format!("# {entry}") };
    Line { text, comment: field.comment.clone() }
}

/// Writes entries with their comments beside them in one column, or above them where they are wide.
fn aligned(lines: &[Line], indent: &str, out: &mut String) {
    let width = |line: &Line| line.text.width();
    let column = lines.iter().filter(|line| !line.comment.is_empty()).map(width).filter(|width| *width <= ENTRY_WIDTH);
    let column = column.max().unwrap_or(0);
    for line in lines {
        let comment = one_line(&line.comment);
        if comment.is_empty() {
            out.push_str(&format!("{indent}{}\n", line.text));
        } else if width(line) > ENTRY_WIDTH || comment.width() > LONGEST_BESIDE {
            comments(&[comment], indent, out);
            out.push_str(&format!("{indent}{}\n", line.text));
        } else {
            let gap = " ".repeat(column - width(line) + 2);
            out.push_str(&format!("{indent}{}{gap}# {comment}\n", line.text));
        }
    }
}

/// Comments on lines of their own, wrapped between words.
fn comments(lines: &[String], indent: &str, out: &mut String) {
    for line in lines {
        let mut row = String::new();
        for word in one_line(line).split(' ') {
            if !row.is_empty() && indent.len() + row.width() + word.width() + 3 > COMMENT_WIDTH {
                out.push_str(&format!("{indent}# {row}\n"));
                row.clear();
            }
            if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(word);
        }
        out.push_str(format!("{indent}# {row}").trim_end());
        out.push('\n');
    }
}

/// A comment ends with its line, so that what comes from a server cannot go on as YAML.
fn one_line(text: &str) -> String {
    text.replace(is_unseen, " ").split_whitespace().collect::<Vec<_>>().join(" ")
}
