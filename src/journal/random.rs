//! Any journal, for property tests.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// A text with what formats find hard.
fn text() -> impl Strategy<Value = String> {
    "[a-z é\"\\\\<&\n\x00\x1b\u{2028}\u{1f600}]{0,12}"
}

/// Times are told in microseconds.
fn seconds() -> impl Strategy<Value = f64> {
    (0..1_000_000_000_u32).prop_map(|micros| f64::from(micros) / 1e6)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from)
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            (text(), inner).prop_map(|(key, value)| json!({ key: value }))
        ]
    })
}

fn place() -> impl Strategy<Value = Place> {
    ("[a-c]/[a-c].yaml", 1..90_usize, 1..90_usize).prop_map(|(file, line, column)| Place {
        file,
        line,
        column,
        end_line: line + 1,
        end_column: column,
    })
}

fn verdict() -> impl Strategy<Value = Verdict> {
    use Verdict::{Broken, Failed, Interrupted, Passed, Refused, Review, Skipped};
    prop::sample::select(vec![Passed, Skipped, Review, Broken, Failed, Refused, Interrupted])
}

fn spot() -> impl Strategy<Value = Spot> {
    ("[A-C]", "form|end", "[0-9]").prop_map(|(title, kind, shape)| Spot { title, kind, shape })
}

fn failure() -> impl Strategy<Value = Failure> {
    let grade = prop::sample::select(vec![Grade::Error, Grade::Warning]);
    let words = (option::of("E[0-9]{3}"), text(), option::of(text()), vec(text(), 0..2));
    (grade, words, place(), vec((place(), text()), 0..2), option::of(value()), option::of(value())).prop_map(
        |(grade, (code, message, help, notes), place, related, expected, actual)| Failure {
            grade,
            code,
            rule: help.clone(),
            message,
            place,
            label: help.clone(),
            help,
            notes,
            related: related.into_iter().map(|(place, message)| Related { place, message }).collect(),
            // A null is no value in JSON: the two cannot be told apart, and nothing has to.
            expected: expected.filter(|value| !value.is_null()),
            actual: actual.filter(|value| !value.is_null()),
        },
    )
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        value().prop_map(|value| Body::Json(Json::from(&value))),
        text().prop_map(Body::Text),
        vec((text(), text()), 0..3).prop_map(Body::Form),
        (text(), 0..9_usize).prop_map(|(name, bytes)| Body::File { name, media_type: "image/png".to_owned(), bytes }),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    (text(), vec((text(), text()), 0..2), option::of(body()), text()).prop_map(|(url, headers, body, curl)| Request {
        method: "POST".to_owned(),
        url,
        headers,
        body,
        curl,
    })
}

fn exchange() -> impl Strategy<Value = Exchange> {
    let part = prop::sample::select(vec![Part::Before, Part::Own, Part::Poll]);
    let answer = (200..600_u16, option::of(body()), seconds());
    (part, request(), answer).prop_map(|(part, request, (status, body, seconds))| Exchange {
        part,
        left_out: request.url.len(),
        answer: Answer { status, headers: request.headers.clone(), body, seconds },
        request,
    })
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let standing = prop::sample::select(vec![Standing::Same, Standing::New, Standing::Changed]);
    (text(), standing, any::<bool>(), option::of(text()), vec(text(), 0..2)).prop_map(
        |(file, standing, passes, accepted, changes)| Snapshot {
            file,
            standing,
            passes,
            note: accepted.clone(),
            actual: accepted.clone(),
            accepted,
            changes,
        },
    )
}

fn exercised() -> impl Strategy<Value = Exercised> {
    (option::of(spot()), vec(used(), 0..3), option::of(4000..4200_i64)).prop_map(|(at, fields, error)| Exercised {
        flow: "tiny".to_owned(),
        version: "draft".to_owned(),
        language: None,
        at,
        fields,
        error,
    })
}

fn used() -> impl Strategy<Value = UsedField> {
    let rules = || vec("required|minimum|pattern", 0..2);
    ("[a-c]", any::<bool>(), vec("[x-z]", 0..2), rules(), rules())
        .prop_map(|(name, given, options, satisfied, violated)| UsedField { name, given, options, satisfied, violated })
}

fn step() -> impl Strategy<Value = Step> {
    let told = (vec(failure(), 0..2), vec(exchange(), 0..2), vec((seconds(), text()), 0..2), option::of(request()));
    let went = (option::of((option::of(spot()), spot())), vec(exercised(), 0..2), vec(form_field(), 0..2));
    ((1..9_usize, text(), verdict()), place(), seconds(), told, went, option::of(snapshot())).prop_map(
        |(
            (number, label, verdict),
            place,
            seconds,
            (failures, exchanges, polls, unanswered),
            (went, exercised, form),
            snapshot,
        )| Step {
            number,
            applicant: (number > 5).then(|| label.clone()),
            skipped: (number > 7).then(|| label.clone()),
            label,
            place,
            verdict,
            started: seconds,
            seconds,
            request_seconds: seconds,
            pending_seconds: 0.0,
            visit: went.map(|(from, to)| Visit {
                flow: "tiny".to_owned(),
                version: "draft".to_owned(),
                language: None,
                from,
                way: "submit".to_owned(),
                to,
            }),
            form,
            exercised: exercised.into_iter().map(std::sync::Arc::new).collect(),
            failures,
            exchanges,
            polls: polls.into_iter().map(|(at, answer)| Poll { at, left_out: answer.len(), answer }).collect(),
            unanswered: unanswered.map(|request| Unanswered { request, why: "nobody there".to_owned() }),
            snapshot,
        },
    )
}

fn test() -> impl Strategy<Value = Test> {
    let words = (text(), option::of(text()), vec(text(), 0..2), text());
    let attempts = vec((verdict(), seconds(), text()), 0..2);
    (words, place(), verdict(), seconds(), attempts, vec(step(), 0..3), option::of(failure())).prop_map(
        |((title, reason, tags, explanation), place, verdict, seconds, attempts, steps, problem)| Test {
            number: 0,
            name: String::new(),
            title,
            files: vec![place.file.clone()],
            place,
            not_begun: verdict == Verdict::Failed && steps.is_empty(),
            verdict,
            flow: reason.clone(),
            reason,
            version: "draft".to_owned(),
            language: None,
            tags,
            started: Some(seconds),
            seconds,
            request_seconds: seconds,
            pending_seconds: 0.0,
            sessions: vec![format!("session {seconds}")],
            attempts: attempts
                .into_iter()
                .map(|(verdict, seconds, message)| Attempt { verdict, seconds, explanation: message.clone(), message })
                .collect(),
            most_attempts: (verdict == Verdict::Failed).then_some(3),
            steps,
            problem,
            explanation,
        },
    )
}

fn form_field() -> impl Strategy<Value = FormField> {
    let field = ("[a-c]", vec("[x-z]", 0..3), vec("required|minimum|pattern", 0..3));
    field.prop_map(|(name, options, rules)| FormField { name, options, rules })
}

fn flow() -> impl Strategy<Value = Flow> {
    let forms = vec((0..4_usize, vec(form_field(), 0..3)), 0..2);
    (vec(spot(), 1..4), vec((0..4_usize, 0..4_usize), 0..4), forms).prop_map(|(steps, moves, forms)| {
        let count = steps.len();
        let moves =
            moves.into_iter().map(|(from, to)| Move { from: from % count, way: "submit".to_owned(), to: to % count });
        Flow {
            flow: "tiny".to_owned(),
            version: "draft".to_owned(),
            language: None,
            moves: moves.collect(),
            first: vec![0],
            forms: forms.into_iter().map(|(step, fields)| Form { step: step % count, fields }).collect(),
            steps,
        }
    })
}

/// A test that is to be run: every third without a place, as before there were any, and every other of the rest skipped.
pub(crate) fn planned(number: usize, name: String) -> Planned {
    let (file, line) = if number % 3 == 2 { (String::new(), 0) } else { (format!("{name}.yaml"), number + 1) };
    Planned { number, name, file, line, skipped: number % 3 == 1 }
}

fn limit() -> impl Strategy<Value = LimitChanged> {
    use LimitReason::{Broken, Level, NotOurs, Refused, Slower, Unavailable};
    let reason = prop::sample::select(vec![Level, Slower, NotOurs, Refused, Unavailable, Broken]);
    (text(), 1..99_usize, 1..99_usize, option::of(seconds()), reason, seconds())
        .prop_map(|(host, from, to, rate, reason, at)| LimitChanged { host, from, to, rate, pause: rate, reason, at })
}

/// A run's journal: whole, with its tests in the order of the suite.
pub(crate) fn whole() -> impl Strategy<Value = Journal> {
    (vec(test(), 0..6), option::of(flow()), any::<u64>(), seconds(), vec(text(), 0..3), vec(limit(), 0..2)).prop_map(
        |(mut tests, flow, seed, seconds, texts, limits)| {
            for (number, test) in tests.iter_mut().enumerate() {
                (test.number, test.name) = (number, format!("folder/{number}"));
            }
            let planned = tests.iter().map(|test| planned(test.number, test.name.clone()));
            let files = texts.into_iter().enumerate();
            Journal {
                started: RunStarted {
                    format: FORMAT,
                    draftgate: "0.1.0".to_owned(),
                    started: "2026-11-28T21:00:00Z".to_owned(),
                    server: None,
                    environment: None,
                    seed,
                    suite: "1234".to_owned(),
                    selected: tests.len(),
                    tests: planned.collect(),
                    ..RunStarted::default()
                },
                files: files.map(|(number, text)| File { path: format!("{number}.yaml"), text }).collect(),
                flows: flow.into_iter().collect(),
                tests,
                under_way: BTreeMap::new(),
                limits,
                ended: Some(RunEnded { seconds, exit: 0 }),
            }
        },
    )
}

/// Any journal, that of a shard or of a run that was killed as well.
pub(crate) fn journal() -> impl Strategy<Value = Journal> {
    let at = (seconds(), option::of((1..9_usize, text())), any::<bool>());
    let cut = option::of(prop::collection::btree_map("[x-z]", at, 0..3));
    (whole(), cut, option::of((1..4_usize, "[0-9]{4}")), vec(1..9_usize, 0..2)).prop_map(
        |(mut journal, cut, shard, missing)| {
            if let Some(cut) = cut {
                cut.into_iter().flat_map(|(test, at)| under_way(&test, at)).for_each(|entry| journal.take(entry));
                journal.ended = None;
            }
            let (index, division) = shard.unzip();
            journal.started.shard = index.map(|index| Shard { index, count: 3 });
            journal.started.division = division;
            journal.started.missing = missing.into_iter().map(|index| Shard { index, count: 9 }).collect();
            journal
        },
    )
}

/// The entries that say of a test when it began, which step it is at, if any, and whether it waits there.
fn under_way(test: &str, (at, step, pending): (f64, Option<(usize, String)>, bool)) -> Vec<Entry> {
    let test = test.to_owned();
    let mut entries = vec![Entry::TestStarted(TestStarted { test: test.clone(), attempt: 1, at })];
    if let Some((step, label)) = step {
        entries.push(Entry::StepStarted(StepStarted { test: test.clone(), step, label, at }));
    }
    entries.extend(pending.then_some(Entry::StepPending(StepPending { test, at })));
    entries
}
