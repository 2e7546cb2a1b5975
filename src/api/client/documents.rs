//! Answers whose bytes came before.
//!
//! Thousands of applicants are shown the same steps, mostly in the same bytes. Each is read once, and its document is shared:
//! reading JSON costs more than sending a request does.

use std::sync::{Mutex, PoisonError};

use foldhash::HashMap;
use serde_json::Value;

use super::super::exchange::Document;

/// The most bytes of answers that are remembered. As values in memory they take about ten times as much.
const MOST_BYTES: usize = 512 * 1024;
/// The longest answer that is remembered.
const LONGEST: usize = MOST_BYTES / 16;

/// The documents of earlier answers, by their bytes.
#[derive(Debug, Default)]
pub(super) struct Documents(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    documents: HashMap<Box<[u8]>, Document>,
    bytes: usize,
}

impl Documents {
    /// The JSON that these bytes are, if they are any.
    pub fn read(&self, bytes: &[u8]) -> Option<Document> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = bytes.len() <= LONGEST;
        if remembered && let Some(document) = known().documents.get(bytes) {
            return Some(document.clone());
        }
        let document = Document::from(serde_json::from_slice::<Value>(bytes).ok()?);
        if remembered {
            let mut known = known();
            if known.bytes + bytes.len() > MOST_BYTES {
                *known = Known::default();
            }
            known.bytes += bytes.len();
            known.documents.insert(bytes.into(), document.clone());
        }
        Some(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_the_same_document() {
        let documents = Documents::default();
        let read = |bytes: &str| documents.read(bytes.as_bytes());
        let first = read(r#"{"a": 1}"#).unwrap();
        assert!(std::ptr::eq(&*first, &*read(r#"{"a": 1}"#).unwrap()));
        let other = read(r#"{"a":1}"#).unwrap();
        assert!(other == first && !std::ptr::eq(&*first, &*other));
        assert_eq!(read("{"), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let documents = Documents::default();
        let long = |number: usize| format!("\"{number:0width$}\"", width = LONGEST - 2);
        (0..40).for_each(|number| drop(documents.read(long(number).as_bytes())));
        let too_long = format!("\"{}\"", "x".repeat(LONGEST));
        assert!(documents.read(too_long.as_bytes()).is_some());
        let known = documents.0.lock().unwrap();
        assert!(known.bytes <= MOST_BYTES && !known.documents.is_empty());
        assert!(!known.documents.contains_key(too_long.as_bytes()));
        assert_eq!(known.bytes, known.documents.keys().map(|bytes| bytes.len()).sum::<usize>());
    }
}
