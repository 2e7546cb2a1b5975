//! Lines for a terminal: styled text, folded and cut to a width in columns.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use crate::phrase::is_unseen;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Strong,
    Dim,
    Added,
    Removed,
    /// The words of an added line that its counterpart has not.
    AddedWord,
    RemovedWord,
    Warning,
}

impl Look {
    fn style(self) -> Style {
        match self {
            Look::Plain => Style::new(),
            Look::Strong => Style::new().bold(),
            Look::Dim => Style::new().dimmed(),
            Look::Added => AnsiColor::Green.on_default(),
            Look::Removed => AnsiColor::Red.on_default(),
            Look::AddedWord => AnsiColor::Green.on_default().invert(),
            Look::RemovedWord => AnsiColor::Red.on_default().invert(),
            Look::Warning => AnsiColor::Yellow.on_default(),
        }
    }
}

/// A line in pieces. Nothing in it is obeyed by a terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pieces: Vec<(Look, String)>,
}

impl Line {
    /// A line of one piece.
    pub(super) fn of(look: Look, text: &str) -> Self {
        Line::default().with(look, text)
    }

    /// With another piece.
    pub(super) fn with(mut self, look: Look, text: &str) -> Self {
        let text = harmless(text);
        match self.pieces.last_mut() {
            Some((last, before)) if *last == look => before.push_str(&text),
            _ if text.is_empty() => {}
            _ => self.pieces.push((look, text)),
        }
        self
    }

    /// With another line after it.
    pub(super) fn and(self, other: &Line) -> Self {
        other.pieces.iter().fold(self, |line, (look, text)| line.with(*look, text))
    }

    /// Its width in columns.
    pub(super) fn width(&self) -> usize {
        self.pieces.iter().flat_map(|(_, text)| text.chars()).map(columns).sum()
    }

    /// With spaces after it up to a width.
    pub(super) fn padded(self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width());
        self.with(Look::Plain, &" ".repeat(missing))
    }

    /// The line cut to a width, with `…` where something is missing.
    pub(super) fn cut(self, width: usize) -> Self {
        if self.width() <= width {
            return self;
        }
        let mut cut = Line::default();
        let mut left = width.saturating_sub(1);
        for (look, text) in self.pieces {
            for letter in text.chars() {
                if columns(letter) > left {
                    return if width == 0 { cut } else { cut.with(look, "…") };
                }
                left -= columns(letter);
                cut = cut.with(look, letter.encode_utf8(&mut [0; 4]));
            }
        }
        cut
    }

    /// The line folded to a width, at spaces where they are near; what follows is indented by so many columns.
    pub(super) fn folded(self, width: usize, indent: usize) -> Vec<Line> {
        let indent = if indent * 2 < width { indent } else { 0 };
        let letters: Vec<(Look, char)> =
            self.pieces.iter().flat_map(|(look, text)| text.chars().map(|letter| (*look, letter))).collect();
        let mut lines = Vec::new();
        let mut rest = &letters[..];
        loop {
            let before = if lines.is_empty() { 0 } else { indent };
            let end = fold_at(rest, width.max(2) - before);
            let mut line = Line::of(Look::Plain, &" ".repeat(before));
            for (look, letter) in &rest[..end] {
                line = line.with(*look, letter.encode_utf8(&mut [0; 4]));
            }
            lines.push(line);
            rest = &rest[end..];
            if rest.is_empty() {
                return lines;
            }
        }
    }

    /// The line as it is written to a terminal.
    pub(super) fn painted(&self, color: bool) -> String {
        self.pieces
            .iter()
            .map(|(look, text)| match look.style() {
                style if color && style != Style::new() => format!("{style}{text}{style:#}"),
                _ => text.clone(),
            })
            .collect()
    }
}

/// How many letters fit into a width; a fold just after a space is better than a full line.
fn fold_at(letters: &[(Look, char)], width: usize) -> usize {
    let mut used = 0;
    let fits = letters.iter().take_while(|(_, letter)| {
        used += columns(*letter);
        used <= width
    });
    let full = fits.count().max(1).min(letters.len());
    if full == letters.len() {
        return full;
    }
    let space = letters[..full].iter().rposition(|(_, letter)| *letter == ' ').map(|at| at + 1);
    space.filter(|at| *at * 3 > full * 2).unwrap_or(full)
}

fn columns(letter: char) -> usize {
    letter.width().unwrap_or(0)
}

/// A text in which nothing moves the cursor, turns the direction of writing or hides.
fn harmless(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' => clean.push_str("    "),
            letter if is_unseen(letter) => clean.push('\u{fffd}'),
            letter => clean.push(letter),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| line.painted(false)).collect()
    }

    #[test]
    fn lines_are_folded_at_spaces_and_in_columns() {
        assert_eq!(texts(&Line::of(Look::Plain, "one two three").folded(9, 2)), ["one two ", "  three"]);
        assert_eq!(texts(&Line::of(Look::Plain, "abcdefgh").folded(5, 1)), ["abcde", " fgh"]);
        assert_eq!(texts(&Line::of(Look::Plain, "日本語の名前").folded(5, 0)), ["日本", "語の", "名前"]);
        assert_eq!(texts(&Line::default().folded(5, 0)), [""]);
        assert_eq!(texts(&Line::of(Look::Plain, "日本").folded(1, 0)), ["日", "本"]);
    }

    #[test]
    fn lines_are_cut_in_columns() {
        assert_eq!(Line::of(Look::Plain, "日本語").cut(5).painted(false), "日本…");
        assert_eq!(Line::of(Look::Plain, "abc").cut(3).painted(false), "abc");
        assert_eq!(Line::of(Look::Plain, "abcd").cut(0).painted(false), "");
    }

    #[test]
    fn a_terminal_obeys_nothing_but_styles() {
        let line = Line::of(Look::Added, "a\u{1b}[2J\u{9b}1m\r\u{202e}\tb");
        assert_eq!(line.painted(false), "a\u{fffd}[2J\u{fffd}1m\u{fffd}\u{fffd}    b");
        assert_eq!(line.painted(true), "\u{1b}[32ma\u{fffd}[2J\u{fffd}1m\u{fffd}\u{fffd}    b\u{1b}[0m");
    }
}
