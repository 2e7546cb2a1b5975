//! The command that sends a request again.
//!
//! The bearer token, the client secret and a session that is not shown stand in it as variables, so that it can be shown to
//! anyone and still runs where they are set; any other secret is masked like everywhere.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::discretion::is_hidden_session;
use crate::api::exchange::{Exchange, Request, RequestBody};
use crate::api::wire::SESSION_HEADER;
use crate::redact::MASK;

/// What stands for a session that is not shown.
pub const SESSION: &str = "$DRAFTGATE_SESSION";

/// What stands for a session that is not shown, and that none of several commands begins.
const OTHER_SESSION: &str = "$DRAFTGATE_OTHER_SESSION";

/// What stands for the bearer token.
const TOKEN: &str = "$DRAFTGATE_TOKEN";

/// The largest file that stands in a command, in bytes.
const LONGEST_FILE: usize = 3000;

/// What stands for the client secret.
const CLIENT_SECRET: &str = "$DRAFTGATE_CLIENT_SECRET";

/// A `curl` command for a POSIX shell.
pub fn command(request: &Request) -> String {
    command_with(request, &|session| is_hidden_session(session).then_some(SESSION))
}

/// The same with a made-up file in the command itself, so that it can be run where there is no such file.
pub fn with_files(request: &Request) -> String {
    let text = command(request);
    match &request.body {
        RequestBody::File { name, media_type, bytes, path: None }
            if !bytes.is_empty() && bytes.len() <= LONGEST_FILE =>
        {
            let by_name = format!("-F {}", quote(&format!("file=@{};type={media_type}", of_form(name))));
            let piped = format!("-F {}", quote(&format!("file=@-;filename={};type={media_type}", of_form(name))));
            format!("echo {} | base64 -d | {}", BASE64.encode(bytes), text.replace(&by_name, &piped))
        }
        _ => text,
    }
}

/// The commands that send requests again, one after the other, in sessions of their own: where an answer began a session that
/// later requests name, the command keeps it in a variable.
pub fn script(exchanges: &[&Exchange]) -> Vec<String> {
    let named = |headers: &[(String, String)]| {
        let session = headers.iter().find(|(name, _)| name == SESSION_HEADER);
        session.map(|(_, value)| value.clone()).filter(|session| !session.trim().is_empty())
    };
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut commands = Vec::with_capacity(exchanges.len());
    for (at, exchange) in exchanges.iter().enumerate() {
        let known = |session: &str, variables: &[(String, String)]| {
            variables.iter().find(|(known, _)| known == session).map(|(_, variable)| variable.clone())
        };
        let sent = named(&exchange.request.headers);
        let variable = sent.as_deref().and_then(|session| known(session, &variables));
        let command = command_with(&exchange.request, &|session| {
            variable.as_deref().or_else(|| is_hidden_session(session).then_some(OTHER_SESSION))
        });
        let began = named(&exchange.answer.headers).filter(|session| known(session, &variables).is_none());
        let later = |session: &String| {
            exchanges[at + 1..].iter().any(|later| named(&later.request.headers).as_ref() == Some(session))
        };
        match began.filter(later).filter(|session| sent.as_ref() != Some(session)) {
            None => commands.push(command),
            Some(session) => {
                let number = if variables.is_empty() { String::new() } else { format!("_{}", variables.len() + 1) };
                commands.push(format!("{}{number}=$({} {TAKE_SESSION})", &SESSION[1..], with_headers(&command)));
                variables.push((session, format!("{SESSION}{number}")));
            }
        }
    }
    commands
}

/// What takes the session out of the headers of an answer.
const TAKE_SESSION: &str = "| tr -d '\\r' | awk 'tolower($1) == \"x-hf-session:\" { print $2 }'";

/// The command with the answer's headers for output, in place of its body.
fn with_headers(command: &str) -> String {
    command.replacen("curl -sS", "curl -sS -o /dev/null -D -", 1)
}

fn command_with<'v>(request: &Request, variable_of: &dyn Fn(&str) -> Option<&'v str>) -> String {
    let mut parts = vec!["curl -sS".to_owned()];
    if request.method != "GET" || !matches!(request.body, RequestBody::Empty) {
        parts.push(format!("-X {}", plain(&request.method)));
    }
    // Else curl takes these for patterns of several URLs.
    if request.url.contains(['[', ']', '{', '}']) {
        parts.push("-g".to_owned());
    }
    parts.push(quote(&request.url));
    let mut typed = false;
    for (name, value) in &request.headers {
        typed |= name == "content-type";
        if name == "authorization" && value.starts_with("Bearer ") {
            parts.push("-H \"authorization: Bearer $DRAFTGATE_TOKEN\"".to_owned());
        } else if let Some(variable) = variable_of(value).filter(|_| name == SESSION_HEADER) {
            parts.push(format!("-H \"{SESSION_HEADER}: {variable}\""));
        } else if value.trim().is_empty() {
            // With a colon curl leaves the header out.
            parts.push(format!("-H {}", quote(&format!("{name};"))));
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
        // `@` names a file.
        RequestBody::Text(text) if text.starts_with('@') => parts.push(format!("--data-raw {}", quote(text))),
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
            parts.push(format!("-F {}", quote(&format!("file=@{};type={media_type}", of_form(path)))));
        }
    }
    parts.join(" ")
}

/// A file's path as curl's `-F` reads it: what ends a name stands in quotes.
fn of_form(path: &str) -> Cow<'_, str> {
    match path.contains([';', ',', '"', '\\']) {
        true => Cow::Owned(format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))),
        false => Cow::Borrowed(path),
    }
}

/// What has to be put into a command before it runs, a line; empty where nothing has.
pub fn hint(command: &str) -> String {
    let token = command.contains(TOKEN).then_some("`$DRAFTGATE_TOKEN` is to hold a token");
    let secret = command.contains(CLIENT_SECRET).then_some("`$DRAFTGATE_CLIENT_SECRET` is to hold the client secret");
    let other = command.contains(OTHER_SESSION).then_some("`$DRAFTGATE_OTHER_SESSION` is to hold a session");
    let masked = command.contains(MASK).then_some("`[secret]` stands for what is not shown");
    let parts: Vec<&str> = token.into_iter().chain(secret).chain(other).chain(masked).collect();
    parts.join("; ")
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

    #[test]
    fn a_script_carries_each_session_on_in_a_variable_of_its_own() {
        let exchange = |sent: Option<&str>, answered: Option<&str>| {
            let headers = |session: Option<&str>| -> Vec<(String, String)> {
                session.map(|session| (SESSION_HEADER.to_owned(), session.to_owned())).into_iter().collect()
            };
            let request = Request {
                method: "GET".into(),
                url: "http://h/".into(),
                headers: headers(sent),
                body: RequestBody::Empty,
            };
            let elapsed = std::time::Duration::ZERO;
            let body = crate::api::exchange::Body::Text(String::new());
            Exchange {
                request,
                answer: crate::api::exchange::Answer { status: 200, headers: headers(answered), body, elapsed },
            }
        };
        let exchanges = [
            exchange(None, Some("one…")),
            exchange(None, Some("unused…")),
            exchange(None, Some("two…")),
            exchange(Some("one…"), Some("one…")),
            exchange(Some("two…"), None),
            exchange(Some("elsewhere…"), None),
        ];
        let script = script(&exchanges.each_ref());
        let take = "tr -d '\\r' | awk 'tolower($1) == \"x-hf-session:\" { print $2 }'";
        assert_eq!(
            script,
            [
                format!("DRAFTGATE_SESSION=$(curl -sS -o /dev/null -D - 'http://h/' | {take})"),
                "curl -sS 'http://h/'".to_owned(),
                format!("DRAFTGATE_SESSION_2=$(curl -sS -o /dev/null -D - 'http://h/' | {take})"),
                "curl -sS 'http://h/' -H \"x-hf-session: $DRAFTGATE_SESSION\"".to_owned(),
                "curl -sS 'http://h/' -H \"x-hf-session: $DRAFTGATE_SESSION_2\"".to_owned(),
                "curl -sS 'http://h/' -H \"x-hf-session: $DRAFTGATE_OTHER_SESSION\"".to_owned(),
            ]
        );
        assert_eq!(hint(&script.join("\n")), "`$DRAFTGATE_OTHER_SESSION` is to hold a session");
    }

    fn sent(url: &str, headers: &[(&str, &str)], body: RequestBody) -> String {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        command(&Request { method: "POST".into(), url: url.into(), headers, body })
    }

    #[test]
    fn what_curl_reads_in_its_own_way_is_written_in_its_own_way() {
        assert_eq!(sent("http://h/a[1]{b}", &[], RequestBody::Empty), "curl -sS -X POST -g 'http://h/a[1]{b}'");
        assert_eq!(
            sent("http://h/", &[("x-empty", "")], RequestBody::Text("@home".into())),
            "curl -sS -X POST 'http://h/' -H 'x-empty;' --data-raw '@home'"
        );
        let file = |path: &str| {
            let (name, media_type, path) = ("n".to_owned(), "text/plain".to_owned(), Some(path.to_owned()));
            sent("http://h/", &[], RequestBody::File { name, media_type, bytes: Vec::new(), path })
        };
        assert!(file("a/b.txt").ends_with("-F 'file=@a/b.txt;type=text/plain'"), "{}", file("a/b.txt"));
        let made_up = RequestBody::File {
            name: "a.txt".into(),
            media_type: "text/plain".into(),
            bytes: b"hi".to_vec(),
            path: None,
        };
        let request = Request { method: "POST".into(), url: "http://h/".into(), headers: Vec::new(), body: made_up };
        assert_eq!(
            with_files(&request),
            "echo aGk= | base64 -d | curl -sS -X POST 'http://h/' -F 'file=@-;filename=a.txt;type=text/plain'"
        );
        let odd = file("a;b,\"c\".txt");
        assert!(odd.ends_with(r#"-F 'file=@"a;b,\"c\".txt";type=text/plain'"#), "{odd}");
        let command = sent("http://h/?q=[secret]", &[("authorization", "Bearer x")], RequestBody::Empty);
        assert_eq!(hint(&command), "`$DRAFTGATE_TOKEN` is to hold a token; `[secret]` stands for what is not shown");
        let token = sent("http://h/", &[], RequestBody::Form(vec![("client_secret".into(), "x".into())]));
        assert_eq!(hint(&token), "`$DRAFTGATE_CLIENT_SECRET` is to hold the client secret");
        assert_eq!(hint("curl -sS 'http://h/'"), "");
    }
}
