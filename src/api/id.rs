//! The shape of ids that the API makes up: 24 hexadecimal digits (an ObjectId) or a UUID. They are others each time a flow is
//! built, and no ordinary data looks like them.

const OBJECT_ID_DIGITS: usize = 24;
/// The lengths of a UUID's groups of hexadecimal digits.
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// Whether the whole text is an ObjectId or a UUID.
///
/// ```
/// use draftgate::api::id::is_generated_id;
/// assert!(is_generated_id("5f2a9c0d1e3b4a5c6d7e8f90"));
/// assert!(!is_generated_id("447700900123"), "a telephone number, say");
/// ```
pub fn is_generated_id(text: &str) -> bool {
    id_length(text) == Some(text.len())
}

/// The length in bytes of the ObjectId or UUID that the text begins with.
pub fn id_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let digits = hex_digits(bytes);
    if digits == OBJECT_ID_DIGITS {
        return Some(digits);
    }
    let mut length = 0;
    for (index, group) in UUID_GROUPS.into_iter().enumerate() {
        if index > 0 {
            (bytes.get(length) == Some(&b'-')).then_some(())?;
            length += 1;
        }
        (hex_digits(bytes.get(length..)?) == group).then_some(())?;
        length += group;
    }
    Some(length)
}

fn hex_digits(bytes: &[u8]) -> usize {
    let most = bytes.len().min(OBJECT_ID_DIGITS + 1);
    bytes[..most].iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(most)
}
