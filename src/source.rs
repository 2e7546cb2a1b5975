//! Source texts, and places in them.
//!
//! Owns the text of every file that a person wrote (scenarios, fragments, configuration, flow definitions) and the
//! [`Span`] by which everything parsed from them remembers where it came from. A [`Diagnostic`] is a mistake in such a
//! text, as plain data: `report::diagnostic` turns it into what a person reads.

mod codes;
mod diagnostic;
mod edited;
mod path;
mod write;

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::phrase::nearest;

pub use codes::{CODES, Code, CodeEntry};
pub use diagnostic::{Diagnostic, Edit, Fix, Severity};
pub use edited::Edited;
pub use path::{canonical, from_here, path_text};
pub use write::{is_open_end, is_unfinished, write_file, write_private_file};

/// Which of a [`Sources`]' files a [`Span`] points into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A place in a source file: a range of bytes, always inside the text and on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte; equal to `start` for a place without extent.
    pub end: u32,
}

impl Span {
    /// The range of bytes in the file's text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The span from the beginning of `self` to the end of `other`, which must be of the same file.
    pub fn to(self, other: Span) -> Span {
        Span { end: self.end.max(other.end), ..self }
    }
}

/// One file's text and the path by which people know it.
#[derive(Debug, Clone)]
pub struct Source {
    /// As it is shown: relative to where the user stands, where that is possible.
    pub path: PathBuf,
    /// The whole text.
    pub text: Arc<str>,
}

impl Source {
    /// Line and column of a byte, both counted from one, the column in characters.
    ///
    /// ```
    /// let source = draftgate::source::Source { path: "a.yaml".into(), text: "a: 1\nbé: 2".into() };
    /// assert_eq!(source.line_column(8), (2, 3));
    /// ```
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let before = &self.text[..self.floor(byte)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    fn floor(&self, byte: usize) -> usize {
        let mut at = byte.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// All source files of a run.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
    /// Files that others name, by the path that the name comes to, each with what came of reading it.
    named: HashMap<PathBuf, Result<SourceId, Diagnostic>>,
}

impl Sources {
    /// Takes a file in.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<Arc<str>>) -> SourceId {
        self.files.push(Source { path: path.into(), text: text.into() });
        SourceId(u32::try_from(self.files.len() - 1).expect("fewer than four thousand million files"))
    }

    /// Reads a text file in. What cannot be read is a mistake that names the file, or the place where it stops being text.
    pub fn read(&mut self, path: &Path, most: u64) -> Result<SourceId, Diagnostic> {
        let shown = from_here(path);
        let bytes = read_file(path, most).map_err(|error| {
            let id = self.add(shown, "");
            Diagnostic::mistake(Code::UnreadableFile, self.span(id, 0..0), format!("this file is not read: {error}"))
                .help("check that it is the file that is meant, and that it may be read")
        })?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(self.add(shown, text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let id = self.add(shown, String::from_utf8_lossy(error.as_bytes()));
                let mistake = Diagnostic::mistake(
                    Code::NotUtf8,
                    self.span(id, at..at + 1),
                    "from here on the file is not UTF-8 text",
                );
                Err(mistake.help("save it as UTF-8"))
            }
        }
    }

    /// Reads in a file that another one names, such as its data, once however many name it. One that is not there is left
    /// out: that is a mistake of who names it.
    pub fn read_named(&mut self, path: PathBuf, most: u64) {
        if !self.named.contains_key(&path) && path.exists() {
            let read = self.read(&path, most);
            self.named.insert(path, read);
        }
    }

    /// What came of a file that was named and read in; `None` for one that is not there.
    pub fn named(&self, path: &Path) -> Option<&Result<SourceId, Diagnostic>> {
        self.named.get(path)
    }

    /// All files.
    pub fn all(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// All files, each with its id.
    pub fn each(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0..).map(SourceId).zip(&self.files)
    }

    /// The file with this id.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// The file's path as it is shown.
    pub fn path(&self, id: SourceId) -> &Path {
        &self.get(id).path
    }

    /// The text that a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source).text.get(span.range()).unwrap_or_default()
    }

    /// A span of this file, clamped to its text and to character boundaries.
    pub fn span(&self, source: SourceId, range: Range<usize>) -> Span {
        let file = self.get(source);
        let start = file.floor(range.start);
        let end = file.floor(range.end).max(start);
        let narrow = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Span { source, start: narrow(start), end: narrow(end) }
    }

    /// The place of a word inside a span, behind the braces of a template where there are any; or the span itself.
    pub fn word(&self, span: Span, word: &str) -> Span {
        let text = self.slice(span);
        let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        let after_braces = text.find("{{").or_else(|| text.find("{%")).unwrap_or(0);
        text.match_indices(word)
            .find(|(at, _)| {
                *at >= after_braces
                    && boundary(text[..*at].chars().next_back())
                    && boundary(text[at + word.len()..].chars().next())
            })
            .map_or(span, |(at, _)| {
                let start = span.start as usize + at;
                self.span(span.source, start..start + word.len())
            })
    }

    /// Line and column (from one, in characters) at which a span begins.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        self.get(span.source).line_column(span.start as usize)
    }
}

const MEGABYTE: u64 = 1024 * 1024;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system says no.
    #[error("it cannot be read: {}", .0.kind())]
    Unreadable(#[from] io::Error),
    /// A folder, a pipe, a device.
    #[error("it is not an ordinary file")]
    NotAFile,
    /// Larger than what is read.
    #[error("it has {} MB, and at most {} MB are read", size.div_ceil(MEGABYTE), most / MEGABYTE)]
    TooLarge {
        /// Its size.
        size: u64,
        /// The limit.
        most: u64,
    },
}

/// Reads a whole file: an ordinary one, up to a limit, so that neither a pipe nor a device nor a slip stops everything.
///
/// # Errors
///
/// When it is none of that.
pub fn read_file(path: &Path, most: u64) -> Result<Vec<u8>, FileError> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(FileError::NotAFile);
    }
    if metadata.len() > most {
        return Err(FileError::TooLarge { size: metadata.len(), most });
    }
    Ok(std::fs::read(path)?)
}

/// The file whose name is nearest to that of one that is not there, in the same folder, as a path of the same beginning.
pub fn nearest_file(folder: &Path, path: &str) -> Option<String> {
    let (above, name) = path.rfind('/').map_or(("", path), |at| path.split_at(at + 1));
    let entries = std::fs::read_dir(folder.join(above)).ok()?.filter_map(Result::ok);
    let files = entries.filter(|entry| entry.path().is_file());
    let mut names: Vec<String> = files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    nearest(name, names.iter().map(String::as_str)).map(|near| format!("{above}{near}"))
}
