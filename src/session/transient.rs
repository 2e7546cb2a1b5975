//! Faults of the moment: of a connection, or of a server that has no time just now. They say nothing of a flow.

use serde_json::Value;

use crate::api::client::{CallError, CallErrorKind};
use crate::api::exchange::{Answer, Exchange};
use crate::api::wire::BodyKind;

/// What a server or what stands before it answers with while it is not available.
const UNAVAILABLE: [u16; 3] = [502, 503, 504];

/// Whether asking a moment later may well be answered otherwise. What was not answered in time may be at work still.
pub(super) fn is_transient(outcome: &Result<Exchange, CallError>) -> bool {
    match outcome {
        Ok(exchange) => is_unavailable(&exchange.answer),
        Err(error) => matches!(error.kind, CallErrorKind::Connect(..) | CallErrorKind::Broken(_)),
    }
}

/// Whether an answer says that there is none just now. One with a code of the API is the API's own.
pub fn is_unavailable(answer: &Answer) -> bool {
    UNAVAILABLE.contains(&answer.status) && answer.error_code().is_none()
}

/// What tells the step of an answer from others; none where it shows no step. A profile has an id, too.
pub(super) fn place(answer: &Answer) -> Option<Value> {
    let body = answer.json().filter(|_| matches!(answer.kind(), BodyKind::Step | BodyKind::End))?;
    body.get("id").filter(|id| !id.is_null()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::exchange::Body;

    #[test]
    fn only_what_is_none_of_the_api_is_a_fault_of_the_moment() {
        let answer = |status, text: &str| {
            let body = match serde_json::from_str::<Value>(text) {
                Ok(json) => Body::Json(json.into()),
                Err(_) => Body::Text(text.to_owned()),
            };
            Answer { status, headers: Vec::new(), body, elapsed: std::time::Duration::ZERO }
        };
        assert!(is_unavailable(&answer(503, "")) && is_unavailable(&answer(502, "<html>Bad gateway</html>")));
        assert!(!is_unavailable(&answer(504, r#"{"code": 6504, "message": "Service has timed out"}"#)));
        assert!(!is_unavailable(&answer(500, "<html>Internal Server Error</html>")));
        assert_eq!(place(&answer(200, r#"{"id": "a", "elements": []}"#)), Some("a".into()));
        assert_eq!(place(&answer(200, r#"{"id": "client", "flowData": {}}"#)), None);
        assert_eq!(place(&answer(400, r#"{"code": 4006, "message": "x"}"#)), None);
    }
}
