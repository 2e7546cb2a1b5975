//! What comes of the same scenarios on two sides.
//!
//! Of each test it is compared whether it passes, where the same steps lead, and what their answers show, as far as there are
//! snapshots. What differs of an answer and was found by exploring is not told once more.

use serde_json::Value;

use super::grade::{Grade, Kind, of_change};
use super::verdict::{Difference, Replayed};
use crate::api::wire::elements;
use crate::journal::{Failure, Grade as Gravity, Snapshot, Spot, Standing, Step, Test, Verdict};
use crate::phrase::counted;
use crate::semantic::{Sentence, changes};

/// What came of a suite on both sides.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    /// What differs, the gravest first.
    pub differences: Vec<Difference>,
    /// How many tests there were, and how many passed.
    pub replayed: Replayed,
    /// What could not be compared.
    pub notes: Vec<String>,
}

/// Compares what came of the tests that both sides ran. `names` are those of the sides, `known` what was found by exploring.
pub fn compare_suite(before: &[Test], after: &[Test], names: [&str; 2], known: &[Difference]) -> Replay {
    let mut replay = Replay::default();
    let mut skipped = 0;
    for new in after {
        let Some(old) = before.iter().find(|old| old.name == new.name) else { continue };
        if [old, new].iter().any(|test| test.verdict == Verdict::Skipped) {
            skipped += 1;
            continue;
        }
        replay.replayed.tests += 1;
        replay.replayed.passed_before += usize::from(passes(old));
        replay.replayed.passed_after += usize::from(passes(new));
        let found = [verdicts(old, new, names), ways(old, new), shown(old, new, known)];
        for difference in found.into_iter().flatten() {
            // What several scenarios see of one step is one difference.
            let told = |other: &Difference| other.text == difference.text && other.step == difference.step;
            if difference.kind == Kind::Scenario || !replay.differences.iter().any(told) {
                replay.differences.push(difference);
            }
        }
    }
    replay.differences.sort_by_key(|difference| std::cmp::Reverse(difference.grade));
    if skipped > 0 {
        let are = if skipped == 1 { "is" } else { "are" };
        let scenarios = counted(skipped, "scenario");
        replay.notes.push(format!("{scenarios} of the suite {are} skipped, and not compared"));
    }
    replay
}

/// Whether all that a scenario says holds, its snapshots aside: those were accepted on one of the sides.
fn passes(test: &Test) -> bool {
    matches!(test.verdict, Verdict::Passed | Verdict::Review)
}

fn difference(test: &Test, grade: Grade, kind: Kind, sentence: Sentence) -> Difference {
    Difference {
        grade,
        kind,
        language: test.language.clone(),
        step: String::new(),
        scenario: Some(test.name.clone()),
        text: sentence.to_string(),
        sentence,
        witness: None,
        without_witness: Some(format!("it is the scenario itself: {}", test.place.file)),
    }
}

/// Why a test does not pass: the step, where there is one, and what is wrong.
fn fault(test: &Test) -> Option<(Option<&Step>, Option<&Failure>, &str)> {
    if passes(test) {
        return None;
    }
    if let Some(problem) = &test.problem {
        return Some((None, Some(problem), &problem.message));
    }
    let of_step = |step: &'_ Step| step.failures.iter().position(|failure| failure.grade == Gravity::Error);
    let failed = test.steps.iter().find_map(|step| {
        let failure = of_step(step).map(|at| &step.failures[at]);
        let why = failure.map(|failure| failure.message.as_str());
        let why = why.or_else(|| step.unanswered.as_ref().map(|unanswered| unanswered.why.as_str()))?;
        Some((Some(step), failure, why))
    });
    Some(failed.unwrap_or((None, None, test.verdict.word())))
}

/// That a test passes on one side only, or fails elsewhere.
fn verdicts(old: &Test, new: &Test, [before, after]: [&str; 2]) -> Vec<Difference> {
    type Fault<'t> = (Option<&'t Step>, Option<&'t Failure>, &'t str);
    let said = |fault: Fault<'_>| {
        let (step, _, why) = fault;
        let why = why.lines().next().unwrap_or_default();
        step.map_or_else(|| why.to_owned(), |step| format!("at step {} `{}`: {why}", step.number, step.label))
    };
    // By its place, not by its message, which may be one applicant's own.
    let place = |fault: Fault<'_>| {
        let (step, failure, _) = fault;
        (step.map(|step| step.number), failure.map(|failure| (failure.rule.clone(), failure.place.clone())))
    };
    let (grade, words) = match (fault(old), fault(new)) {
        (None, None) => return Vec::new(),
        (None, Some(fault)) => {
            (Grade::Breaking, format!("it passes with {before}, and fails with {after} {}", said(fault)))
        }
        (Some(fault), None) => {
            (Grade::Additive, format!("it passes with {after}, and fails with {before} {}", said(fault)))
        }
        (Some(one), Some(other)) if place(one) == place(other) => return Vec::new(),
        (Some(one), Some(other)) => {
            (Grade::Breaking, format!("it fails with {after} {}; with {before} {}", said(other), said(one)))
        }
    };
    vec![difference(new, grade, Kind::Scenario, Sentence::default().words(words))]
}

/// Whether two are one step: by the title, or under another title by what it has.
fn is_same(one: &Spot, other: &Spot) -> bool {
    one.kind == other.kind && (one.title == other.title || one.shape == other.shape)
}

/// The steps of both, each with the same one of the other side.
fn pairs<'t>(old: &'t Test, new: &'t Test) -> impl Iterator<Item = (&'t Step, &'t Step)> {
    new.steps.iter().filter_map(|step| Some((old.steps.iter().find(|old| old.number == step.number)?, step)))
}

/// The first step that leads elsewhere, unless that is what fails there. What comes after it is another way.
fn ways(old: &Test, new: &Test) -> Vec<Difference> {
    let name = |spot: &Spot| if spot.title.is_empty() { spot.kind.clone() } else { spot.title.clone() };
    let parting = pairs(old, new).find_map(|(was, is)| {
        let (one, other) = (was.visit.as_ref()?, is.visit.as_ref()?);
        (!is_same(&one.to, &other.to)).then(|| (is, name(&one.to), name(&other.to)))
    });
    let Some((step, was, is)) = parting else { return Vec::new() };
    let fails = |test: &Test| fault(test).and_then(|(step, ..)| step).map(|step| step.number);
    if [old, new].map(fails).contains(&Some(step.number)) {
        return Vec::new();
    }
    let sentence = Sentence::default().words(format!("step {} `{}` now leads to ", step.number, step.label));
    let sentence = sentence.label(&is).words(", was ").label(&was);
    vec![difference(new, Grade::Breaking, Kind::Way, sentence)]
}

/// What the answers show, as far as they are of the same step.
fn shown(old: &Test, new: &Test, known: &[Difference]) -> Vec<Difference> {
    let mut found = Vec::new();
    for (was, is) in pairs(old, new) {
        let spots = was.visit.as_ref().zip(is.visit.as_ref());
        if spots.is_some_and(|(one, other)| !is_same(&one.to, &other.to)) {
            break;
        }
        let Some((one, other)) = was.snapshot.as_ref().zip(is.snapshot.as_ref()).and_then(texts) else { continue };
        let body = |text: &str| serde_json::from_str::<Value>(text).ok();
        let Some((one, other)) = body(one).zip(body(other)) else { continue };
        let title = spots.map(|(_, visit)| visit.to.title.clone()).unwrap_or_default();
        let (before, after) = (elements(&one), elements(&other));
        for change in changes(&one, &other) {
            let (kind, grade) = of_change(&change, &before, &after);
            let sentence = change.sentence();
            if known.iter().any(|known| known.text == sentence.to_string()) {
                continue;
            }
            found.push(Difference { step: title.clone(), ..difference(new, grade, kind, sentence) });
        }
    }
    found
}

/// The answers of both sides as they are compared: one that is as accepted is known by what was accepted for the other.
fn texts<'s>((one, other): (&'s Snapshot, &'s Snapshot)) -> Option<(&'s str, &'s str)> {
    let accepted = |own: &'s Snapshot, theirs: &'s Snapshot| match own.standing {
        Standing::Same => theirs.accepted.as_deref(),
        _ => own.actual.as_deref(),
    };
    accepted(one, other).zip(accepted(other, one)).filter(|(one, other)| one != other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A test of one step: what does not hold there, if anything, and where it led.
    fn test(verdict: &str, failure: Option<(usize, &str)>, title: &str) -> Test {
        let place =
            |line: usize| json!({"file": "a.yaml", "line": line, "column": 1, "end_line": line, "end_column": 2});
        let failure = failure.map(|(line, message)| {
            json!({"grade": "error", "code": null, "rule": null, "message": message, "place": place(line), "label": null,
                "help": null, "notes": [], "related": []})
        });
        let visit = json!({"flow": "shop", "version": "draft", "language": null, "from": null, "way": "submit",
            "to": {"title": title, "type": "form", "shape": title}});
        let step = json!({"number": 2, "label": "submit", "place": place(4), "applicant": null, "verdict": verdict,
            "skipped": null, "started": 0.0, "seconds": 0.0, "request_seconds": 0.0, "pending_seconds": 0.0,
            "visit": visit, "failures": failure.into_iter().collect::<Vec<_>>(), "exchanges": [], "polls": [],
            "unanswered": null, "snapshot": null});
        serde_json::from_value(json!({"number": 0, "name": "a", "title": "", "place": place(1), "files": [],
            "verdict": verdict, "reason": null, "flow": "shop", "version": "draft", "language": null, "tags": [],
            "started": null, "seconds": 0.0, "request_seconds": 0.0, "pending_seconds": 0.0, "sessions": [],
            "attempts": [], "steps": [step], "problem": null, "explanation": ""}))
        .unwrap()
    }

    fn told(old: Test, new: Test) -> Vec<String> {
        let replay = compare_suite(&[old], &[new], ["live", "draft"], &[]);
        replay.differences.iter().map(|one| format!("{} {}", one.grade.word(), one.text)).collect()
    }

    #[test]
    fn what_fails_in_the_same_place_does_not_differ_whatever_is_said_of_it() {
        let failing = |line: usize, message: &str| test("failed", Some((line, message)), "Address");
        assert_eq!(told(failing(5, "expected 1, got 2"), failing(5, "expected 1, got 3")), Vec::<String>::new());
        assert_eq!(
            told(failing(5, "expected 4008, got 4006"), failing(6, "expected END, got 4009")),
            [
                "breaking it fails with draft at step 2 `submit`: expected END, got 4009; with live at step 2 `submit`: expected 4008, got 4006"
            ]
        );
        assert_eq!(
            told(failing(5, "expected 4008, got END"), test("passed", None, "Address")),
            ["additive it passes with draft, and fails with live at step 2 `submit`: expected 4008, got END"]
        );
        // A snapshot that awaits review is none that fails.
        assert_eq!(told(test("review", None, "Address"), test("passed", None, "Address")), Vec::<String>::new());
    }

    #[test]
    fn a_step_under_another_title_is_the_same_where_it_has_the_same_fields() {
        let mut renamed = test("passed", None, "Your address");
        let other = test("passed", None, "Payment");
        assert_eq!(told(test("passed", None, "Address"), other).len(), 1);
        renamed.steps[0].visit.as_mut().unwrap().to.shape = "Address".to_owned();
        assert_eq!(told(test("passed", None, "Address"), renamed), Vec::<String>::new());
    }

    #[test]
    fn what_was_skipped_is_not_compared_and_said() {
        let replay = compare_suite(&[test("skipped", None, "")], &[test("passed", None, "")], ["live", "draft"], &[]);
        assert_eq!(
            (replay.replayed.tests, replay.notes),
            (0, vec!["1 scenario of the suite is skipped, and not compared".to_owned()])
        );
    }
}
