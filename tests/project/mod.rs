//! A temporary project: a folder with scenarios in it, and the real program run there with nothing of the surrounding
//! environment.

mod running;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub use running::Running;

/// A folder that is gone with the test.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// A project with an empty scenario folder.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("scenarios")).unwrap();
        Project { folder }
    }

    /// With a file.
    pub fn with(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(path, text);
        self
    }

    /// Writes a file, with the folders that it needs.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// A file's text, if there is one.
    pub fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.path().join(path)).ok()
    }

    /// Every file below a folder, as sorted paths from the project's own. The maps of flows, which each run keeps, are among
    /// them only when their folder is asked for.
    pub fn files(&self, below: &str) -> Vec<String> {
        let mut files = Vec::new();
        let mut open = vec![self.path().join(below)];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
                match entry.file_type().unwrap().is_dir() {
                    true => open.push(entry.path()),
                    false => {
                        files.push(entry.path().strip_prefix(self.path()).unwrap().to_str().unwrap().replace('\\', "/"))
                    }
                }
            }
        }
        files.retain(|file| !file.ends_with(".map.json") || below.ends_with("maps"));
        files.sort();
        files
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the program with these arguments.
    pub fn draftgate(&self, arguments: &[&str]) -> Ended {
        self.draftgate_with(&[], arguments)
    }

    /// Runs the program with these environment variables and no others.
    pub fn draftgate_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
        Ended::of(self.command(variables, arguments).output().unwrap())
    }

    /// Runs the program with its standard output going to a file.
    pub fn draftgate_into(&self, file: &str, arguments: &[&str]) -> Ended {
        let file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
        Ended::of(self.command(&[], arguments).stdout(file).output().unwrap())
    }

    /// Starts the program.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::of(self.command(&[], arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    fn command(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_draftgate"));
        command.env_clear().envs(variables.iter().copied()).args(arguments).current_dir(self.path());
        // Without it no socket opens on Windows.
        command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
        command.stdin(Stdio::null());
        command
    }
}

/// How the program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it wrote to the standard output.
    pub stdout: String,
    /// What it wrote to the standard error stream.
    pub stderr: String,
}

impl Ended {
    /// What is left of a process that has ended.
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
        Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Both streams.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Asserts the exit code, and shows what was said when it is another.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n{}", self.all());
        assert!(!self.all().contains("panicked"), "{}", self.all());
        self
    }

    /// Asserts that a text is in the standard output.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text:?} is not in the output:\n{}", self.all());
        self
    }

    /// Asserts that a text is in the standard error stream.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not among the complaints:\n{}", self.all());
        self
    }

    /// Asserts that a text is in neither stream.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Self {
        assert!(!self.all().contains(text), "{text:?} is in the output:\n{}", self.all());
        self
    }
}
