//! A summary in Markdown.

use crate::journal::Journal;

/// The summary.
pub fn summary(_journal: &Journal) -> String {
    String::new()
}
