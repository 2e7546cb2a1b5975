//! Faults on demand: which of them a request meets, and what becomes of it.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Either;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{HeaderMap, Response};

use super::headers::{FAULT, SESSION, header, text};
use super::reply::{Body, Reply};
use super::routes::Route;
use super::spoilt::Spoilt;
use super::state::State;
use crate::sandbox::engine::Refusal;
use crate::sandbox::fault::{Fault, FaultKind, Spoil};

/// Where a redirect leads: nowhere.
const ELSEWHERE: &str = "https://elsewhere.invalid/";

/// What faults make of a request.
#[derive(Default)]
pub(super) struct Met {
    /// How long it waits first.
    pub(super) latency: Duration,
    /// What it is answered in place of the call.
    pub(super) refused: Option<Reply>,
    /// How the call's answer is spoilt.
    pub(super) spoil: Option<Spoil>,
}

/// The faults that a request meets: those of its flow's definition, then those that its header asks for.
pub(super) fn met(state: &State, headers: &HeaderMap, route: &Route) -> Met {
    let mut met = Met::default();
    let operation = route.operation();
    let session = header(headers, &SESSION).unwrap_or_default();
    let definition = operation.and_then(|(_, version, flow)| Some((version, state.definition(flow, version).ok()?)));
    let own = definition.iter().flat_map(|(version, definition)| {
        let name = move |at| format!("{}{} {} {at}", definition.id, version.prefix(), definition.digest);
        definition.faults.iter().enumerate().map(move |(at, fault)| (fault, name(at)))
    });
    // Several lines of a header are one list.
    let lines: Vec<&str> = headers.get_all(&FAULT).iter().map(text).collect();
    let asked_for = lines.join(", ");
    let asked = match Fault::read_all(&asked_for) {
        Ok(asked) => asked,
        Err(error) => {
            let help = error.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            met.refused = Some(Reply::status(400, &format!("{FAULT}: {error}{help}")));
            return met;
        }
    };
    for (fault, name) in own.chain(asked.iter().enumerate().map(|(at, fault)| (fault, format!("{asked_for} {at}")))) {
        let meant = fault.on.is_empty() || operation.is_some_and(|(operation, ..)| fault.on.contains(&operation));
        if meant && state.fault_counts.happens(fault, &name, session) {
            met.take(state, fault, session);
        }
    }
    met
}

impl Met {
    fn take(&mut self, state: &State, fault: &Fault, session: &str) {
        let refused = match &fault.kind {
            FaultKind::Latency { time, jitter } => {
                // A different part of the jitter each time, and yet the same from run to run.
                let part = (state.fault_counts.count(("jitter", "", "")) as f64 * 0.618_034).fract();
                self.latency += *time + jitter.mul_f64(part);
                return;
            }
            FaultKind::Spoil(spoil) => {
                self.spoil = self.spoil.or(Some(*spoil));
                return;
            }
            FaultKind::Code(code) => match HeaderValue::from_str(session) {
                Ok(session) if !session.is_empty() => Reply::of(&session, Err(Refusal::new(*code))),
                _ => Refusal::new(*code).into(),
            },
            FaultKind::Redirect => Reply::status(302, "moved").with(LOCATION, ELSEWHERE),
            FaultKind::Status { status, retry_after } => {
                let reply = Reply::status(*status, "a fault on demand");
                match retry_after {
                    Some(seconds) => reply.with(RETRY_AFTER, &seconds.to_string()),
                    None => reply,
                }
            }
        };
        self.refused.get_or_insert(refused);
    }
}

/// The connection is to end without an answer.
#[derive(Debug, thiserror::Error)]
#[error("a fault on demand: no answer")]
pub(super) struct NoAnswer;

/// Spoils an answer.
///
/// # Errors
///
/// Where there is to be none at all.
pub(super) fn spoil(reply: Reply, spoil: Spoil) -> Result<Response<Body>, NoAnswer> {
    let text = Bytes::from(reply.body.clone().into_bytes());
    let spoilt = match spoil {
        Spoil::Close => return Err(NoAnswer),
        Spoil::Truncated => {
            let mut half = reply;
            let middle = (0..=half.body.len() / 2).rev().find(|at| half.body.is_char_boundary(*at)).unwrap_or_default();
            half.body.truncate(middle);
            return Ok(half.into_response());
        }
        Spoil::NotJson => {
            let page = "<!doctype html><title>Service</title><h1>The service answers in HTML today</h1>".to_owned();
            return Ok(Reply { body: page, ..reply }.into_response());
        }
        Spoil::ContentType => return Ok(reply.with(CONTENT_TYPE, "text/html; charset=utf-8").into_response()),
        Spoil::Cut => Spoilt::cut(text),
        Spoil::Huge(blanks) => Spoilt::huge(text, blanks),
        Spoil::Drip(pause) => Spoilt::drip(text, pause),
    };
    let length = hyper::body::Body::size_hint(&spoilt).exact().unwrap_or_default();
    let mut response = reply.into_response();
    response.headers_mut().insert(CONTENT_LENGTH, length.into());
    *response.body_mut() = Either::Right(spoilt);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::examples::library;
    use crate::sandbox::server::routes::find;

    fn met_for(fault: &str) -> Met {
        let definition = "faults: [ { fault: latency, time: 1s, on: flow } ]\nnodes: []\n";
        let stopping = tokio::sync::watch::channel(false).1;
        let state = State::new(library(&[("f.flow.yaml", definition)]), None, false, stopping);
        let headers = HeaderMap::from_iter([(FAULT.clone(), HeaderValue::from_str(fault).unwrap())]);
        met(&state, &headers, &find(&hyper::Method::GET, "/wfs/interpreter-v2/flow/f").unwrap())
    }

    #[tokio::test]
    async fn latencies_add_up_and_the_first_refusal_stands() {
        let both = met_for("latency;time=2s, 503, 429, cut, close");
        assert_eq!(both.latency, Duration::from_secs(3));
        assert_eq!(both.refused.unwrap().status, 503);
        assert_eq!(both.spoil, Some(Spoil::Cut));
        let jittered = met_for("latency;jitter=1s").latency;
        assert!(jittered >= Duration::from_secs(1) && jittered < Duration::from_secs(2), "{jittered:?}");
        assert!(met_for("").refused.is_none());
    }
}
