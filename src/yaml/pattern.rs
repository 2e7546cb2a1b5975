//! Regular expressions that people write in YAML.

use std::ops::Range;

use crate::source::{Code, Diagnostic, Span};

/// Where a regular expression breaks, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenPattern {
    /// The bytes of the pattern that are wrong.
    pub part: Range<usize>,
    /// Why, a lower-case fragment.
    pub reason: String,
}

impl BrokenPattern {
    /// It as a mistake at a place.
    pub fn mistake(&self, span: Span) -> Diagnostic {
        Diagnostic::mistake(Code::BadRegex, span, format!("this is not a regular expression: {}", self.reason))
            .help("a sign that is meant as it stands has a backslash before it: `\\.`, `\\(`, `\\+`")
    }
}

/// Where a text breaks that is no regular expression.
///
/// ```
/// let broken = draftgate::yaml::broken_pattern("[a-z]+(x").unwrap();
/// assert_eq!((broken.part, &*broken.reason), (6..7, "unclosed group"));
/// assert_eq!(draftgate::yaml::broken_pattern("^F.*e$"), None);
/// ```
pub fn broken_pattern(pattern: &str) -> Option<BrokenPattern> {
    let error = regex::Regex::new(pattern).err()?;
    let (span, reason) = match regex_syntax::parse(pattern) {
        Err(regex_syntax::Error::Parse(error)) => (*error.span(), error.kind().to_string()),
        Err(regex_syntax::Error::Translate(error)) => (*error.span(), error.kind().to_string()),
        // One that is too large for the engine has no place of its own.
        _ => return Some(BrokenPattern { part: 0..pattern.len(), reason: error.to_string() }),
    };
    Some(BrokenPattern { part: span.start.offset..span.end.offset, reason })
}
