//! What a value is, told by where it stands.

/// What an object is, told by what it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A whole answer that is a step.
    Step,
    /// A whole answer to an upload.
    Upload,
    /// One of a step's elements.
    Element,
    /// A rule of an element's condition.
    Rule,
    /// A rule of an element's validations: what it bounds is the flow's behaviour, also where it is an instant.
    Validation,
    /// A map whose keys are ids.
    IdMap,
    /// Anything else.
    Other,
}

impl Place {
    /// The place of an item of the list under this key.
    pub(super) fn of_item(key: &str) -> Self {
        match key {
            "elements" => Place::Element,
            "rules" => Place::Rule,
            "validations" => Place::Validation,
            _ => Place::Other,
        }
    }

    /// The place of an object under this key.
    pub(super) fn of_object(key: &str) -> Self {
        match key {
            "fieldData" | "fileData" | "enhancedFileData" | "flowData" => Place::IdMap,
            _ => Place::Other,
        }
    }
}

/// What a value is, told by the key that it stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Where ids stand.
    Id,
    /// Generated, and called by this word.
    Secret(&'static str),
    /// Where instants stand.
    Time,
    /// A name that people or the API gave: only what has a generated shape is none.
    Data,
    /// A bound that values are held to; nothing of it is generated.
    Bound,
    Plain,
}

impl Role {
    pub(super) fn of(key: &str, place: Place) -> Self {
        // Asked for every leaf of every answer: nothing is allocated for it.
        let letters =
            || key.bytes().filter(|letter| !matches!(letter, b'_' | b'-')).map(|letter| letter.to_ascii_lowercase());
        let is = |word: &str| letters().eq(word.bytes());
        let ends = |word: &str| word.bytes().rev().eq(letters().rev().take(word.len()));
        let any = |words: &[&str]| words.iter().any(|word| is(word));
        if any(&["role", "normalizedname", "type", "name", "title"]) {
            Role::Data
        } else if place == Place::Validation {
            Role::Bound
        } else if any(&["element", "field"]) {
            Role::Id
        } else if place == Place::Upload && is("key") {
            Role::Secret("key")
        } else if is("shortcode") {
            Role::Secret("short-code")
        } else if is("jwt") || ends("token") {
            Role::Secret("token")
        } else if any(&["created", "modified", "updated", "lastmodified", "lastupdated"])
            || ends("timestamp")
            || ends_a_word(key, "at")
        {
            Role::Time
        } else if is("id") || ends_a_word(key, "id") || ends_a_word(key, "ids") {
            Role::Id
        } else {
            Role::Plain
        }
    }
}

/// Whether a key's last word is this one: `createdAt`, `created_at`, but not `format`.
fn ends_a_word(key: &str, word: &str) -> bool {
    let Some(split) = key.len().checked_sub(word.len()).filter(|split| key.is_char_boundary(*split)) else {
        return false;
    };
    let (before, last) = key.split_at(split);
    last.eq_ignore_ascii_case(word)
        && (before.ends_with(['_', '-'])
            || (last.starts_with(|first: char| first.is_ascii_uppercase())
                && before.ends_with(|end: char| end.is_ascii_lowercase() || end.is_ascii_digit())))
}
