//! Which file holds a step's snapshot.

use std::path::{Path, PathBuf};

const LABEL_CHARS: usize = 80;
/// With number, endings and a temporary name round it, a name must stay under the 255 bytes of most file systems.
const LABEL_BYTES: usize = 200;
/// Names that Windows keeps for devices, and the folder that `cargo insta` passes over.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "target"];

/// The name of a step's snapshot: its number in the scenario (two digits at least) and its label.
///
/// ```
/// use draftgate::snapshot::name::file_name;
/// assert_eq!(file_name(3, "Who are you?"), "03-Who-are-you.snap");
/// ```
pub fn file_name(number: usize, label: &str) -> String {
    format!("{number:02}-{}.snap", safe(label, char::is_whitespace))
}

/// The path of a step's snapshot: `dir/<scenario>[/<case>]/<nn>-<label>.snap`, where the scenario is its path without the
/// ending, with `/` in it. Nothing in any of them leads out of the directory.
pub fn path(dir: &Path, scenario: &str, case: Option<&str>, number: usize, label: &str) -> PathBuf {
    let mut path = folder(dir, scenario);
    if let Some(case) = case {
        path.push(folder_name(&safe(case, char::is_whitespace)));
    }
    path.push(file_name(number, label));
    path
}

/// The folder below which all snapshots of a scenario lie.
pub fn folder(dir: &Path, scenario: &str) -> PathBuf {
    let mut path = dir.to_path_buf();
    for folder in scenario.split('/').filter(|folder| !matches!(*folder, "" | ".")) {
        path.push(folder_name(&safe(folder, |_| false)));
    }
    path
}

/// A text that every file system takes for a name: runs of what one of them refuses, and of what the caller counts among
/// that, become a dash.
fn safe(text: &str, unwanted: impl Fn(char) -> bool) -> String {
    let refused = |character: char| {
        character.is_control() || r#"/\:*?"<>|"#.contains(character) || unwanted(character) || character == '-'
    };
    let mut name = String::new();
    for character in text.chars() {
        match refused(character) {
            true if name.ends_with('-') => {}
            true => name.push('-'),
            false => name.push(character),
        }
    }
    let edge = |character: char| matches!(character, '.' | '-') || character.is_whitespace();
    let name = name.trim_matches(edge);
    let end = name
        .char_indices()
        .map(|(start, character)| start + character.len_utf8())
        .take(LABEL_CHARS)
        .take_while(|end| *end <= LABEL_BYTES)
        .last()
        .unwrap_or(0);
    match name[..end].trim_end_matches(edge) {
        "" => "_".to_owned(),
        name => name.to_owned(),
    }
}

fn folder_name(name: &str) -> String {
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let is_port = port.is_some_and(|number| number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit()));
    if is_port || RESERVED.contains(&stem.as_str()) { format!("{name}_") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::Component;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_become_file_names() {
        assert_eq!(file_name(1, "init"), "01-init.snap");
        assert_eq!(file_name(100, "submit  the\tform"), "100-submit-the-form.snap");
        assert_eq!(file_name(2, "a/b\\c:d*e?f\"g<h>i|j\u{7}k"), "02-a-b-c-d-e-f-g-h-i-j-k.snap");
        assert_eq!(file_name(2, "..a - b."), "02-a-b.snap");
        assert_eq!(file_name(2, " ..-/ "), "02-_.snap");
        assert_eq!(file_name(2, ""), "02-_.snap");
        assert_eq!(file_name(2, &"é".repeat(90)), format!("02-{}.snap", "é".repeat(80)));
        assert_eq!(file_name(2, &"🦀".repeat(90)), format!("02-{}.snap", "🦀".repeat(50)));
    }

    #[test]
    fn paths_mirror_the_scenarios() {
        let path = |scenario: &str, case| path(Path::new("snapshots"), scenario, case, 1, "init");
        assert_eq!(path("retail/happy path", None), Path::new("snapshots/retail/happy path/01-init.snap"));
        assert_eq!(path("retail/happy", Some("CA / en")), Path::new("snapshots/retail/happy/CA-en/01-init.snap"));
        assert_eq!(path("../../etc", Some("..")), Path::new("snapshots/_/_/etc/_/01-init.snap"));
        assert_eq!(path("/etc//./x", None), Path::new("snapshots/etc/x/01-init.snap"));
        assert_eq!(
            path("con.a/COM1/Target", Some("nul")),
            Path::new("snapshots/con.a_/COM1_/Target_/nul_/01-init.snap")
        );
    }

    proptest! {
        #[test]
        fn nothing_leads_out_of_the_directory(scenario: String, case in proptest::option::of(any::<String>()), label: String) {
            let path = path(Path::new("snapshots"), &scenario, case.as_deref(), 7, &label);
            let inner = path.strip_prefix("snapshots").unwrap();
            prop_assert!(inner.components().all(|part| matches!(part, Component::Normal(_))));
            let name = path.file_name().unwrap().to_str().unwrap();
            prop_assert!(name.len() < 220 && name.starts_with("07-") && name.ends_with(".snap"));
            prop_assert!(!name.contains(|c: char| c.is_control() || c.is_whitespace() || r#"/\:*?"<>|"#.contains(c)));
        }
    }
}
