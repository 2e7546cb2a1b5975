//! Regular expressions of validations: how a browser's pattern is read, and what matches it.
//!
//! The reference says nothing of their dialect. Builders write them for JavaScript, so that dialect is read, look-around and
//! back references included.

use regex::Regex;

/// How often the engine that knows look-around may go back before a text is given up: some patterns take exponentially long.
const MOST_BACKTRACKING: usize = 200_000;

/// A pattern of an element's validations, read.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    whole: Engine,
    within: Engine,
}

/// An engine in linear time for what it knows, one that goes back for the rest.
#[derive(Debug, Clone)]
enum Engine {
    Linear(Regex),
    Backtracking(Box<fancy_regex::Regex>),
}

/// Why a pattern cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

impl PatternError {
    /// The crates for regular expressions draw the pattern over several lines; the reason stands in the last.
    pub fn of(error: &impl std::fmt::Display) -> Self {
        let text = error.to_string();
        let line = text.lines().last().unwrap_or_default();
        PatternError(line.strip_prefix("error: ").unwrap_or(line).to_owned())
    }
}

impl Pattern {
    /// Reads a pattern as an element has it.
    ///
    /// # Errors
    ///
    /// When it is no regular expression.
    ///
    /// ```
    /// use draftgate::api::pattern::Pattern;
    /// let no_zeros = Pattern::read(r"^(?!000)\d{9}$").unwrap();
    /// assert_eq!(no_zeros.matches_within("123456789"), Some(true));
    /// assert_eq!(no_zeros.matches_within("000456789"), Some(false));
    /// ```
    pub fn read(source: &str) -> Result<Self, PatternError> {
        let translated = translate(source);
        // First alone, so that what is wrong is told of the pattern itself.
        let within = Engine::read(&translated)?;
        Ok(Pattern { source: source.to_owned(), whole: Engine::read(&format!(r"\A(?:{translated})\z"))?, within })
    }

    /// The pattern as the element has it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether all of a text matches, as a form in a browser demands; none where that takes too long to say.
    pub fn matches_whole(&self, text: &str) -> Option<bool> {
        self.whole.is_match(text)
    }

    /// Whether some part of a text matches, as most services ask; none where that takes too long to say.
    pub fn matches_within(&self, text: &str) -> Option<bool> {
        self.within.is_match(text)
    }
}

impl Engine {
    fn read(source: &str) -> Result<Self, PatternError> {
        let linear = match Regex::new(source) {
            Ok(regex) => return Ok(Engine::Linear(regex)),
            Err(error) => error,
        };
        let backtracking = fancy_regex::RegexBuilder::new(source).backtrack_limit(MOST_BACKTRACKING).build();
        backtracking.map(|regex| Engine::Backtracking(Box::new(regex))).map_err(|error| {
            // Of what neither reads, the first says better what is wrong, unless it is only what the second knows.
            let linear = PatternError::of(&linear);
            if linear.0.contains("not supported") { PatternError::of(&error) } else { linear }
        })
    }

    fn is_match(&self, text: &str) -> Option<bool> {
        match self {
            Engine::Linear(regex) => Some(regex.is_match(text)),
            Engine::Backtracking(regex) => regex.is_match(text).ok(),
        }
    }
}

/// A pattern of a browser in the syntax of the regex crates: `/…/i`, and what stands plainly in a JavaScript class
/// (`[\w-.]`, `[[(]`, `[&~]`) but means something here.
pub fn translate(source: &str) -> String {
    let (body, flags) = match source.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
        Some((body, flags)) if flags.chars().all(|c| "dgimsuvy".contains(c)) => (body, flags),
        _ => (source, ""),
    };
    let flags: String = flags.chars().filter(|c| "ims".contains(*c)).collect();
    let mut out = if flags.is_empty() { String::new() } else { format!("(?{flags})") };
    let chars: Vec<char> = body.chars().collect();
    let (mut in_class, mut i) = (false, 0);
    while let Some(&c) = chars.get(i) {
        let next = chars.get(i + 1).copied();
        let shorthand =
            |at: usize| chars.get(at) == Some(&'\\') && chars.get(at + 1).is_some_and(|c| "wdsWDS".contains(*c));
        match c {
            '\\' => {
                out.push(c);
                out.extend(next);
                if in_class && shorthand(i) && chars.get(i + 2) == Some(&'-') && chars.get(i + 3) != Some(&']') {
                    out.push('\\');
                }
                i += 1;
            }
            '[' if in_class && next != Some(':') => out.push_str("\\["),
            '&' | '~' if in_class => out.extend(['\\', c]),
            '-' if in_class && shorthand(i + 1) => out.push_str("\\-"),
            _ => {
                in_class = (in_class && c != ']') || c == '[';
                out.push(c);
            }
        }
        i += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_as_browsers_have_them() {
        for (pattern, text) in [
            (r"/^[a-z\/]+$/i", "A/b"),
            (r"^[\w-.]+$", "a-.b"),
            (r"^[[(]x$", "[x"),
            (r"^[a&&b]+$", "&b"),
            (r"^[\d-]+$", "1-2"),
            (r"^[+-\d]$", "-"),
            (r"^(?=.*\d)(?=.*[a-z]).{8,}$", "abcdefg1"),
            (r"^(\d)\1$", "44"),
            (r"^(?<digit>\d)\k<digit>$", "44"),
        ] {
            assert_eq!(Pattern::read(pattern).unwrap().matches_whole(text), Some(true), "{pattern}");
        }
        for (pattern, text) in [
            (r"^[^[\]]$", "["),
            (r"^(?=.*\d)(?=.*[a-z]).{8,}$", "abcdefgh"),
            (r"^(\d)(?!\1+$)\d+$", "4444"),
            (r"\d$", "1\n"),
        ] {
            assert_eq!(Pattern::read(pattern).unwrap().matches_within(text), Some(false), "{pattern}");
        }
    }

    #[test]
    fn what_takes_too_long_is_given_up() {
        let slow = Pattern::read(r"^(?:a(?=.)|a(?=[^c]))+$").unwrap();
        assert_eq!(slow.matches_within(&format!("{}b", "a".repeat(60))), None);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let why = Pattern::read("[a-").unwrap_err().to_string();
        assert!(why.contains("class") && !why.contains('\n'), "{why}");
    }
}
