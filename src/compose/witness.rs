//! Calls that show something, as commands for a shell.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::api::exchange::{Exchange, Request, RequestBody};
use crate::api::wire::SESSION_HEADER;

/// What a session that a witness gets by itself is called in a command.
const SESSION: &str = "DRAFTGATE_SESSION";
/// The same of a file's key.
const KEY: &str = "DRAFTGATE_KEY";

/// The calls that show a finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Witness {
    /// How many.
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

/// Calls as commands, in order. `command` writes a request with a session in it as it is: a session that one of them begins is kept in a variable for the others, and so is the key
/// of a file that another one submits.
pub fn commands(calls: &[Exchange], command: &dyn Fn(&Request) -> String) -> Vec<String> {
    let mut sessions: Vec<String> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    let named =
        |name: &str, number: usize| if number == 0 { name.to_owned() } else { format!("{name}_{}", number + 1) };
    let variable = |number: usize| named(SESSION, number);
    let mut lines = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let mut text = command(&call.request);
        match sent_session(call) {
            Some(sent) => {
                if let Some(number) = sessions.iter().position(|known| known == sent) {
                    let header = format!("-H '{SESSION_HEADER}: {sent}'");
                    text = text.replace(&header, &format!("-H \"{SESSION_HEADER}: ${}\"", variable(number)));
                }
            }
            None => {
                if let Some(session) = call.answer.session().filter(|_| at + 1 < calls.len()) {
                    let name = variable(sessions.len());
                    sessions.push(session.to_owned());
                    text = format!(
                        "{name}=$({text} -D - -o /dev/null | tr -d '\\r' | sed -n 's/^{SESSION_HEADER}: //Ip')"
                    );
                }
            }
        }
        for (number, key) in keys.iter().enumerate() {
            // What is sent stands in single quotes.
            text = text.replace(key, &format!("'\"${}\"'", named(KEY, number)));
        }
        let key = call.answer.json().and_then(|body| body.get("key")?.as_str()).filter(|key| !key.is_empty());
        let is_sent = |key: &str| calls[at + 1..].iter().any(|later| carries(&later.request.body, key));
        if let Some(key) = key.filter(|key| is_sent(key)) {
            let name = named(KEY, keys.len());
            text = format!("{name}=$({text} | sed -n 's/.*\"key\": *\"\\([^\"]*\\)\".*/\\1/p')");
            keys.push(key.to_owned());
        }
        lines.push(text);
    }
    lines
}

/// Whether a body has a text among its values.
fn carries(body: &RequestBody, text: &str) -> bool {
    match body {
        RequestBody::Json(Value::Object(body)) => body.values().any(|value| value.as_str() == Some(text)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::exchange::{Answer, Body};
    use serde_json::json;

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
}
