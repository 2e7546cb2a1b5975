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
}

impl Code {
    /// Its row.
    pub fn entry(self) -> &'static CodeEntry {
        CODES.iter().find(|entry| entry.code == self).expect("every code is a row")
    }

    /// Its number as it is shown: `E012`.
    pub fn number(self) -> &'static str {
        self.entry().number
    }
}
