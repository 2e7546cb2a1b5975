//! What holds for any sequence of actions with any data, in any flow.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::random::{Move, Walker, flows, moves};
use super::{Action, Answer, Refusal, flow_data};
use crate::sandbox::examples::shown;

/// The codes that say that what was submitted, or where it was submitted, is not as it should be.
const REFUSALS: [u16; 8] = [4006, 4007, 4008, 4013, 4014, 4103, 5300, 4002];

proptest! {
    #[test]
    fn there_is_always_a_step_and_the_end_absorbs(flow in flows(), moves in moves(40)) {
        let mut walker = Walker::new(&flow, "a");
        let mut end: Option<serde_json::Value> = None;
        for step in &moves {
            let outcome = walker.go(step);
            for language in [None, Some("fr-FR"), Some("ja")] {
                prop_assert!(shown(&flow, &walker.session, language)["type"].is_string());
            }
            prop_assert!(flow_data(&flow, &walker.session, Timestamp::UNIX_EPOCH, true)["serviceData"].is_array());
            let body = shown(&flow, &walker.session, None);
            if let Some(end) = &end {
                prop_assert_eq!(&body, end);
                let expected = match step {
                    Move::Submit(_) | Move::SubmitWell | Move::Upload(_) | Move::Capture => Some(4013),
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
    fn can_go_back_tells_the_truth(flow in flows(), moves in moves(30)) {
        let mut walker = Walker::new(&flow, "a");
        for step in &moves {
            let _ = walker.go(step);
            let body = shown(&flow, &walker.session, None);
            if let Some(can) = body.get("canGoBack") {
                prop_assert_eq!(can, &json!(walker.clone().act(Action::Back).is_ok()));
            }
        }
    }

    #[test]
    fn a_refusal_changes_nothing_but_what_time_brings(flow in flows(), moves in moves(30)) {
        let mut walker = Walker::new(&flow, "a");
        for step in &moves {
            let _ = walker.go(&Move::Current);
            let before = format!("{:?}", walker.session);
            let outcome = match step {
                // What it does beforehand is no part of the submit.
                Move::SubmitWell => {
                    let data = walker.good();
                    let before = format!("{:?}", walker.session);
                    walker.act(Action::Submit(&data)).map_err(|refusal| (refusal, before))
                }
                Move::Wait(_) => continue,
                _ => walker.go(step).map_err(|refusal| (refusal, before)),
            };
            if let Err((refusal, before)) = outcome
                && REFUSALS.contains(&refusal.code())
            {
                prop_assert_eq!(format!("{:?}", walker.session), before);
            }
        }
    }

    #[test]
    fn back_and_the_same_submit_lead_to_the_same_step(flow in flows(), moves in moves(20)) {
        let mut walker = Walker::new(&flow, "a");
        for step in &moves {
            let _ = walker.go(step);
        }
        // From wherever that led: forward, back, and the same again.
        if walker.settle() != Ok(Answer::Step) {
            return Ok(());
        }
        let data = walker.good();
        let from = walker.session.position.clone();
        if walker.act(Action::Submit(&data)).and_then(|_| walker.settle()) != Ok(Answer::Step) {
            return Ok(());
        }
        let there = shown(&flow, &walker.session, None);
        let (found, trail) = (walker.outcomes(), format!("{:?}", walker.session.trail));
        if walker.act(Action::Back).is_err() {
            prop_assert_eq!(&there["canGoBack"], &json!(false));
            return Ok(());
        }
        prop_assert_eq!(&walker.session.position, &from);
        let again = walker.act(Action::Submit(&data)).and_then(|_| walker.settle());
        let same_outcomes = walker.outcomes() == found;
        match again {
            Ok(_) if same_outcomes => {
                prop_assert_eq!(shown(&flow, &walker.session, None), there);
                prop_assert_eq!(format!("{:?}", walker.session.trail), trail, "and the same way back");
            }
            // A service that failed this time changed its outcome, and so did one that found something else.
            Ok(_) => {}
            Err(refusal) => prop_assert_eq!(refusal.code(), 4009),
        }
    }

    #[test]
    fn two_applicants_do_not_meet(flow in flows(), one in moves(20), other in moves(20)) {
        let alone = {
            let mut walker = Walker::new(&flow, "a");
            one.iter().for_each(|step| drop(walker.go(step)));
            format!("{:?}", walker.session)
        };
        let (mut a, mut b) = (Walker::new(&flow, "a"), Walker::new(&flow, "b"));
        for at in 0..one.len().max(other.len()) {
            one.get(at).into_iter().for_each(|step| drop(a.go(step)));
            other.get(at).into_iter().for_each(|step| drop(b.go(step)));
        }
        prop_assert_eq!(format!("{:?}", a.session), alone);
    }

    #[test]
    fn what_leads_on_is_always_taken(flow in flows()) {
        let mut walker = Walker::new(&flow, "a");
        for _ in 0..30 {
            match walker.settle() {
                Ok(Answer::End) => break,
                Ok(_) => {
                    let data = walker.good();
                    let outcome = walker.act(Action::Submit(&data));
                    let taken = outcome.is_ok() || outcome.is_err_and(|refusal| refusal.code() == 4009);
                    prop_assert!(taken, "{:?} at {}", data, shown(&flow, &walker.session, None));
                }
                Err(refusal) => prop_assert_eq!(refusal.code(), 4009),
            }
        }
    }
}
