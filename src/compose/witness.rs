//! Calls that show something, as commands for a shell.

use schemars::JsonSchema;
use serde::Serialize;

use crate::api::exchange::{Exchange, Request, RequestBody};
use crate::api::wire::{BodyKind, SESSION_HEADER};

/// What a session that a witness gets by itself is called in a command.
const SESSION: &str = "DRAFTGATE_SESSION";
/// What the key of a file that is uploaded is called in a command.
const KEY: &str = "DRAFTGATE_KEY";
/// A key of fewer characters could be part of anything.
const SHORTEST_KEY: usize = 8;

/// The calls that show a finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Witness {
    /// How many; polls of one pending answer are one.
    pub calls: usize,
    /// A scenario that fails while what is found is there; none where no scenario says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The calls as commands for a shell, in order.
    pub curl: Vec<String>,
}

/// The session that a call carried.
pub fn sent_session(call: &Exchange) -> Option<&str> {
    let header = call.request.headers.iter().find(|(name, _)| name == SESSION_HEADER);
    header.map(|(_, value)| value.as_str())
}

/// Calls as commands, in order; polls of one pending answer are one, with how often it was. `command` writes a request with a
/// session in it as it is: a session that one of them begins is kept in a variable for the others, and so is the key of a file.
pub fn commands(calls: &[Exchange], command: &dyn Fn(&Request) -> String) -> Vec<String> {
    let mut kept = Kept::default();
    let mut lines = Vec::new();
    let mut at = 0;
    while let Some(call) = calls.get(at) {
        let polls = polls(&calls[at..]);
        let text = kept.command(call, &calls[at + 1..], command);
        at += polls;
        lines.push(match polls {
            1 => text,
            _ if calls[at - 1].answer.kind() == BodyKind::Pending => format!("{text}  # {polls} times: pending still"),
            _ => format!("{text}  # until it is no longer pending: {polls} times"),
        });
    }
    lines
}

/// How many of the first calls ask the same, each since the answer before it was pending.
fn polls(calls: &[Exchange]) -> usize {
    let asks_again = |pair: &&[Exchange]| {
        let (first, again) = (&pair[0], &pair[1]);
        let same = (&first.request.method, &first.request.url, &first.request.headers)
            == (&again.request.method, &again.request.url, &again.request.headers);
        let asks = again.request.method == "GET" && matches!(again.request.body, RequestBody::Empty);
        same && asks && first.answer.kind() == BodyKind::Pending
    };
    1 + calls.windows(2).take_while(asks_again).count()
}

/// What is kept in variables of the shell, in the order in which it was first seen.
#[derive(Default)]
struct Kept {
    sessions: Vec<String>,
    keys: Vec<String>,
}

impl Kept {
    fn command(&mut self, call: &Exchange, later: &[Exchange], command: &dyn Fn(&Request) -> String) -> String {
        let variable = |name: &str, number: usize| match number {
            0 => name.to_owned(),
            number => format!("{name}_{}", number + 1),
        };
        let mut text = command(&call.request);
        for (number, key) in self.keys.iter().enumerate() {
            // Out of the single quotes, and into them again.
            text = text.replace(key, &format!("'\"${}\"'", variable(KEY, number)));
        }
        match sent_session(call) {
            Some(sent) => {
                if let Some(number) = self.sessions.iter().position(|known| known == sent) {
                    let header = format!("-H '{SESSION_HEADER}: {sent}'");
                    let name = variable(SESSION, number);
                    text = text.replace(&header, &format!("-H \"{SESSION_HEADER}: ${name}\""));
                }
            }
            None => {
                if let Some(session) = call.answer.session().filter(|_| !later.is_empty()) {
                    let name = variable(SESSION, self.sessions.len());
                    self.sessions.push(session.to_owned());
                    text = format!(
                        "{name}=$({text} -D - -o /dev/null | tr -d '\\r' | sed -n 's/^{SESSION_HEADER}: //Ip')"
                    );
                }
            }
        }
        if let Some(key) = uploaded(call).filter(|key| later.iter().any(|later| sends(later, key))) {
            let name = variable(KEY, self.keys.len());
            self.keys.push(key.to_owned());
            text = format!("{name}=$({text} | sed 's/.*\"key\" *: *\"\\([^\"]*\\)\".*/\\1/')");
        }
        text
    }
}

/// The key that a file got that was uploaded.
fn uploaded(call: &Exchange) -> Option<&str> {
    let is_file = matches!(call.request.body, RequestBody::File { .. });
    let key = call.answer.json().filter(|_| is_file)?.get("key")?.as_str()?;
    (key.len() >= SHORTEST_KEY && key.bytes().all(|byte| byte.is_ascii_graphic() && !b"'\"\\".contains(&byte)))
        .then_some(key)
}

fn sends(call: &Exchange, key: &str) -> bool {
    matches!(&call.request.body, RequestBody::Json(body) if body.to_string().contains(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::exchange::{Answer, Body};
    use serde_json::{Value, json};

    fn call(sent: Option<&str>, answered: &str) -> Exchange {
        let headers = sent.map(|session| (SESSION_HEADER.to_owned(), session.to_owned())).into_iter().collect();
        let request =
            Request { method: "GET".into(), url: "http://h/flow/f".into(), headers, body: RequestBody::Empty };
        let headers = vec![(SESSION_HEADER.to_owned(), answered.to_owned())];
        let answer =
            Answer { status: 200, headers, body: Body::Json(json!({}).into()), elapsed: std::time::Duration::ZERO };
        Exchange { request, answer }
    }

    #[test]
    fn a_session_that_is_begun_is_a_variable_of_the_shell() {
        let write = |request: &Request| match request.headers.first() {
            Some((name, value)) => format!("curl -H '{name}: {value}'"),
            None => "curl".to_owned(),
        };
        let calls = [call(None, "one"), call(None, "two"), call(Some("two"), "two"), call(Some("nobody"), "nobody")];
        let keep = "$(curl -D - -o /dev/null | tr -d '\\r' | sed -n 's/^x-hf-session: //Ip')";
        assert_eq!(
            commands(&calls, &write),
            [
                format!("DRAFTGATE_SESSION={keep}"),
                format!("DRAFTGATE_SESSION_2={keep}"),
                "curl -H \"x-hf-session: $DRAFTGATE_SESSION_2\"".to_owned(),
                "curl -H 'x-hf-session: nobody'".to_owned(),
            ]
        );
        // What begins a session and is itself wrong is shown as it is.
        assert_eq!(commands(&calls[..1], &write), ["curl"]);
    }

    fn answered(mut call: Exchange, body: Value) -> Exchange {
        call.answer.body = Body::Json(body.into());
        call
    }

    #[test]
    fn polls_are_one_call() {
        let write = |request: &Request| format!("curl {}", request.method);
        let pending = || answered(call(Some("one"), "one"), json!({"type": "pending"}));
        let step = || answered(call(Some("one"), "one"), json!({"type": "form", "title": "A"}));
        let asked = [pending(), pending(), pending(), step(), step()];
        assert_eq!(commands(&asked, &write), ["curl GET  # until it is no longer pending: 4 times", "curl GET"]);
        assert_eq!(commands(&asked[..3], &write), ["curl GET  # 3 times: pending still"]);
        assert_eq!(commands(&asked[2..3], &write), ["curl GET"]);
    }

    #[test]
    fn the_key_of_a_file_is_taken_from_its_answer() {
        let write = |request: &Request| match &request.body {
            RequestBody::Json(body) => format!("curl --data '{body}'"),
            _ => "curl -F file".to_owned(),
        };
        let with = |body: RequestBody, answer: Value| {
            let mut call = answered(call(Some("one"), "one"), answer);
            call.request.body = body;
            call
        };
        let file = || RequestBody::File { name: "a".into(), media_type: "b".into(), bytes: vec![], path: None };
        let (first, unused) = (json!({"key": "k-12345678"}), json!({"key": "k-87654321"}));
        let submit = with(RequestBody::Json(json!({"5f": "k-12345678"})), json!({}));
        assert_eq!(
            commands(&[with(file(), first), with(file(), unused), submit], &write),
            [
                r#"DRAFTGATE_KEY=$(curl -F file | sed 's/.*"key" *: *"\([^"]*\)".*/\1/')"#,
                "curl -F file",
                r#"curl --data '{"5f":"'"$DRAFTGATE_KEY"'"}'"#,
            ]
        );
    }
}
