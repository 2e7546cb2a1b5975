//! GitLab's code-quality report.

use crate::journal::Journal;

/// The report, a JSON array.
pub fn code_quality(_journal: &Journal) -> String {
    "[]\n".to_owned()
}
