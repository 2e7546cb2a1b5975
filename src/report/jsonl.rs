//! The journal as JSON lines: an entry a line, each written out before the next happens.

use std::io::{self, Write};

use super::discretion::Discreet;
use crate::journal::{Entry, Journal};

/// What the first line begins with.
pub(super) const BEGINNING: &str = r#"{"event":"run-started","#;

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
        self.0.write_all(&line(entry)?)?;
        self.0.flush()
    }
}

fn line(entry: &Entry) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    Ok(line)
}

/// A whole journal as lines: read again, they are the same journal.
pub fn lines(journal: &Journal) -> Vec<u8> {
    // What a journal is made of does not refuse to be written.
    journal.entries().flat_map(|entry| line(&entry).unwrap_or_default()).collect()
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
