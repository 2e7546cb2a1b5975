//! Texts in Markdown of which nothing is Markdown or HTML by itself, nor a mention of somebody.

use std::sync::LazyLock;

use regex::Regex;

use crate::phrase::is_unseen;
use crate::semantic::{Part, Sentence};

/// The longest row of backticks.
pub(in crate::report) fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default()
}

/// A text as code, whatever is in it.
pub(in crate::report) fn code(text: &str) -> String {
    let text = one_line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    // A space at each end is taken away again; without it a backtick there would be one of the fence.
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The same in a cell of a table, where bars count even in code.
pub(in crate::report) fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// A text in a line, of which nothing is a mark.
pub(in crate::report) fn inline(text: &str) -> String {
    inert(&one_line(text))
}

/// The same, but for what sentences of our own mark: names of members in backticks, and labels between stars.
pub(in crate::report) fn said(text: &str) -> String {
    static MARKS: LazyLock<Regex> = LazyLock::new(|| {
        let label = r"(?P<before>^|[\s(\u{201c}])\*(?P<label>[^*\s](?:[^*]*[^*\s])?)\*";
        Regex::new(&format!("`(?P<code>[^`]+)`|{label}")).expect("the pattern is a constant")
    });
    let text = one_line(text);
    let (mut safe, mut done) = (String::new(), 0);
    for found in MARKS.captures_iter(&text) {
        let Some(whole) = found.get(0) else { continue };
        safe.push_str(&inert(&text[done..whole.start()]));
        match (found.name("code"), found.name("before"), found.name("label")) {
            (Some(name), ..) => safe.push_str(&code(name.as_str())),
            (_, Some(before), Some(label)) => {
                safe.push_str(&format!("{}**{}**", inert(before.as_str()), inert(label.as_str())));
            }
            _ => {}
        }
        done = whole.end();
    }
    safe.push_str(&inert(&text[done..]));
    safe
}

fn inert(text: &str) -> String {
    let mut safe = String::new();
    let mut before = ' ';
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // Names behind these are told of it, and numbers become links.
            '@' | '#' => safe.push_str(&format!("{letter}&#8203;")),
            '/' if before == ':' => safe.push_str("&#8203;/"),
            '.' if safe.to_ascii_lowercase().ends_with("www") => safe.push_str("&#8203;."),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' => safe.extend(['\\', letter]),
            letter => safe.push(letter),
        }
        before = letter;
    }
    safe
}

/// A text in HTML.
pub(in crate::report) fn html(text: &str) -> String {
    one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A sentence with its labels in bold, and no other marks.
pub(in crate::report) fn marked(sentence: &Sentence) -> String {
    let part = |part: &Part| match part {
        Part::Label(label) => format!("**{}**", inline(label)),
        Part::Words(words) => {
            // Only what is between the words' own spaces.
            let before = &words[..words.len() - words.trim_start().len()];
            let after = &words[words.trim_end().len().max(before.len())..];
            format!("{before}{}{after}", inline(words))
        }
    };
    sentence.parts.iter().map(part).collect()
}

/// A block to be opened, in an item of a list. Its fence is longer than any in it.
pub(in crate::report) fn details(title: &str, language: &str, block: &str) -> String {
    let fence = "`".repeat(3.max(longest_run(block) + 1));
    let lines: String = block.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect();
    let title = inline(title);
    format!("\n  <details><summary>{title}</summary>\n\n  {fence}{language}\n{lines}  {fence}\n\n  </details>\n")
}

fn one_line(text: &str) -> String {
    let text: String = text.chars().map(|letter| if is_unseen(letter) { ' ' } else { letter }).collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sentences_of_our_own_mark_stays_marked() {
        let text = "expected the step `A <b>`, *Post_code* was added after *Last name*; 2 * 3 * 4, a*b*c @d";
        let page = "expected the step `A <b>`, **Post\\_code** was added after **Last name**; 2 \\* 3 \\* 4, a\\*b\\*c @&#8203;d";
        assert_eq!(said(text), page);
        assert_eq!(said("one ` of two"), "one \\` of two");
    }

    #[test]
    fn nothing_in_a_text_is_a_mark() {
        assert_eq!(inline("a *b* <img> & `c`\n@d"), "a \\*b\\* &lt;img&gt; &amp; \\`c\\` @&#8203;d");
        assert_eq!(inline("see https://x.y and www.x.y #12"), "see https:&#8203;//x.y and www&#8203;.x.y #&#8203;12");
        assert_eq!(code("a ``b`` c"), "```a ``b`` c```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(cell("a|b"), "`a\\|b`");
    }

    #[test]
    fn a_sentence_is_marked_at_its_labels_only() {
        let sentence = Sentence::default().words("see ").label("a*b").words(" and ").label("c").words(" <i>");
        assert_eq!(marked(&sentence), "see **a\\*b** and **c** &lt;i&gt;");
        assert_eq!(marked(&Sentence::default().words("  ").label("c")), "  **c**");
    }
}
