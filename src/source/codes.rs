//! The kinds of mistakes that files can have: one table, for the reports and `draftgate explain` alike.
//!
//! **A new kind** is a row of [`CODES`] and a file in `codes/` that explains it. `E…` stops a command; `W…` is odd.

use super::Severity;

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
    UnreadableFile = "E001" "a file or folder that cannot be read",
    NotUtf8 = "E002" "a file that is not UTF-8 text",
    EmptyFile = "E003" "a file with nothing in it",
    TabIndent = "E004" "a tab at the beginning of a line",
    KeyTwice = "E005" "a key that is given twice",
    SeveralDocuments = "E006" "more than one YAML document in a file",
    EndlessAliases = "E007" "aliases that expand without end",
    TooMuch = "E008" "a file that is too large or too deeply nested",
    UnquotedTemplate = "E009" "a template that is not in quotes",
    NotYaml = "E010" "a text that is not YAML",
    SecondColon = "E011" "a second colon on a line",
    UnquotedText = "E012" "a text that needs quotes",
    BadEscape = "E013" "a backslash in double quotes",
    Indentation = "E014" "a line that does not stand where it can",
    UnboundedNumber = "E015" "a number without bounds",
    FolderLoop = "E016" "a link that leads back to a folder above it",
    UnknownWord = "E020" "an unknown word where only known ones mean something",
    WrongKind = "E021" "something else than what is wanted at its place",
    MissingKey = "E022" "a key that is missing",
    OneAction = "E023" "a step that does not have exactly one action",
    UnwantedArgument = "E024" "an argument where none is taken",
    ModifierBelow = "E025" "a modifier among the fields of a submit",
    IdleModifier = "E026" "a modifier that means nothing where it stands",
    SessionValue = "E027" "a check of the session where a session is sent",
    BadDuration = "E028" "a duration without a unit",
    BadRepeat = "E029" "a repetition that is not clear",
    NoSession = "E030" "a step whose applicant has no session yet",
    NoFile = "E031" "a file that is not there",
    OtherServer = "E032" "a request to another server",
    UnknownLanguage = "E033" "a language that the API does not have",
    TemplateNotHere = "E034" "a template where none can stand",
    NeitherKind = "E035" "a file that is neither a scenario nor a fragment",
    NoFragment = "E036" "a fragment that is not there",
    EndlessFragment = "E037" "a fragment that uses itself",
    FragmentParameter = "E038" "parameters that are not those of the fragment",
    TooManySteps = "E039" "more steps than a scenario may have",
    SameTest = "E040" "two files that come to the same test",
    SameSnapshots = "E041" "two tests whose snapshots would lie in the same folder",
    BadCapture = "E042" "something that cannot be captured",
    BadJsonPath = "E043" "a text that is not a JSONPath",
    ChecksNothing = "E044" "an empty list or map that would check nothing",
    ImpossibleExpectation = "E045" "an expectation that no answer can meet",
    BadRegex = "E046" "a text that is not a regular expression",
    BadMatcher = "E047" "an argument that its matcher cannot take",
    BadSchema = "E048" "something that is not a JSON Schema",
    LiveVersion = "E049" "a call of the live version, which the run does not allow",
    FieldTwice = "E050" "a field that is named twice in one submit",
    FieldNotFound = "E051" "a field that the current step does not have",
    NoCredentials = "E052" "a step without the credentials or the token that it needs",
    BadTemplate = "E060" "a template that cannot be read",
    UndefinedName = "E061" "a name that is not defined",
    UnknownFunction = "E062" "a filter or a generator that does not exist",
    BadName = "E063" "a name that cannot be used in a template",
    LongExpression = "E064" "an expression that is too long",
    TemplateFailed = "E065" "a template that cannot be rendered",
    BadCsv = "E070" "a CSV file that cannot be read as a table",
    TooManyCases = "E071" "more cases than a scenario may have",
    CaseTwice = "E072" "two cases of one name",
    NoCases = "E073" "cases without a case among them",
    NotCases = "E074" "a data file that is not a list of cases",
    BadJson = "E075" "a text that is not JSON",
    NoNodes = "E080" "a flow without nodes",
    OneNodeKind = "E081" "a node that is not of exactly one kind",
    MissingPart = "E082" "a part of a flow definition that lacks something",
    NameTwice = "E083" "two things of one name",
    NoNode = "E084" "a way to a node that is not there",
    NothingToAsk = "E085" "an expression that asks for something that is not there",
    UnreachableNode = "E086" "a node that no way leads to",
    EndlessCircle = "E087" "a circle that never waits for the applicant",
    BadExpression = "E088" "a text that is not an expression",
    OtherType = "E089" "a key that is for elements of another type",
    CrossedBounds = "E090" "a minimum above the maximum",
    NothingToChoose = "E091" "a choice without options",
    NotOfTheApi = "E092" "a code, a country or a format that the API does not have",
    BadCondition = "E093" "a condition that asks for no other element of its form",
    BadFault = "E094" "a fault that cannot be simulated",
    BadFlowName = "E095" "a name that a flow, a node or a file cannot have",
    FlowTwice = "E096" "a flow that is defined twice",
    DefaultLanguage = "E097" "a translation into the language of the definition",
    BadPath = "E098" "a path of the API that does not begin with a slash",
    BadAddress = "E099" "an address that is not that of a server",
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
    UnusableMap = "W020" "a map of a flow that cannot be used",
    UnknownFlow = "W021" "a flow that there is not",
    NoWayBack = "W022" "a way back from the first step",
    OtherStep = "W023" "a step that is not known to follow",
    OddWord = "W024" "a word that is hardly meant as it stands",
    SameField = "W025" "a field that is given under two names",
    MissingColumn = "W026" "a case that lacks a value which others have",
}

impl Code {
    /// The kind of a number as somebody may write it: `E012`, `e012`.
    ///
    /// ```
    /// use draftgate::source::Code;
    /// assert_eq!(Code::of_number("e020"), Some(Code::UnknownWord));
    /// assert_eq!(Code::of_number("020"), None);
    /// ```
    pub fn of_number(number: &str) -> Option<Code> {
        CODES.iter().find(|entry| entry.number.eq_ignore_ascii_case(number)).map(|entry| entry.code)
    }

    /// Its row.
    pub fn entry(self) -> &'static CodeEntry {
        &CODES[self as usize]
    }

    /// How grave it is, which its letter says.
    pub fn severity(self) -> Severity {
        if self.number().starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// Its number as it is shown: `E012`.
    pub fn number(self) -> &'static str {
        self.entry().number
    }
}
