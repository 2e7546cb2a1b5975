//! The rules, each with the sentence that it stands on.

use schemars::JsonSchema;
use serde::Serialize;

/// How binding a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// The reference says so.
    Must,
    /// It is to be expected; the reference leaves it open.
    Should,
}

impl Level {
    /// `MUST` or `SHOULD`.
    pub fn word(self) -> &'static str {
        match self {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
        }
    }
}

/// Where a rule's sentence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// In the vendor's reference, in these words.
    Reference,
    /// In what public documentation and clients show of the running service, in these words.
    Observed,
}

/// A rule's name: the number behind `DG-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleId {
    /// FlowStep asked twice.
    Idempotent = 1,
    /// The session's header.
    Session,
    /// `canGoBack`.
    CanGoBack,
    /// Where back leads.
    Back,
    /// Back and forward again.
    Forward,
    /// What back keeps.
    Kept,
    /// What a refusal changes.
    Refusal,
    /// Two applicants.
    Isolation,
    /// After END.
    End,
    /// Pending.
    Pending,
    /// A flow ends.
    Ends,
    /// Offered options.
    Options,
    /// Languages' structure.
    Languages,
    /// Languages' texts.
    Translated,
    /// HTTP status.
    Status,
    /// Schema.
    Schema,
    /// Uploaded keys.
    Upload,
    /// Keys that nobody was given.
    ForeignKey,
    /// Direct submit.
    Direct,
    /// 4006
    Missing,
    /// 4007
    Malformed,
    /// 4008
    Invalid,
    /// 4100
    UnknownSession,
    /// 4101
    ForeignFlow,
    /// 4013
    Finished,
    /// 4103
    IllegalBack,
    /// 4015
    DirectRefused,
    /// Options that lead back.
    Onward,
    /// Fields that take nothing.
    Enterable,
    /// Fields and options that look alike.
    Distinct,
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Which.
    pub id: RuleId,
    /// How binding.
    pub level: Level,
    /// What it says, a sentence without a full stop.
    pub title: &'static str,
    /// What it stands on, word for word.
    pub sentence: &'static str,
    /// Where that stands.
    pub source: Source,
    /// How it is checked.
    pub how: &'static str,
}

const fn must(id: RuleId, title: &'static str, sentence: &'static str, how: &'static str) -> Rule {
    Rule { id, level: Level::Must, title, sentence, source: Source::Reference, how }
}

const fn observed(id: RuleId, title: &'static str, sentence: &'static str, how: &'static str) -> Rule {
    Rule { id, level: Level::Must, title, sentence, source: Source::Observed, how }
}

const fn should(id: RuleId, title: &'static str, sentence: &'static str, how: &'static str) -> Rule {
    Rule { id, level: Level::Should, title, sentence, source: Source::Reference, how }
}

const STATE: &str = "If the header is passed in the request, the operation will return the step response according to the flow execution state, otherwise, it will generate a session and initialize the flow from the first step.";
const BACK: &str = "Returns to the previous step in the flow - computes a backward step in the flow.";
const NEXT: &str = "Submits data - triggers the execution of the current step, modifies the state with the data provided, and returns the next step in the flow.";
const OF_SESSION: &str = "The user state is associated with a session id (x-hf-session).";

/// All rules, in order.
pub const RULES: [Rule; 30] = [
    must(
        RuleId::Idempotent,
        "FlowStep gives the step where the applicant stands, however often it is asked",
        STATE,
        "At every step FlowStep is asked twice: both answers must be what the call before answered.",
    ),
    must(
        RuleId::Session,
        "a session is given at the beginning, its own to each applicant, and stays",
        "Creates a state if none is provided by returning a Header (x-hf-session) which represents a session ID.",
        "The header of every answer must be the session that was sent; two applicants must not be given the same.",
    ),
    must(
        RuleId::CanGoBack,
        "`canGoBack` is true exactly where back succeeds",
        "Multiple backward steps can be performed until the root (first) step of the flow.",
        "At every step that has it, a fresh applicant goes back: where it is true that must succeed, where it is false be refused.",
    ),
    must(
        RuleId::Back,
        "back gives the step before",
        BACK,
        "What back answers must be the step that the applicant came from, on every way into a step that was found.",
    ),
    must(
        RuleId::Forward,
        "back and then forward gives the same step, or a service was executed again",
        "Non-interactive services are re-executed if they exist between a backward and a forward step.",
        "After back, the same data are submitted once more. Where another step comes, the profile must show that a service was executed, or an answer have been pending. Where the profile cannot be read, nothing is said.",
    ),
    must(
        RuleId::Kept,
        "back keeps what was entered",
        NEXT,
        "After back, the fields of the step hold what was submitted; with other data in them once more, those. Where no field of the flow ever shows a value, it is enough that the step takes an empty submit, or that the profile still has the data.",
    ),
    must(
        RuleId::Refusal,
        "a refused submit changes nothing",
        STATE,
        "After every refusal FlowStep must give the step of before, and valid data must then still lead on. Who is refused at every form, and goes back to the beginning, must find there what was entered.",
    ),
    must(
        RuleId::Isolation,
        "applicants are apart from each other",
        OF_SESSION,
        "Two applicants with different data take each step in turn, on ways that come to every form: what the one does must not move the other, and nothing that the one entered may be in an answer to the other.",
    ),
    must(
        RuleId::End,
        "END is final",
        "The flow execution always ends with an END step even if it is not added to the flow.",
        "After END, FlowStep gives END; a submit and back are refused, and change nothing.",
    ),
    must(
        RuleId::Pending,
        "pending ends",
        "In this case, you can call FlowStep repeatedly until you get the next step.",
        "A pending answer is polled for as long as may be waited: another one must come.",
    ),
    must(
        RuleId::Ends,
        "a flow comes to an end",
        "The flow execution always ends with an END step even if it is not added to the flow.",
        "A walk with valid data must not come back to the same step again and again, unless another answer or other data lead out of the circle; where nothing is taken any more, END must be what was answered.",
    ),
    must(
        RuleId::Options,
        "valid data lead on, whichever option is chosen",
        NEXT,
        "Each option of a choice is submitted by a fresh applicant, with valid data in the other fields: it must not be refused as data, nor lead to a node that does not exist, nor to an internal error.",
    ),
    must(
        RuleId::Languages,
        "a flow has the same structure in every language",
        "Selected language for flow execution",
        "Each step is asked for in every language that is offered: ids, types, roles, validations and options must be those of the default. The ways are gone in every language: the same data must lead to the same steps.",
    ),
    should(
        RuleId::Translated,
        "every text is translated where a language is offered",
        "Selected language for flow execution",
        "A text that is the default language's is told where most others of the language are translated, and where it is certain that it could be: one of its words is another elsewhere in the language, or it is a phrase.",
    ),
    observed(
        RuleId::Status,
        "the HTTP status agrees with the code",
        "invalid client data answers HTTP 400, an internal fault HTTP 500.",
        "An error has a status from 400; 4006, 4007 and 4008 one below 500, 5000 one from 500. A step has a success.",
    ),
    must(
        RuleId::Schema,
        "answers are of the documented form",
        "Content type application/json",
        "Every answer is JSON: a step with an id, elements with ids of their own, pending, END, or a code of the reference with a message.",
    ),
    must(
        RuleId::Upload,
        "the key of an uploaded file is accepted",
        "Submit file for the current step of a flow",
        "A file that a form asks for is uploaded, and its key submitted.",
    ),
    should(
        RuleId::ForeignKey,
        "a key that the applicant was not given is refused",
        "Submitted data is malformed",
        "A file's key is submitted that no upload gave, and one that another applicant's upload gave.",
    ),
    must(
        RuleId::Direct,
        "data for a first form can be submitted directly",
        "Alternatively, this header can be omitted to directly submit data for the first form node.",
        "Valid data for the first form are submitted without a session, those that lead elsewhere too: they must lead where they lead with one.",
    ),
    must(
        RuleId::Missing,
        "a required field that is left out is 4006",
        "Missing data for required element",
        "Each required field is left out, the others valid.",
    ),
    must(
        RuleId::Malformed,
        "a value of another type is 4007",
        "Submitted data is malformed",
        "Each text, number and date is given something else.",
    ),
    must(
        RuleId::Invalid,
        "a value that the validations exclude is 4008",
        "Failed validation for submitted data",
        "Each field with a minimum, maximum, length or pattern is given a value just beyond it.",
    ),
    must(
        RuleId::UnknownSession,
        "a session that nobody was given is 4100",
        "Client not found",
        "FlowStep is asked with a session that was made up.",
    ),
    must(
        RuleId::ForeignFlow,
        "a session in another flow is 4101",
        "Client has no flow with given ID",
        "FlowStep of another flow is asked with a session of this one. It takes another flow that can be reached.",
    ),
    must(RuleId::Finished, "a submit after END is 4013", "Flow already finished", "An empty submit is sent at END."),
    must(
        RuleId::IllegalBack,
        "back at the first step is 4103",
        "Illegal back action",
        "Back is asked for at the first step.",
    ),
    must(
        RuleId::DirectRefused,
        "a direct submit where the first step is no form is 4015",
        "Invalid direct submit on root not form node",
        "Data are submitted without a session to a flow that begins with no form.",
    ),
    should(
        RuleId::Onward,
        "no option leads back to a step that was passed",
        NEXT,
        "Each option of a choice of three or more is submitted by a fresh applicant: a step before must not come, if another option leads on. That the same form comes once more may be what was asked for.",
    ),
    should(
        RuleId::Enterable,
        "what a form asks for can be entered",
        "Failed validation for submitted data",
        "Of each form that was come to: the bounds of a field leave values between them, what a field holds beforehand keeps them and is offered, and something that can be entered meets each field's condition.",
    ),
    should(
        RuleId::Distinct,
        "fields and options of a form can be told apart",
        "Field ids in the client form are automatically generated, therefore, we suggest implementing dynamic field mapping between the form and WF API.",
        "No two fields that a form always shows have the same label, type, role and normalised name, unless a static text stands between them; no two options of a choice have the same value or label.",
    ),
];

/// The rules of what must be refused, and that a refusal changes nothing.
pub const NEGATIVES: [RuleId; 10] = [
    RuleId::Refusal,
    RuleId::ForeignKey,
    RuleId::Missing,
    RuleId::Malformed,
    RuleId::Invalid,
    RuleId::UnknownSession,
    RuleId::ForeignFlow,
    RuleId::Finished,
    RuleId::IllegalBack,
    RuleId::DirectRefused,
];

impl RuleId {
    /// Its rule.
    pub fn rule(self) -> &'static Rule {
        // They stand in the order of their numbers.
        &RULES[self as usize - 1]
    }

    /// The rule of a name, whatever its case: `DG-05`, `dg-5`.
    ///
    /// ```
    /// use draftgate::conform::rules::RuleId;
    /// assert_eq!(RuleId::of_name("dg-5"), Some(RuleId::Forward));
    /// assert_eq!(RuleId::of_name("DG-99"), None);
    /// ```
    pub fn of_name(name: &str) -> Option<Self> {
        let number = name.trim().to_ascii_uppercase();
        let number: usize = number.strip_prefix("DG-")?.parse().ok()?;
        RULES.get(number.checked_sub(1)?).map(|rule| rule.id)
    }

    /// `DG-05`
    pub fn name(self) -> String {
        format!("DG-{:02}", self as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_in_the_order_of_their_numbers() {
        for (at, rule) in RULES.iter().enumerate() {
            assert_eq!(rule.id as usize, at + 1, "{:?}", rule.id);
            assert_eq!(rule.id.rule(), rule);
            assert_eq!(RuleId::of_name(&rule.id.name()), Some(rule.id));
        }
    }
}
