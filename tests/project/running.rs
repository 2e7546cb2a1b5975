//! The program while it runs: what it says line by line, and how it is ended.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, ChildStdout, Command};

use super::Ended;

/// The program in a process of its own.
pub struct Running {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Running {
    pub(super) fn of(mut child: Child) -> Self {
        let output = BufReader::new(child.stdout.take().unwrap());
        Running { child, output }
    }

    /// Reads the standard output on until a line has a text in it, and gives what was read.
    pub fn until(&mut self, wanted: &str) -> String {
        let mut said = String::new();
        while !said.contains(wanted) {
            assert!(self.output.read_line(&mut said).unwrap() > 0, "it ended: {said}");
        }
        said
    }

    /// Reads on until it says how it is stopped: what it said, and the first address in that.
    pub fn until_ready(&mut self) -> (String, SocketAddr) {
        let said = self.until("Ctrl-C stops");
        let start = said.find("http://").unwrap() + "http://".len();
        let address = said[start..].split([',', '\n']).next().unwrap().parse().unwrap();
        (said, address)
    }

    /// The standard error stream, which is then not in what it [`ended`](Running::ended) with.
    pub fn complaints(&mut self) -> BufReader<ChildStderr> {
        BufReader::new(self.child.stderr.take().unwrap())
    }

    /// Sends a signal, such as `-INT`.
    pub fn signal(&self, signal: &str) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    }

    /// Waits for its end: how that was, with what it said since it was last read from.
    pub fn ended(mut self) -> Ended {
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        Ended { stdout: rest, ..Ended::of(self.child.wait_with_output().unwrap()) }
    }

    /// How it ends by a signal.
    pub fn ended_by(self, signal: &str) -> Ended {
        self.signal(signal);
        self.ended()
    }
}
