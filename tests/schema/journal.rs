//! A journal's entries: whatever they hold, they are as their schema has them, and are read again as they were.

use draftgate::journal::{
    Answer, Attempt, Body, Entry, Exchange, Failure, File, Flow, Grade, Move, Part, Place, Planned, Poll, Related,
    Request, RunEnded, RunStarted, Shard, Snapshot, Spot, Standing, Step, StepPending, StepStarted, Test, TestStarted,
    Unanswered, Verdict, Visit,
};
use draftgate::schema::SchemaKind;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::complete::each_key;
use crate::{complaints, schema_of};

/// Any text, controls and what JSON escapes among it.
fn text() -> BoxedStrategy<String> {
    prop_oneof!["[a-z]{0,6}", "\\PC{0,8}", "[\\x00-\\x1f\"\\\\\u{7f}\u{2028}ß😀]{0,5}"].boxed()
}

/// A time, as fine as one is told.
fn seconds() -> BoxedStrategy<f64> {
    (0_u32..2_000_000_000).prop_map(|micros| f64::from(micros) / 1e6).boxed()
}

fn value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let nested = |inner: BoxedStrategy<Value>| {
        let members = vec((text(), inner.clone()), 0..3);
        prop_oneof![
            vec(inner, 0..3).prop_map(Value::from),
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    };
    leaf.prop_recursive(3, 12, 3, move |inner| nested(inner.boxed())).boxed()
}

fn verdict() -> BoxedStrategy<Verdict> {
    use Verdict::{Broken, Failed, Interrupted, Passed, Refused, Review, Skipped};
    prop::sample::select(vec![Passed, Skipped, Review, Broken, Failed, Refused, Interrupted]).boxed()
}

fn place() -> BoxedStrategy<Place> {
    let place = |(file, line, column): (String, usize, usize)| Place {
        file,
        line,
        column,
        end_line: line,
        end_column: column + 1,
    };
    (text(), 1_usize..999, 1_usize..99).prop_map(place).boxed()
}

fn spot() -> BoxedStrategy<Spot> {
    (text(), text(), text()).prop_map(|(title, kind, shape)| Spot { title, kind, shape }).boxed()
}

fn body() -> BoxedStrategy<Body> {
    prop_oneof![
        value().prop_map(Body::Json),
        text().prop_map(Body::Text),
        vec((text(), text()), 0..3).prop_map(Body::Form),
        (text(), text(), any::<usize>()).prop_map(|(name, media_type, bytes)| Body::File { name, media_type, bytes }),
    ]
    .boxed()
}

fn request() -> BoxedStrategy<Request> {
    (text(), text(), vec((text(), text()), 0..3), option::of(body()), text())
        .prop_map(|(method, url, headers, body, curl)| Request { method, url, headers, body, curl })
        .boxed()
}

fn exchange() -> BoxedStrategy<Exchange> {
    let part = prop::sample::select(vec![Part::Before, Part::Own, Part::Poll]);
    let answer = (100_u16..600, vec((text(), text()), 0..3), option::of(body()), seconds())
        .prop_map(|(status, headers, body, seconds)| Answer { status, headers, body, seconds });
    (part, request(), answer).prop_map(|(part, request, answer)| Exchange { part, request, answer }).boxed()
}

fn failure() -> BoxedStrategy<Failure> {
    let words = (option::of(text()), option::of(text()), option::of(text()), option::of(text()));
    let values = (option::of(value()), option::of(value()));
    let related = (place(), text()).prop_map(|(place, message)| Related { place, message });
    (any::<bool>(), words, text(), place(), vec(text(), 0..2), vec(related, 0..2), values)
        .prop_map(|(grave, (code, rule, label, help), message, place, notes, related, (expected, actual))| Failure {
            grade: if grave { Grade::Error } else { Grade::Warning },
            code,
            rule,
            message,
            place,
            label,
            help,
            notes,
            related,
            expected,
            actual,
        })
        .boxed()
}

fn snapshot() -> BoxedStrategy<Snapshot> {
    let standing = prop::sample::select(vec![Standing::Same, Standing::New, Standing::Changed]);
    let words = (text(), option::of(text()), option::of(text()), option::of(text()));
    (standing, any::<bool>(), words, vec(text(), 0..2))
        .prop_map(|(standing, passes, (file, note, accepted, actual), changes)| Snapshot {
            file,
            standing,
            passes,
            note,
            accepted,
            actual,
            changes,
        })
        .boxed()
}

fn visit() -> BoxedStrategy<Visit> {
    let way = prop::sample::select(vec!["begin", "submit", "back", "stay"]);
    (text(), text(), option::of(text()), option::of(spot()), way, spot())
        .prop_map(|(flow, version, language, from, way, to)| Visit {
            flow,
            version,
            language,
            from,
            way: way.to_owned(),
            to,
        })
        .boxed()
}

fn step() -> BoxedStrategy<Step> {
    let times = (seconds(), seconds(), seconds(), seconds());
    let polls = vec((seconds(), text()).prop_map(|(at, answer)| Poll { at, answer }), 0..2);
    let unanswered = option::of((request(), text()).prop_map(|(request, why)| Unanswered { request, why }));
    let seen = (option::of(visit()), vec(failure(), 0..2), vec(exchange(), 0..2), polls, unanswered);
    let who = (any::<usize>(), text(), place(), option::of(text()), option::of(text()));
    (who, verdict(), times, seen, option::of(snapshot()))
        .prop_map(|(who, verdict, times, seen, snapshot)| {
            let (number, label, place, applicant, skipped) = who;
            let (started, seconds, request_seconds, pending_seconds) = times;
            let (visit, failures, exchanges, polls, unanswered) = seen;
            Step {
                number,
                label,
                place,
                applicant,
                verdict,
                skipped,
                started,
                seconds,
                request_seconds,
                pending_seconds,
                visit,
                failures,
                exchanges,
                polls,
                unanswered,
                snapshot,
            }
        })
        .boxed()
}

fn test() -> BoxedStrategy<Test> {
    let attempt = (verdict(), seconds(), text(), text()).prop_map(|(verdict, seconds, message, explanation)| Attempt {
        verdict,
        seconds,
        message,
        explanation,
    });
    let words = (text(), text(), text(), option::of(text()), option::of(text()), option::of(text()));
    let lists = (vec(text(), 1..3), vec(text(), 0..2), vec(text(), 0..2), vec(attempt, 0..2), vec(step(), 0..3));
    let times = (option::of(seconds()), seconds(), seconds(), seconds());
    (any::<usize>(), place(), verdict(), words, lists, times, option::of(failure()), text())
        .prop_map(|(number, place, verdict, words, lists, times, problem, explanation)| {
            let (name, title, version, reason, flow, language) = words;
            let (files, tags, sessions, attempts, steps) = lists;
            let (started, seconds, request_seconds, pending_seconds) = times;
            Test {
                number,
                name,
                title,
                place,
                files,
                verdict,
                reason,
                flow,
                version,
                language,
                tags,
                started,
                seconds,
                request_seconds,
                pending_seconds,
                sessions,
                attempts,
                steps,
                problem,
                explanation,
            }
        })
        .boxed()
}

fn run_started() -> BoxedStrategy<RunStarted> {
    let words = (text(), text(), option::of(text()), option::of(text()), text());
    let shard = option::of((1_usize..9, 1_usize..9).prop_map(|(index, count)| Shard { index, count }));
    let planned = (any::<usize>(), text()).prop_map(|(number, name)| Planned { number, name });
    (words, any::<u64>(), shard, any::<usize>(), vec(planned, 0..3))
        .prop_map(|((draftgate, started, server, environment, suite), seed, shard, selected, tests)| RunStarted {
            format: draftgate::journal::FORMAT,
            draftgate,
            started,
            server,
            environment,
            seed,
            shard,
            suite,
            selected,
            tests,
        })
        .boxed()
}

fn entry() -> BoxedStrategy<Entry> {
    let moves = vec((0_usize..9, text(), 0_usize..9).prop_map(|(from, way, to)| Move { from, way, to }), 0..3);
    let flow = (text(), text(), option::of(text()), vec(spot(), 0..3), vec(0_usize..9, 0..2), moves);
    prop_oneof![
        1 => run_started().prop_map(Entry::RunStarted),
        1 => (text(), text()).prop_map(|(path, text)| Entry::File(File { path, text })),
        1 => flow.prop_map(|(flow, version, language, steps, first, moves)| {
            Entry::Flow(Flow { flow, version, language, steps, first, moves })
        }),
        1 => (text(), 1_usize..9, seconds())
            .prop_map(|(test, attempt, at)| Entry::TestStarted(TestStarted { test, attempt, at })),
        1 => (text(), any::<usize>(), text(), seconds())
            .prop_map(|(test, step, label, at)| Entry::StepStarted(StepStarted { test, step, label, at })),
        1 => (text(), seconds()).prop_map(|(test, at)| Entry::StepPending(StepPending { test, at })),
        8 => test().prop_map(|test| Entry::TestFinished(Box::new(test))),
        1 => (seconds(), any::<u8>()).prop_map(|(seconds, exit)| Entry::RunEnded(RunEnded { seconds, exit })),
    ]
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn an_entry_is_valid_on_one_line_and_is_read_as_it_was(entry in entry()) {
        let line = serde_json::to_string(&entry).unwrap();
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(&serde_json::from_str::<Entry>(&line).unwrap(), &entry);
        let validator = VALIDATOR.with(std::clone::Clone::clone);
        let value: Value = serde_json::from_str(&line).unwrap();
        prop_assert_eq!(complaints(&validator, &value), Vec::<String>::new());
    }
}

thread_local! {
    static VALIDATOR: std::rc::Rc<jsonschema::Validator> =
        std::rc::Rc::new(jsonschema::draft7::new(&schema_of(SchemaKind::Journal)).unwrap());
}

#[test]
fn the_schema_lets_pass_what_a_later_draftgate_adds_and_nothing_that_is_no_entry() {
    let validator = jsonschema::draft7::new(&schema_of(SchemaKind::Journal)).unwrap();
    let ended = json!({"event": "run-ended", "seconds": 1.5, "exit": 0});
    let with = |key: &str, value: Value| {
        let mut entry = ended.clone();
        entry[key] = value;
        entry
    };
    assert!(validator.is_valid(&ended) && validator.is_valid(&with("mood", json!({"deep": [1]}))));
    let mut without = ended.clone();
    without.as_object_mut().unwrap().remove("exit");
    for wrong in [json!([]), json!({"event": "file"}), without, with("exit", json!("0")), with("exit", json!(-1))] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn every_member_is_described() {
    let (schema, mut members) = (schema_of(SchemaKind::Journal), 0);
    each_key(&schema, "", &mut |pointer, member| {
        members += 1;
        // What is one of several things is described as that thing: an entry, a body.
        let (of, _) = pointer.rsplit_once("/properties/").unwrap();
        let alternative =
            schema.pointer(of).and_then(|of| of["description"].as_str()).filter(|_| of.contains("/oneOf/"));
        let description = member["description"].as_str().or(alternative).unwrap_or_default();
        assert!(description.ends_with('.'), "{pointer} has no description: {member}");
    });
    assert!(members > 100, "only {members} members are looked at");
}
