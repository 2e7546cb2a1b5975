//! What a kind of mistake is, for a terminal: Markdown marks made plain, examples indented.

use anstyle::Style;

use crate::source::CodeEntry;

/// How wide a paragraph becomes, in characters.
const WIDTH: usize = 100;

/// The explanation of a kind of mistake: a title line, the text, its examples.
///
/// ```text
/// E004  a tab at the beginning of a line
///
/// YAML is indented with spaces only: …
///
///   scenario: A tab
/// ```
pub fn render(entry: &CodeEntry, color: bool) -> String {
    let bold = if color { Style::new().bold() } else { Style::new() };
    let mut text = format!("{bold}{}{bold:#}  {}\n", entry.number, entry.title);
    let mut fenced = false;
    let mut paragraph = String::new();
    for line in entry.explanation.lines().chain([""]) {
        if let Some(info) = line.strip_prefix("```") {
            push_paragraph(&mut text, &mut paragraph);
            fenced = !fenced;
            if fenced {
                text.push('\n');
                // The file's name, where the example is one of several files.
                if let Some(name) = info.split_whitespace().nth(1) {
                    text.push_str(&format!("{name}:\n\n"));
                }
            }
        } else if fenced {
            text.push_str(format!("  {line}").trim_end());
            text.push('\n');
        } else if line.trim().is_empty() {
            push_paragraph(&mut text, &mut paragraph);
        } else if let Some(item) = line.strip_prefix("- ") {
            push_paragraph(&mut text, &mut paragraph);
            paragraph.push_str(&format!("- {item}"));
        } else {
            let space = if paragraph.is_empty() { "" } else { " " };
            paragraph.push_str(&format!("{space}{}", line.trim()));
        }
    }
    text
}

/// Ends a paragraph: wrapped, without the marks that Markdown has for emphasis.
fn push_paragraph(text: &mut String, paragraph: &mut String) {
    if paragraph.is_empty() {
        return;
    }
    let is_item = paragraph.starts_with("- ");
    // Items of one list stand together.
    if !(is_item && text.lines().last().is_some_and(|line| line.starts_with("- ") || line.starts_with("  "))) {
        text.push('\n');
    }
    let mut width = 0;
    for word in paragraph.replace("**", "").split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            text.push_str(if is_item { "\n  " } else { "\n" });
            width = if is_item { 2 } else { 0 };
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += length;
    }
    text.push('\n');
    paragraph.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Code;

    #[test]
    fn markdown_becomes_plain() {
        let entry = CodeEntry {
            code: Code::TabIndent,
            number: "E004",
            title: "a tab",
            explanation: "One **two**\nthree.\n\n- a\n- b\n\n```yaml\na: 1\n\nb: 2\n```\n\nPut right:\n\n```csv cases.csv\nx\n```\n",
        };
        let expected =
            "E004  a tab\n\nOne two three.\n\n- a\n- b\n\n  a: 1\n\n  b: 2\n\nPut right:\n\ncases.csv:\n\n  x\n";
        assert_eq!(render(&entry, false), expected);
        assert!(render(&entry, true).starts_with("\u{1b}[1mE004\u{1b}[0m  a tab\n"));
    }

    #[test]
    fn paragraphs_are_wrapped() {
        let entry = CodeEntry {
            code: Code::TabIndent,
            number: "E004",
            title: "a tab",
            explanation: Box::leak("word ".repeat(60).into_boxed_str()),
        };
        assert!(render(&entry, false).lines().all(|line| line.chars().count() <= WIDTH));
    }
}
