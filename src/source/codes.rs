//! The kinds of mistakes that files can have: one table, for the reports and `draftgate explain` alike.
//!
//! **A new kind** is a row of [`CODES`] and a file in `codes/` that explains it. `E…` stops a command; `W…` is odd.

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeEntry {
    /// The kind.
    pub code: Code,
    /// Its number as it is shown: `E012`.
    pub number: &'static str,
    /// What it is, a lower-case fragment.
    pub title: &'static str,
    /// More about it, in Markdown: why it is a mistake, an example, and the example put right.
    pub explanation: &'static str,
}

/// The table and the enum of its rows.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal $title:literal),* $(,)?) => {
        /// A kind of mistake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $number, "`: ", $title)] $name,)*
        }

        /// All kinds, by their numbers.
        pub const CODES: &[CodeEntry] = &[$(CodeEntry {
            code: Code::$name,
            number: $number,
            title: $title,
            explanation: include_str!(concat!("codes/", $number, ".md")),
        },)*];
    };
}

codes! {
    UnknownWord = "E020" "an unknown word where only known ones mean something",
    UnknownField = "W001" "a field that the step is not known to have",
    RenamedField = "W002" "a field that has another label now",
    AmbiguousField = "W003" "a label or role that several fields of the step have",
    RefusedValue = "W004" "a value that its field does not take",
    MissingField = "W005" "a required field that is not given",
    UnknownStep = "W006" "a step that the flow is not known to have",
    RenamedStep = "W007" "a step that has another title now",
    UnusedVariable = "W008" "a variable that nothing uses",
    UnusedCapture = "W009" "a capture that nothing uses",
    UnusedColumn = "W010" "a value of the cases that nothing uses",
    UnusedParameter = "W011" "a parameter that its fragment does not use",
    UnusedFragment = "W012" "a fragment that nothing uses",
    ImpossibleCode = "W013" "an error that the operation cannot give",
    Contradiction = "W014" "an expectation that contradicts itself",
    ImpossibleMatcher = "W015" "a matcher that nothing satisfies",
    AfterTheEnd = "W016" "a step after the end of the flow",
    DuplicateScenario = "W017" "two scenarios that do the same",
    SecretInClear = "W018" "a secret that is written in clear",
    UnusedAllowance = "W019" "an allowance that allows nothing",
}

impl Code {
    /// Its row.
    pub fn entry(self) -> &'static CodeEntry {
        CODES.iter().find(|entry| entry.code == self).expect("every code is a row")
    }

    /// Whether what is of this kind is odd and stops nothing.
    pub fn is_warning(self) -> bool {
        self.number().starts_with('W')
    }

    /// Its number as it is shown: `E012`.
    pub fn number(self) -> &'static str {
        self.entry().number
    }
}
