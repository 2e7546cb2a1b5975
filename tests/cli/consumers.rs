//! Programs of other houses that read reports. `.ci/tools` installs them and says where they are; where one is not, the test
//! that needs it is left out, and says so.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// Says, past the harness, which would keep it to itself, that a test is left out.
fn left_out(what: &str) {
    let line = format!("left out: {what} (`.ci/tools` installs it)\n");
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}

fn named(variable: &str) -> Option<String> {
    let value = std::env::var(variable).ok().filter(|value| !value.is_empty());
    if value.is_none() {
        left_out(&format!("{variable} names no file"));
    }
    value
}

fn feed(mut command: Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

/// What a Python script makes of a text on its standard input: JSON on its standard output. None without the Python that
/// `REPORT_PYTHON` names.
#[track_caller]
pub fn python(script: &str, input: &[u8]) -> Option<Value> {
    let mut command = Command::new(named("REPORT_PYTHON")?);
    command.args(["-X", "utf8", "-c", script]);
    let output = feed(command, input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Asserts that a document is valid by the schema of Jenkins' xUnit plugin, in `xmllint`'s eyes.
#[track_caller]
pub fn is_valid_junit(document: &[u8]) {
    let Some(schema) = named("JUNIT_SCHEMA") else { return };
    if Command::new("xmllint").arg("--version").output().is_err() {
        return left_out("xmllint is not on the PATH");
    }
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--nonet", "--schema", &schema, "-"]);
    let output = feed(command, document);
    let text = String::from_utf8_lossy(document);
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
}
