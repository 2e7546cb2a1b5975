//! Whether a flow may be published: one verdict of what its tests, what they cover, the rules of the API and its changes show.
//!
//! Each part is a function of data that other modules made; this one only says what that means for a publication, with the
//! reasons. A part that could not be judged is no part that passed: it is named as one that was not asked for, and where nothing
//! at all was asked, nothing may be published.

use schemars::JsonSchema;
use serde::Serialize;

use crate::behaviour::{Comparison, Grade};
use crate::conform::rules::Level;
use crate::conform::verdict::{FlowVerdict, Outcome};
use crate::coverage::demand::Demands;
use crate::coverage::{Coverage, KINDS};
use crate::explore::verdict::Verdict as Exploration;
use crate::journal::{Journal, Test, Verdict};
use crate::phrase::counted;

/// The version of the file's shape.
pub const FORMAT: u32 = 1;

/// The verdict on a flow.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Gate {
    /// The version of this shape.
    pub format: u32,
    /// The release of draftgate that wrote it.
    pub draftgate: String,
    /// The flow, as it was asked for.
    pub flow: String,
    /// Whether it may be published.
    pub publishable: bool,
    /// What was looked at, in order.
    pub parts: Vec<Part>,
    /// How the flow keeps the rules of the API, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conformance: Option<FlowVerdict>,
    /// What exploring the flow showed, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exploration: Option<Exploration>,
    /// What applicants will find different, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Comparison>,
}

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// What.
    pub part: PartName,
    /// What came of it.
    pub result: PartResult,
    /// The same in a line, with its figures.
    pub summary: String,
    /// Why the flow may not be published, a line each.
    pub reasons: Vec<String>,
}

/// What can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PartName {
    /// The scenarios of the flow.
    Tests,
    /// How much of the flow they cover.
    Coverage,
    /// Whether the flow keeps the rules of the API.
    Conformance,
    /// What is wrong with the flow, as exploring it shows.
    Exploration,
    /// What applicants will find different.
    Changes,
}

/// What came of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PartResult {
    /// Nothing speaks against publishing.
    Passed,
    /// Something does.
    Failed,
    /// It was not looked at.
    NotAsked,
}

impl PartName {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            PartName::Tests => "tests",
            PartName::Coverage => "coverage",
            PartName::Conformance => "conformance",
            PartName::Exploration => "exploration",
            PartName::Changes => "changes",
        }
    }
}

impl PartResult {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            PartResult::Passed => "passed",
            PartResult::Failed => "failed",
            PartResult::NotAsked => "not asked",
        }
    }
}

impl Part {
    fn of(part: PartName, reasons: Vec<String>, summary: String) -> Self {
        let result = if reasons.is_empty() { PartResult::Passed } else { PartResult::Failed };
        Part { part, result, summary, reasons }
    }

    /// A part that was not looked at, and how it would be.
    pub fn not_asked(part: PartName, how: &str) -> Self {
        Part { part, result: PartResult::NotAsked, summary: how.to_owned(), reasons: Vec::new() }
    }
}

impl Gate {
    /// The verdict that parts come to; what they were made of is added to it.
    pub fn of(flow: &str, parts: Vec<Part>) -> Self {
        let any = |result: PartResult| parts.iter().any(|part| part.result == result);
        Gate {
            format: FORMAT,
            draftgate: env!("CARGO_PKG_VERSION").to_owned(),
            flow: flow.to_owned(),
            publishable: any(PartResult::Passed) && !any(PartResult::Failed),
            parts,
            conformance: None,
            exploration: None,
            changes: None,
        }
    }

    /// Whether the tests alone speak against publishing.
    pub fn only_tests_failed(&self) -> bool {
        let failed = self.parts.iter().filter(|part| part.result == PartResult::Failed).map(|part| part.part);
        failed.eq([PartName::Tests])
    }

    /// The verdict in a sentence.
    pub fn sentence(&self) -> String {
        let failed = self.parts.iter().filter(|part| part.result == PartResult::Failed);
        let failed: Vec<&str> = failed.map(|part| part.part.word()).collect();
        match (self.publishable, failed.as_slice()) {
            (true, _) => format!("{} may be published", self.flow),
            (false, []) => format!("{} is not to be published: nothing was looked at", self.flow),
            (false, failed) => format!("{} is not to be published: {}", self.flow, failed.join(", ")),
        }
    }
}

/// What the flow's tests say. `headline` says of a test in a line why it did not pass.
pub fn tests(journal: &Journal, headline: &dyn Fn(&Test) -> String) -> Part {
    let count = |verdict: Verdict| journal.tests.iter().filter(|test| test.verdict == verdict).count();
    let unfinished = journal.unfinished();
    let counts = [
        (count(Verdict::Passed), Verdict::Passed.word()),
        (count(Verdict::Failed), Verdict::Failed.word()),
        (count(Verdict::Broken), Verdict::Broken.word()),
        (count(Verdict::Refused), Verdict::Refused.word()),
        (count(Verdict::Review), "to review"),
        (count(Verdict::Skipped), Verdict::Skipped.word()),
        (count(Verdict::Interrupted) + unfinished.len(), Verdict::Interrupted.word()),
    ];
    let told: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let mut failed: Vec<&Test> = journal.tests.iter().filter(|test| test.verdict.is_failure()).collect();
    failed.sort_by_key(|test| test.number);
    let mut reasons: Vec<String> = failed.iter().map(|test| format!("{}: {}", test.name, headline(test))).collect();
    reasons.extend(unfinished.iter().map(|test| format!("{}: it did not end", test.name)));
    if reasons.is_empty() && count(Verdict::Passed) == 0 {
        reasons.push("no test of the flow ran: `draftgate new FLOW` writes a first one".to_owned());
    }
    let all = counted(journal.tests.len() + unfinished.len(), "test");
    let summary = if told.is_empty() { all } else { format!("{all}: {}", told.join(", ")) };
    Part::of(PartName::Tests, reasons, summary)
}

/// How much of the flow its tests cover, and whether that is as much as is demanded.
pub fn coverage(coverage: &Coverage, demands: &Demands) -> Part {
    let counts = KINDS.iter().map(|(kind, name)| (coverage.count(*kind), name)).filter(|(count, _)| count.all > 0);
    let counts: Vec<String> = counts.map(|(count, name)| format!("{name} {}/{}", count.passing, count.all)).collect();
    let summary = if counts.is_empty() { "nothing is known of the flow".to_owned() } else { counts.join(", ") };
    Part::of(PartName::Coverage, demands.unmet(coverage), summary)
}

/// Whether the flow keeps the rules of the API; with `strict`, also those that it only should.
pub fn conformance(verdict: &FlowVerdict, strict: bool) -> Part {
    let violated = verdict.rules.iter().filter(|rule| rule.result == Outcome::Violated);
    let grave: Vec<_> = violated.clone().filter(|rule| strict || rule.level == Level::Must).collect();
    let light = violated.count() - grave.len();
    let mut reasons: Vec<String> = grave
        .iter()
        .map(|rule| {
            let finding = rule.findings.first();
            let at = finding.map(|finding| format!(": at {}, {}", finding.step, finding.text)).unwrap_or_default();
            let more = rule.findings.len().saturating_sub(1);
            let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            format!("{} {}, {}{at}{more}", rule.id, rule.level.word(), rule.rule)
        })
        .collect();
    let why = verdict.stopped.as_deref().unwrap_or("the flow could not be begun");
    if verdict.steps_checked == 0 {
        reasons.push(format!("no step could be checked: {why}"));
    } else if verdict.failed {
        reasons.push(format!("no way came to END: {why}"));
    }
    let passed = verdict.count(Outcome::Passed);
    let mut summary = format!("{} kept", counted(passed, "rule"));
    if !grave.is_empty() {
        summary.push_str(&format!(", {} violated", grave.len()));
    }
    if light > 0 {
        summary.push_str(&format!(", {light} violated that only should be kept"));
    }
    Part::of(PartName::Conformance, reasons, summary)
}

/// What is wrong with the flow, as exploring it shows.
pub fn exploration(verdict: &Exploration) -> Part {
    let mut summary = format!("{}, {} between them", counted(verdict.steps, "step"), counted(verdict.ways, "way"));
    if !verdict.findings.is_empty() {
        summary.push_str(&format!(", {}", counted(verdict.findings.len(), "finding")));
    }
    if !verdict.whole {
        summary.push_str("; not all of it was seen: a limit was reached");
    }
    if verdict.left_out > 0 {
        let pairs = counted(verdict.left_out, "combination");
        summary.push_str(&format!("; {pairs} of an entry and a later way not tried, --thorough does"));
    }
    let reasons = verdict.findings.iter().map(|finding| finding.text.clone()).collect();
    Part::of(PartName::Exploration, reasons, summary)
}

/// What applicants will find different. `fails` says of a grade whether a difference of it speaks against publishing.
pub fn changes(comparison: &Comparison, fails: &dyn Fn(Grade) -> bool) -> Part {
    let sides = [&comparison.before, &comparison.after];
    let partly = sides.iter().filter(|side| !side.whole);
    let mut reasons: Vec<String> =
        partly.map(|side| format!("not all of {} was seen: a limit was reached", side.name)).collect();
    let grave = comparison.differences.iter().filter(|difference| fails(difference.grade));
    reasons.extend(grave.map(|difference| {
        let step = if difference.step.is_empty() { String::new() } else { format!("{}: ", difference.step) };
        format!("{}, {step}{}", difference.grade.word(), difference.text)
    }));
    let counts = Grade::ALL.map(|grade| (comparison.of(grade).count(), grade.word()));
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let counts = if counts.is_empty() { "nothing differs".to_owned() } else { counts.join(", ") };
    Part::of(PartName::Changes, reasons, format!("{} to {}: {counts}", comparison.before.name, comparison.after.name))
}

#[cfg(test)]
mod tests_of_the_gate {
    use super::*;
    use crate::conform::rules::Source;
    use crate::conform::verdict::{FindingVerdict, RuleVerdict};
    use crate::conform::witness::Witness;
    use crate::explore::verdict::{FindingVerdict as Shown, Kind};

    fn rule(level: Level, findings: usize) -> RuleVerdict {
        let witness = Witness { calls: 1, scenario: None, curl: Vec::new() };
        let finding = FindingVerdict {
            step: "Person".to_owned(),
            text: "4008 came".to_owned(),
            expected: None,
            witness,
            also: Vec::new(),
        };
        RuleVerdict {
            id: "DG-20".to_owned(),
            level,
            rule: "what is left out is 4006".to_owned(),
            sentence: String::new(),
            source: Source::Reference,
            result: if findings == 0 { Outcome::Passed } else { Outcome::Violated },
            checks: 3,
            why: None,
            findings: vec![finding; findings],
        }
    }

    fn verdict(rules: Vec<RuleVerdict>) -> FlowVerdict {
        FlowVerdict {
            flow: "tiny".to_owned(),
            version: "draft".to_owned(),
            steps_checked: 2,
            steps_known: 2,
            sessions: 3,
            requests: 9,
            stopped: None,
            failed: false,
            without_answer: Vec::new(),
            rules,
        }
    }

    #[test]
    fn what_only_should_be_kept_is_no_reason_unless_that_is_asked() {
        let flow = verdict(vec![rule(Level::Must, 0), rule(Level::Should, 2)]);
        let part = conformance(&flow, false);
        assert_eq!(
            (part.result, part.summary.as_str()),
            (PartResult::Passed, "1 rule kept, 1 violated that only should be kept")
        );
        let part = conformance(&flow, true);
        assert_eq!(
            part.reasons,
            ["DG-20 SHOULD, what is left out is 4006: at Person, 4008 came (and 1 more)"],
            "{part:?}"
        );
    }

    #[test]
    fn a_flow_that_could_not_be_begun_keeps_no_rule() {
        let mut flow = verdict(vec![]);
        flow.steps_checked = 0;
        flow.stopped = Some("it was refused with 4000 Flow not found".to_owned());
        let part = conformance(&flow, false);
        assert_eq!(part.reasons, ["no step could be checked: it was refused with 4000 Flow not found"]);
    }

    #[test]
    fn whatever_exploring_finds_speaks_against_publishing() {
        let finding = |kind: Kind, text: &str| Shown { kind, step: None, text: text.to_owned(), witness: None };
        let findings =
            vec![finding(Kind::NeverShown, "Company is never shown"), finding(Kind::NoEnd, "nobody gets to an end")];
        let verdict = Exploration {
            format: FORMAT,
            draftgate: String::new(),
            flow: "tiny".to_owned(),
            version: "draft".to_owned(),
            language: None,
            whole: false,
            left_out: 3,
            steps: 2,
            ways: 1,
            sessions: 3,
            requests: 9,
            service_runs: 0,
            findings,
        };
        let part = exploration(&verdict);
        assert_eq!(part.reasons, ["Company is never shown", "nobody gets to an end"]);
        let summary = "2 steps, 1 way between them, 2 findings; not all of it was seen: a limit was reached; \
            3 combinations of an entry and a later way not tried, --thorough does";
        assert_eq!(part.summary, summary);
    }

    #[test]
    fn what_nobody_looked_at_is_not_published() {
        let none = Part::not_asked(PartName::Changes, "name what to compare with");
        let gate = Gate::of("tiny", vec![none.clone()]);
        assert_eq!(
            (gate.publishable, gate.sentence().as_str()),
            (false, "tiny is not to be published: nothing was looked at")
        );
        let kept = conformance(&verdict(vec![rule(Level::Must, 0)]), false);
        let gate = Gate::of("tiny", vec![kept.clone(), none]);
        assert_eq!((gate.publishable, gate.sentence().as_str()), (true, "tiny may be published"));
        let none_ran = tests(&Journal::default(), &|_| String::new());
        let gate = Gate::of("tiny", vec![none_ran, kept]);
        assert_eq!(gate.sentence(), "tiny is not to be published: tests");
        assert!(gate.parts[0].reasons[0].starts_with("no test of the flow ran"), "{gate:?}");
        assert!(gate.only_tests_failed());
    }
}
