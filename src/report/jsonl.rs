//! The journal as JSON lines: an entry a line, each written out before the next happens.

use std::io::{self, Write};

use crate::journal::{Entry, Journal};

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
    pub fn tell(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.0.write_all(&line)?;
        self.0.flush()
    }
}

/// A whole journal as lines: read again, they are the same journal.
pub fn lines(journal: &Journal) -> Vec<u8> {
    let mut lines = JsonLines::new(Vec::new());
    for entry in journal.entries() {
        // Neither the memory nor what a journal is made of refuses to be written.
        drop(lines.tell(&entry));
    }
    lines.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::journal::random;

    proptest! {
        #[test]
        fn a_journal_that_is_written_and_read_again_is_the_same(journal in random::journal()) {
            prop_assert_eq!(Journal::read(lines(&journal).as_slice()).unwrap(), journal);
        }
    }
}
