//! The report as one page of HTML.

use crate::journal::Journal;

/// The page.
pub fn page(_journal: &Journal) -> String {
    String::new()
}
