//! What holds for any sequence of actions with any data.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Action, Answer, Position, Refusal, Session, UploadedFile, act};
use crate::sandbox::definition::{Definition, NodeKind};
use crate::sandbox::examples::{RETAIL, definition, shown};

static RETAIL_FLOW: LazyLock<Arc<Definition>> = LazyLock::new(|| definition(RETAIL));

#[derive(Debug, Clone)]
enum Move {
    Current,
    /// For each element of the step, which of the values below is given.
    Submit(Vec<usize>),
    /// What leads on, whatever the step.
    SubmitWell,
    Back,
    Upload(bool),
    Wait(u16),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        Just(Move::Current),
        prop::collection::vec(0usize..14, 0..12).prop_map(Move::Submit),
        Just(Move::SubmitWell),
        Just(Move::SubmitWell),
        Just(Move::Back),
        any::<bool>().prop_map(Move::Upload),
        (0u16..3000).prop_map(Move::Wait),
    ];
    prop::collection::vec(one, 0..40)
}

fn value(which: usize) -> Option<Value> {
    let values = [
        json!(null),
        json!(""),
        json!("Jo"),
        json!("CA"),
        json!(33),
        json!(-1e300),
        json!(true),
        json!(["chess"]),
        json!("1990-01-01"),
        json!("pro"),
        json!({"a": [1]}),
        json!("Nomatch"),
        json!("key 0"),
    ];
    values.get(which).cloned()
}

fn data(session: &Session, choose: impl Fn(usize) -> Option<Value>) -> Map<String, Value> {
    let Position::At(name) = &session.position else { return Map::from_iter([("x".to_owned(), json!(1))]) };
    let Some(NodeKind::Form(form)) = RETAIL_FLOW.node(name).map(|node| &node.kind) else { return Map::new() };
    form.elements.iter().enumerate().filter_map(|(at, element)| Some((element.id.clone(), choose(at)?))).collect()
}

fn good(session: &Session) -> Map<String, Value> {
    let key = session.files().next().map(|(key, _)| json!(key));
    let first = matches!(&session.position, Position::At(name) if &**name == "personal");
    data(session, |at| match at {
        0 if !first && key.is_some() => key.clone(),
        0 | 1 => Some(json!("Jo")),
        2 => Some(json!("CA")),
        _ => None,
    })
}

/// One move; the second is the time, in milliseconds.
fn make(session: &mut Session, step: &Move, time: &mut u64, uploads: &mut usize) -> Result<Answer, Refusal> {
    let submitted = match step {
        Move::Submit(which) => data(session, |at| which.get(at).and_then(|which| value(*which))),
        _ => good(session),
    };
    let action = match step {
        Move::Current => Action::Current,
        Move::Submit(_) | Move::SubmitWell => Action::Submit(&submitted),
        Move::Back => Action::Back,
        Move::Upload(fits) => {
            let name = if *fits { "a.pdf" } else { "a.exe" };
            *uploads += 1;
            Action::Upload {
                key: format!("key {}", *uploads - 1),
                file: UploadedFile { name: name.to_owned(), size: 1 },
            }
        }
        Move::Wait(milliseconds) => {
            *time += u64::from(*milliseconds);
            Action::Current
        }
    };
    act(&RETAIL_FLOW, session, action, Duration::from_millis(*time))
}

fn new_session(id: &str) -> Session {
    Session::new(&RETAIL_FLOW, id, Duration::ZERO).unwrap()
}

proptest! {
    #[test]
    fn there_is_always_a_step_and_the_end_absorbs(moves in moves()) {
        let (mut session, mut time, mut uploads) = (new_session("a"), 0, 0);
        let mut end: Option<Value> = None;
        for step in &moves {
            let outcome = make(&mut session, step, &mut time, &mut uploads);
            let body = shown(&RETAIL_FLOW, &session, None);
            prop_assert!(body.get("type").is_some());
            if let Some(end) = &end {
                prop_assert_eq!(&body, end);
                let expected = match step {
                    Move::Submit(_) | Move::SubmitWell | Move::Upload(_) => Some(4013),
                    Move::Back => Some(4103),
                    Move::Current | Move::Wait(_) => None,
                };
                prop_assert_eq!(outcome.as_ref().err().map(Refusal::code), expected);
            }
            if body["type"] == "end" {
                end = Some(body);
            }
        }
    }

    #[test]
    fn can_go_back_tells_the_truth(moves in moves()) {
        let (mut session, mut time, mut uploads) = (new_session("a"), 0, 0);
        for step in &moves {
            let _ = make(&mut session, step, &mut time, &mut uploads);
            let body = shown(&RETAIL_FLOW, &session, None);
            if let Some(can) = body.get("canGoBack") {
                let mut copy = session.clone();
                let back = make(&mut copy, &Move::Back, &mut time, &mut uploads);
                prop_assert_eq!(can, &json!(back.is_ok()));
            }
        }
    }

    #[test]
    fn a_refusal_changes_nothing_but_what_time_brings(moves in moves()) {
        let (mut session, mut time, mut uploads) = (new_session("a"), 0, 0);
        for step in &moves {
            let _ = make(&mut session, &Move::Current, &mut time, &mut uploads);
            let before = format!("{session:?}");
            if make(&mut session, step, &mut time, &mut uploads).is_err() {
                prop_assert_eq!(format!("{session:?}"), before);
            }
        }
    }

    #[test]
    fn two_applicants_do_not_meet(one in moves(), other in moves()) {
        let alone = {
            let (mut session, mut time, mut uploads) = (new_session("a"), 0, 0);
            for step in &one {
                let _ = make(&mut session, step, &mut time, &mut uploads);
            }
            format!("{session:?}")
        };
        let (mut a, mut a_time, mut a_uploads) = (new_session("a"), 0, 0);
        let (mut b, mut b_time, mut b_uploads) = (new_session("b"), 0, 0);
        for at in 0..one.len().max(other.len()) {
            if let Some(step) = one.get(at) {
                let _ = make(&mut a, step, &mut a_time, &mut a_uploads);
            }
            if let Some(step) = other.get(at) {
                let _ = make(&mut b, step, &mut b_time, &mut b_uploads);
            }
        }
        prop_assert_eq!(format!("{a:?}"), alone);
    }
}
