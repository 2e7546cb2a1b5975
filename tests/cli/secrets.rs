//! A secret appears in no output and no file, in whatever form it came back.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::flows::plain;
use crate::project::{Ended, Project};
use crate::scripted::{Reply, Request, Scripted};

const SECRET: &str = "s3cr\"et/ü+va lue&=\\x";
/// The token endpoint's answer.
const TOKEN: &str = "t0ken/with+signs==";

fn percent(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn json_text(text: &str) -> String {
    serde_json::to_string(text).unwrap().trim_matches('"').to_owned()
}

/// Every form in which a secret might be shown.
fn forms(secret: &str) -> Vec<String> {
    let percent = percent(secret);
    let padded = |engine: &base64::engine::GeneralPurpose, before: &str| {
        // The first and the last characters depend on what stands around the secret.
        let text = engine.encode(format!("{before}{secret}"));
        text[(before.len() * 8).div_ceil(6)..text.trim_end_matches('=').len() - 1].to_owned()
    };
    let mut forms = vec![
        secret.to_owned(),
        percent.replace("%20", "+"),
        percent.to_lowercase(),
        percent,
        json_text(secret),
        json_text(&json_text(secret)),
    ];
    for engine in [&STANDARD, &URL_SAFE] {
        forms.extend(["", "a", "ab", "id:"].map(|before| padded(engine, before)));
    }
    forms
}

/// A server that gives back what it was told, in every form.
fn echo(request: &Request, _: usize) -> Reply {
    if request.target().ends_with("/connect/token") {
        return Reply::json(200, &format!(r#"{{"access_token":"{TOKEN}","expires_in":3600}}"#));
    }
    let texts: Vec<String> = [SECRET, TOKEN]
        .iter()
        .flat_map(|secret| {
            [
                (*secret).to_owned(),
                percent(secret),
                percent(secret).replace("%20", "+"),
                json_text(secret),
                STANDARD.encode(format!("client:{secret}")),
                URL_SAFE.encode(secret),
                format!("in the middle of {secret} a text"),
            ]
        })
        .collect();
    let body = serde_json::json!({"id": "s", "title": SECRET, "type": "form", "canGoBack": false, "elements": [
        {"id": SECRET, "name": SECRET, "type": "text", "value": texts}]});
    let echoed = [("x-hf-session", "5f2c7c5e-90ab-4f6e-8d6e-1f1e3a7b9c0d"), ("x-echo", &percent(SECRET))];
    Reply::with(200, &echoed, body.to_string().as_bytes())
}

fn project(steps: &str) -> (Scripted, Project) {
    let server = Scripted::start(echo);
    let config =
        server.config().replace("flows:", "  client_id: me\n  client_secret: \"{{ secret.THE_SECRET }}\"\nflows:");
    let text = format!("scenario: It holds a secret\nflow: tiny\nauth: client\n{steps}");
    let project = Project::new().with("scenarios/draftgate.yaml", config).with("scenarios/a.yaml", text);
    (server, project)
}

fn run(project: &Project, arguments: &[&str]) -> Ended {
    project.draftgate_with(&[("THE_SECRET", SECRET)], arguments)
}

/// Asserts that neither the output nor any file written holds a secret.
#[track_caller]
fn nothing_is_shown(project: &Project, ended: &Ended) {
    let mut texts = vec![("the output".to_owned(), ended.all())];
    texts.extend(project.files(".").into_iter().map(|path| (path.clone(), project.read(&path).unwrap())));
    for (place, text) in texts {
        for form in [SECRET, TOKEN].iter().flat_map(|secret| forms(secret)) {
            assert!(!text.contains(&form), "{form} is in {place}:\n{text}");
        }
    }
}

const FAILING: &str = "snapshot: false
vars: { key: \"{{ secret.THE_SECRET }}\" }
steps:
  - submit: { plain: \"{{ key }}\", within: \"a{{ key }}b\" }
    map: false
    expect: { title: other, json: { $.elements: { length: 7 }, \"$.elements[0].value\": [nothing] } }
";

#[test]
fn a_failure_shows_none_and_the_server_got_it() {
    let (server, project) = project(FAILING);
    let ended = run(&project, &["run"]).exits(1).says("[secret]").says("Bearer $DRAFTGATE_TOKEN");
    nothing_is_shown(&project, &ended);
    let requests = server.requests();
    let submit: serde_json::Value = serde_json::from_slice(&requests[1].body).unwrap();
    assert_eq!(submit, serde_json::json!({"plain": SECRET, "within": format!("a{SECRET}b")}));
    assert_eq!(requests[1].header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
}

#[test]
fn rusts_formats_and_logs_show_none() {
    let (_, project) = project(FAILING);
    for arguments in [&["--format", "json"][..], &["--format", "pretty"], &["-q"], &["--logfile", "log.txt"]] {
        let ended = run(&project, arguments).exits(1);
        nothing_is_shown(&project, &ended);
    }
}

#[test]
fn snapshots_and_their_differences_show_none() {
    let (_, project) = project("steps: [init]\n");
    nothing_is_shown(&project, &run(&project, &["run"]).exits(6));
    nothing_is_shown(&project, &run(&project, &["run", "--update"]).exits(0));
    let path = "snapshots/a/01-init.snap";
    let accepted = project.read(path).unwrap();
    assert!(accepted.contains("[secret]"));
    project.write(path, accepted.replace("\"form\"", "\"other\""));
    nothing_is_shown(&project, &run(&project, &["run"]).exits(6).says("• the type is now \"form\", was \"other\""));
    project.write(path, accepted.replace("[secret]", "something else"));
    nothing_is_shown(&project, &run(&project, &["run"]).exits(6));
}

#[test]
fn a_mistake_about_a_secret_shows_none() {
    let (_, project) = project("snapshot: false\nsteps:\n  - init\n  - submit: { \"{{ secret.THE_SECRET }}x\": 1 }\n");
    nothing_is_shown(&project, &run(&project, &["run"]).exits(1).says("[secret]"));
    let number = "snapshot: false\nsteps:\n  - init\n  - sleep: \"{{ secret.THE_SECRET }}\"\n";
    project.write("scenarios/a.yaml", plain(number).replace("snapshot: false\nsnapshot: false", "snapshot: false"));
    nothing_is_shown(&project, &run(&project, &["run"]).exits(1));
}

#[test]
fn a_secret_in_an_address_is_not_shown_when_the_address_is_wrong() {
    for address in
        ["http://user:{{ secret.THE_SECRET }}@[", "{{ secret.THE_SECRET }}", "http://x/{{ secret.THE_SECRET }}"]
    {
        let project = Project::new()
            .with("scenarios/draftgate.yaml", format!("server: {{ base_url: '{address}' }}\nrun: {{ retries: 0 }}\n"))
            .with("scenarios/a.yaml", plain("steps: [init]\n"));
        let ended = run(&project, &["run"]);
        assert!(matches!(ended.code, Some(2 | 5)), "{}", ended.all());
        nothing_is_shown(&project, &ended);
    }
}

/// A secret that a report would take apart: cut at the end of a long line, or quoted for a shell.
#[test]
fn a_secret_is_masked_before_a_text_is_cut_or_quoted() {
    const QUOTED: &str = "it's-a-secret-with-'quotes'";
    const LONG: &str = "a-long-secret-0123456789abcdefghijklmnopqrstuvwxyz";
    for (secret, parts) in [(QUOTED, ["s-a-secret-with-", "it'\\''s"]), (LONG, ["a-long-secret", "0123456789abcdef"])] {
        let wide = |body: &Request, _: usize| {
            let sent: serde_json::Value = serde_json::from_slice(&body.body).unwrap_or_default();
            let secret = sent["key"].as_str().unwrap_or_default();
            // The cut may fall anywhere in the secret.
            let values: Vec<String> = (0..60).map(|more| format!("{}{secret}", "x".repeat(345 + more))).collect();
            Reply::json(200, &serde_json::json!({"id": "s", "elements": [], "a": values, "b": [secret]}).to_string())
        };
        let server = Scripted::start(wide);
        let steps = "steps:\n  - submit: { key: \"{{ secret.THE_SECRET }}\" }\n    map: false\n    expect: { json: { $.a: [1], $.b: 2 } }\n";
        let project =
            Project::new().with("scenarios/draftgate.yaml", server.config()).with("scenarios/a.yaml", plain(steps));
        let ended = project.draftgate_with(&[("THE_SECRET", secret)], &["run"]).exits(1);
        for part in parts {
            assert!(!ended.all().contains(part), "{part} is in the output:\n{}", ended.all());
        }
    }
}
