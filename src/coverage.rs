//! How much of its flows a run covered: a function of the journal.
//!
//! What there is to cover is what was **discovered**: the map that was known before the run ([`Journal::flows`]) and what the
//! run itself saw. What nobody has ever seen of a flow is not counted; exploring finds more. What passing tests covered and
//! what only failing ones did are told apart; a test whose snapshots await review counts as passing, as all that it asks for
//! holds.
//!
//! [`close`] writes the scenarios that would cover what is not, [`demand`] says whether it is enough.

pub mod close;
pub mod demand;
mod discovered;

use crate::journal::{Journal, Spot};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Steps that an applicant stood on.
    Steps,
    /// Ways from step to step by submitting.
    Transitions,
    /// Options of choices that were chosen.
    Options,
    /// Fields that were given a value.
    Fields,
    /// Rules of fields: each once satisfied, once violated.
    Validations,
    /// Codes with which the flow refuses.
    ErrorCodes,
    /// Ways back.
    BackEdges,
    /// Languages that were asked for.
    Languages,
}

/// Every kind with its name, in the order in which they are told.
pub const KINDS: [(Kind, &str); 8] = [
    (Kind::Steps, "steps"),
    (Kind::Transitions, "transitions"),
    (Kind::Options, "options"),
    (Kind::Fields, "fields"),
    (Kind::Validations, "validations"),
    (Kind::ErrorCodes, "error codes"),
    (Kind::BackEdges, "back edges"),
    (Kind::Languages, "languages"),
];

/// Whether something was covered, the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Covered {
    /// By no test.
    #[default]
    No,
    /// By failing tests only.
    Failing,
    /// By a test that passed.
    Passing,
}

/// How much of the flows was covered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By flow, version and language.
    pub views: Vec<ViewCoverage>,
    /// How many options were chosen that are none of those that are known: they are masked, or gone.
    pub unknown_options: usize,
}

/// How much of a flow was covered, in one version and language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewCoverage {
    /// The flow's alias, or its id where it has none.
    pub flow: String,
    /// `draft` or `live`.
    pub version: String,
    /// The language that is asked for; none where none is.
    pub language: Option<String>,
    /// The flow's steps, by whose places the items name them.
    pub steps: Vec<Spot>,
    /// All that there is to cover, kind by kind. Codes and languages stand with the first view of a version.
    pub items: Vec<Item>,
}

/// Something to be covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub subject: Subject,
    /// Whether it was.
    pub covered: Covered,
}

/// What can be covered. Steps are places among those of the view.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An applicant stood there.
    Step(usize),
    /// A submit led from the one to the other.
    Transition(usize, usize),
    /// An option of a field of a step was chosen.
    Option(usize, String, String),
    /// A field was given a value.
    Field(usize, String),
    /// A rule of a field was satisfied, or violated where the last is true.
    Rule(usize, String, String, bool),
    /// The flow refused with this code.
    Code(i64),
    /// Going back led from the one to the other.
    Back(usize, usize),
    /// This language was asked for; none where a scenario asks for none.
    Language(Option<String>),
}

/// How much of some items was covered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// By passing tests.
    pub passing: usize,
    /// By failing tests only.
    pub failing: usize,
    /// How many there are.
    pub all: usize,
}

impl Kind {
    /// Its name, such as `back edges`.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

impl Subject {
    /// As what it is counted.
    pub fn kind(&self) -> Kind {
        match self {
            Subject::Step(_) => Kind::Steps,
            Subject::Transition(..) => Kind::Transitions,
            Subject::Option(..) => Kind::Options,
            Subject::Field(..) => Kind::Fields,
            Subject::Rule(..) => Kind::Validations,
            Subject::Code(_) => Kind::ErrorCodes,
            Subject::Back(..) => Kind::BackEdges,
            Subject::Language(_) => Kind::Languages,
        }
    }
}

impl Count {
    /// Counts items.
    pub fn of<'a>(items: impl Iterator<Item = &'a Item>) -> Self {
        items.fold(Count::default(), |count, item| Count {
            passing: count.passing + usize::from(item.covered == Covered::Passing),
            failing: count.failing + usize::from(item.covered == Covered::Failing),
            all: count.all + 1,
        })
    }

    /// The share that passing tests covered, in percent; none where there is nothing to cover.
    pub fn percent(self) -> Option<f64> {
        (self.all > 0).then(|| 100.0 * self.passing as f64 / self.all as f64)
    }
}

impl Coverage {
    /// How much the tests of a run covered.
    pub fn of(journal: &Journal) -> Self {
        discovered::coverage(journal)
    }

    /// How much of a kind was covered, over all flows.
    pub fn count(&self, kind: Kind) -> Count {
        Count::of(self.views.iter().flat_map(|view| view.of_kind(kind)))
    }

    /// Whether there is nothing to cover at all.
    pub fn is_empty(&self) -> bool {
        self.views.is_empty()
    }
}

impl ViewCoverage {
    /// The items of a kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.subject.kind() == kind)
    }

    /// How much of a kind was covered.
    pub fn count(&self, kind: Kind) -> Count {
        Count::of(self.of_kind(kind))
    }

    /// What passing tests did not cover.
    pub fn gaps(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.covered != Covered::Passing)
    }

    /// What the view is called: `retail`, `retail, live, fr-FR`.
    pub fn name(&self) -> String {
        let version = Some(self.version.as_str()).filter(|version| *version != "draft");
        let parts = [Some(self.flow.as_str()), version, self.language.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// What people call a step: its title, else its type; with a number where several have that name.
    pub fn step(&self, at: usize) -> String {
        let base = |spot: &Spot| if spot.title.is_empty() { spot.kind.clone() } else { spot.title.clone() };
        let Some(name) = self.steps.get(at).map(base) else { return "?".to_owned() };
        match self.steps.iter().take(at).filter(|step| base(step) == name).count() {
            0 => name,
            before => format!("{name}#{}", before + 1),
        }
    }

    /// A subject in words: where it is, which several may share, and what it is there.
    ///
    /// `("Person, Country", "CA")` is an option, `("", "Person → Address")` a transition.
    pub fn words(&self, subject: &Subject) -> (String, String) {
        let field = |step: &usize, field: &str| format!("{}, {field}", self.step(*step));
        match subject {
            Subject::Step(step) => (String::new(), self.step(*step)),
            Subject::Transition(from, to) | Subject::Back(from, to) => {
                (String::new(), format!("{} → {}", self.step(*from), self.step(*to)))
            }
            Subject::Option(step, name, option) => (field(step, name), option.clone()),
            Subject::Field(step, name) => (self.step(*step), name.clone()),
            Subject::Rule(step, name, rule, violated) => {
                let how = if *violated { "violated" } else { "satisfied" };
                (field(step, name), format!("{rule} {how}"))
            }
            Subject::Code(code) => (String::new(), code.to_string()),
            Subject::Language(language) => {
                (String::new(), language.clone().unwrap_or_else(|| "none asked for".to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests;
