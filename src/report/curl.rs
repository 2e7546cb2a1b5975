//! The command that sends a request again.
//!
//! The bearer token, the client secret and a session that is not shown stand in it as variables, so that it can be shown to
//! anyone and still runs where they are set; any other secret is masked like everywhere.

use super::discretion::is_hidden_session;
use crate::api::exchange::{Request, RequestBody};
use crate::api::wire::SESSION_HEADER;

/// What stands for a session that is not shown.
pub const SESSION: &str = "$DRAFTGATE_SESSION";

/// A `curl` command for a POSIX shell.
pub fn command(request: &Request) -> String {
    let mut parts = vec!["curl -sS".to_owned()];
    if request.method != "GET" {
        parts.push(format!("-X {}", plain(&request.method)));
    }
    parts.push(quote(&request.url));
    let mut typed = false;
    for (name, value) in &request.headers {
        typed |= name == "content-type";
        if name == "authorization" && value.starts_with("Bearer ") {
            parts.push("-H \"authorization: Bearer $DRAFTGATE_TOKEN\"".to_owned());
        } else if name == SESSION_HEADER && is_hidden_session(value) {
            parts.push(format!("-H \"{SESSION_HEADER}: {SESSION}\""));
        } else {
            parts.push(format!("-H {}", quote(&format!("{name}: {value}"))));
        }
    }
    match &request.body {
        RequestBody::Empty => {}
        RequestBody::Json(value) => {
            if !typed {
                parts.push("-H 'content-type: application/json'".to_owned());
            }
            parts.push(format!("--data {}", quote(&value.to_string())));
        }
        RequestBody::Text(text) => parts.push(format!("--data-binary {}", quote(text))),
        RequestBody::Form(pairs) => {
            for (name, value) in pairs {
                parts.push(match name.as_str() {
                    "client_secret" => "--data-urlencode \"client_secret=$DRAFTGATE_CLIENT_SECRET\"".to_owned(),
                    _ => format!("--data-urlencode {}", quote(&format!("{name}={value}"))),
                });
            }
        }
        RequestBody::File { name, media_type, path, .. } => {
            let path = path.as_deref().unwrap_or(name);
            parts.push(format!("-F {}", quote(&format!("file=@{path};type={media_type}"))));
        }
    }
    parts.join(" ")
}

/// A word as it is where a shell leaves it so.
fn plain(word: &str) -> String {
    if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) { word.to_owned() } else { quote(word) }
}

/// A word of a command, in quotes where a shell would take it for something else.
pub fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._:-+,@%".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) { text.to_owned() } else { quote(text) }
}

/// A word in single quotes, whatever it holds.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_submit() {
        let mut request = Request {
            method: "POST".into(),
            url: "http://h/submit/f".into(),
            headers: vec![("x-hf-session".into(), "s".into()), ("authorization".into(), "Bearer t0p".into())],
            body: RequestBody::Json(json!({"a": "O'Hara"})),
        };
        assert_eq!(
            command(&request),
            "curl -sS -X POST 'http://h/submit/f' -H 'x-hf-session: s' -H \"authorization: Bearer $DRAFTGATE_TOKEN\" \
             -H 'content-type: application/json' --data '{\"a\":\"O'\\''Hara\"}'"
        );
        request.headers = vec![("x-hf-session".into(), "0f8fad5b…".into())];
        assert!(command(&request).contains("-H \"x-hf-session: $DRAFTGATE_SESSION\""), "{}", command(&request));
    }
}
