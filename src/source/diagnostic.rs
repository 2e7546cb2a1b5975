//! A mistake in a source text, as plain data.

use std::path::Path;

use super::{Code, Span, nearest_file};

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// It stops something.
    Error,
    /// It is odd.
    Warning,
}

/// A mistake in a source text: what is wrong, where, and the way out where one is known.
///
/// One that stands in a file whoever runs it ([`Diagnostic::mistake`]) has a code, which `draftgate explain` says more
/// about; a check that failed ([`Diagnostic::new`]) has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of mistake it is.
    pub code: Option<Code>,
    /// The place the caret goes under.
    pub span: Span,
    /// What is wrong, a lower-case fragment.
    pub message: String,
    /// Said at the caret itself.
    pub label: Option<String>,
    /// What else is to be known, such as where a fact comes from.
    pub notes: Vec<String>,
    /// The way out.
    pub help: Option<String>,
    /// Other places that belong to it, each with what is to be seen there.
    pub related: Vec<(Span, String)>,
    /// What to write instead, where that is certain.
    pub fix: Option<Fix>,
}

/// A change of the text that puts a mistake right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, a lower-case fragment: "write the field's new label".
    pub message: String,
    /// What is written where.
    pub edits: Vec<Edit>,
}

/// A place of a text and what stands there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What it is replaced by.
    pub text: String,
}

impl Diagnostic {
    /// What did not come out as it should at a place, with nothing more to say yet.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code: None,
            span,
            message: message.into(),
            label: None,
            notes: Vec::new(),
            help: None,
            related: Vec::new(),
            fix: None,
        }
    }

    /// A mistake of a known kind at a place.
    pub fn mistake(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { code: Some(code), ..Diagnostic::new(span, message) }
    }

    /// The mistake of a file that is named and is not there, with the nearest that is.
    pub fn no_file(span: Span, folder: &Path, path: &str) -> Self {
        let near = nearest_file(folder, path).map(|near| format!("did you mean {near:?}?"));
        Diagnostic::mistake(Code::NoFile, span, format!("there is no file {path:?}"))
            .help("a file's path starts from the folder of the file that names it")
            .maybe_help(near)
    }

    /// With a few words at the caret.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With something else to be known.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With a way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a way out, where there is one.
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// With another place that belongs to it.
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// With what to write instead.
    pub fn fix(mut self, message: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { message: message.into(), edits });
        self
    }
}
