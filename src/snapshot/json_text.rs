//! JSON as text, as `serde_json` writes it: compact, or with two spaces of indentation.

/// How much room there is between the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// None.
    Compact,
    /// A line each.
    Lines,
}

impl Layout {
    /// Goes on to an item of a list or an entry of an object that stands so deep.
    pub(super) fn begin(self, out: &mut String, first: bool, depth: usize) {
        if !first {
            out.push(',');
        }
        self.new_line(out, depth);
    }

    /// Goes on to the end of a list or an object that stands so deep.
    pub(super) fn end(self, out: &mut String, empty: bool, depth: usize) {
        if !empty {
            self.new_line(out, depth);
        }
    }

    /// Goes on from a key to its value.
    pub(super) fn colon(self, out: &mut String) {
        out.push_str(if self == Layout::Lines { ": " } else { ":" });
    }

    fn new_line(self, out: &mut String, depth: usize) {
        if self == Layout::Lines {
            out.push('\n');
            (0..depth).for_each(|_| out.push_str("  "));
        }
    }
}

/// Writes a text between quotes.
pub(super) fn push_text(out: &mut String, text: &str) {
    if text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
        out.push_str(&serde_json::Value::from(text).to_string());
        return;
    }
    out.push('"');
    out.push_str(text);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_as_serde_json_does() {
        for text in ["", "plain é🦀", "a\"b", "\\", "tab\t", "\u{1}\u{1f}\u{7f}\u{2028}"] {
            let mut out = String::new();
            push_text(&mut out, text);
            assert_eq!(out, serde_json::to_string(text).unwrap());
        }
    }
}
