//! What is known of an answer that awaits review.

use std::path::{Path, PathBuf};

/// An answer that awaits review, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Where it will be when it is accepted.
    pub path: PathBuf,
    /// Where it is.
    pub file: PathBuf,
    /// The scenario's file, as the header has it.
    pub source: Option<PathBuf>,
    /// The step's line in it, from one, when the answer was written.
    pub line: Option<u32>,
    /// What the header says of it: `step 3: submit`.
    pub description: Option<String>,
    /// The answer's text.
    pub body: String,
    /// The accepted text; none for a first answer.
    pub accepted: Option<String>,
    /// The pending file and the accepted one, to tell later whether somebody else has written either.
    pub(super) bytes: Vec<u8>,
    pub(super) accepted_bytes: Option<Vec<u8>>,
}

impl Waiting {
    /// An answer that is in no file, for what only needs to know what one looks like.
    pub fn of(path: impl Into<PathBuf>, accepted: Option<&str>, body: &str) -> Self {
        let path = path.into();
        let mut file = path.clone();
        file.as_mut_os_string().push(".new");
        Waiting {
            path,
            file,
            source: None,
            line: None,
            description: None,
            body: body.to_owned(),
            accepted: accepted.map(str::to_owned),
            bytes: body.as_bytes().to_vec(),
            accepted_bytes: accepted.map(|text| text.as_bytes().to_vec()),
        }
    }

    /// Whether both were read from files with the same contents.
    pub fn is_as_written(&self, other: &Waiting) -> bool {
        self.bytes == other.bytes && self.accepted_bytes == other.accepted_bytes
    }

    /// The step's number and name: from the description, or else from the file's name.
    ///
    /// ```
    /// use draftgate::snapshot::Waiting;
    /// let mut waiting = Waiting::of("snapshots/happy/03-submit.snap", None, "{}");
    /// assert_eq!(waiting.step(), (Some(3), "submit".to_owned()));
    /// waiting.description = Some("step 3: Who are you?".to_owned());
    /// assert_eq!(waiting.step(), (Some(3), "Who are you?".to_owned()));
    /// ```
    pub fn step(&self) -> (Option<usize>, String) {
        let described = self.description.as_deref().and_then(|text| text.strip_prefix("step ")?.split_once(": "));
        if let Some((number, name)) = described
            && let Ok(number) = number.parse()
        {
            return (Some(number), name.to_owned());
        }
        let stem = self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        match stem.split_once('-').and_then(|(number, name)| Some((number.parse().ok()?, name))) {
            Some((number, name)) => (Some(number), name.to_owned()),
            None => (None, stem),
        }
    }

    /// The test's name, as far as the place below the folder of snapshots tells it: `retail/happy`, and
    /// `retail/happy::in-London` for a case.
    ///
    /// ```
    /// use std::path::Path;
    /// use draftgate::snapshot::Waiting;
    /// let mut waiting = Waiting::of("snapshots/retail/happy/in-London/01-init.snap", None, "{}");
    /// waiting.source = Some("scenarios/retail/happy.yaml".into());
    /// assert_eq!(waiting.test(Path::new("snapshots")), "retail/happy::in-London");
    /// ```
    pub fn test(&self, dir: &Path) -> String {
        let below = self.path.strip_prefix(dir).unwrap_or(&self.path);
        let mut folders: Vec<String> = below
            .parent()
            .map(|folder| folder.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        let scenario = self.source.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
        let case = match folders[..] {
            [.., ref parent, ref last] => Some(parent) == scenario.as_ref() && Some(last) != scenario.as_ref(),
            _ => false,
        };
        let case = if case { folders.pop() } else { None };
        match case {
            Some(case) => format!("{}::{case}", folders.join("/")),
            None => folders.join("/"),
        }
    }
}
