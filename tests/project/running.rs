//! The program while it runs: what it says line by line, and how it is ended.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::Ended;

/// The program in a process of its own.
pub struct Running {
    /// `None` once somebody has waited for its end.
    child: Option<Child>,
    /// Behind a lock, so that threads of a test may share the program.
    lines: Mutex<Receiver<String>>,
}

/// What has not been said by then is never said.
const PATIENCE: Duration = Duration::from_secs(120);

impl Running {
    pub(super) fn of(mut child: Child) -> Self {
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            while output.read_line(&mut line).is_ok_and(|read| read > 0)
                && sender.send(std::mem::take(&mut line)).is_ok()
            {}
        });
        Running { child: Some(child), lines: Mutex::new(lines) }
    }

    /// Reads the standard output on until a line has a text in it, and gives what was read.
    pub fn until(&mut self, wanted: &str) -> String {
        let mut said = String::new();
        while !said.contains(wanted) {
            match self.lines.get_mut().unwrap().recv_timeout(PATIENCE) {
                Ok(line) => said.push_str(&line),
                Err(error) => panic!("{wanted:?} is never said ({error}): {said}"),
            }
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
        BufReader::new(self.child.as_mut().unwrap().stderr.take().unwrap())
    }

    /// Sends a signal, such as `-INT`.
    pub fn signal(&self, signal: &str) {
        let process = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    }

    /// Waits for its end: how that was, with what it said since it was last read from.
    pub fn ended(mut self) -> Ended {
        let rest = self.lines.get_mut().unwrap().iter().collect();
        Ended { stdout: rest, ..Ended::of(self.child.take().unwrap().wait_with_output().unwrap()) }
    }

    /// How it ends by a signal.
    pub fn ended_by(self, signal: &str) -> Ended {
        self.signal(signal);
        self.ended()
    }
}

/// A test that fails leaves nothing running.
impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            drop(child.kill());
            drop(child.wait());
        }
    }
}
