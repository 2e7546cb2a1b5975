//! What of a form goes over the wire as it is: all that is the same for every applicant.

/// A form in one language.
#[derive(Debug)]
pub struct FormText {
    /// `{"id":…,"title":…,"subtitle":…,"type":"form","canGoBack":`
    pub head: String,
    /// One for each element.
    pub elements: Vec<ElementText>,
    /// The length of all of it.
    pub length: usize,
}

/// An element in one language.
#[derive(Debug)]
pub struct ElementText {
    /// From its opening brace to where `value` belongs.
    pub before: String,
    /// The value that it comes filled in with.
    pub value: Option<String>,
    /// What follows `value`, with a leading comma where there is anything, up to where `tooltip` belongs.
    pub after: String,
    /// The hint.
    pub tooltip: Option<String>,
    /// Hints by country of residence, before the other.
    pub tooltip_by_country: Vec<(String, String)>,
}

impl ElementText {
    /// About how long it is.
    pub(super) fn length(&self) -> usize {
        self.before.len() + self.after.len() + 64
    }
}
