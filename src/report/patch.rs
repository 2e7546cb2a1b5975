//! The change of a file as a patch: what `diff -u` would say.

use similar::TextDiff;

/// The patch from the old text to the new one, under the file's path.
pub fn patch(path: &str, old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(2).header(path, path).to_string()
}
