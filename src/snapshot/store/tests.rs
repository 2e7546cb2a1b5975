use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::snapshot::{Comparison, compare};

fn pending(body: &str) -> Pending {
    let header = Header {
        source: Some("scenarios/happy.yaml".into()),
        assertion_line: Some(12),
        description: Some("step: \"start\"\n# 🦀".to_owned()),
        info: Some(json!({"step": "start", "n": [1, 2.5, null, {"a: b": true}]})),
        input_file: Some("scenarios/fragments/start.yaml".into()),
    };
    Pending { header, body: body.to_owned() }
}

struct Place {
    root: tempfile::TempDir,
    store: Store,
    path: PathBuf,
}

fn place() -> Place {
    let root = tempfile::tempdir().unwrap();
    let store = Store::new(root.path());
    let path = root.path().join("snapshots/happy/01-start.snap");
    Place { root, store, path }
}

#[test]
fn an_answer_awaits_review_and_is_accepted() {
    let Place { store, path, .. } = place();
    assert_eq!(store.read(&path).unwrap(), None);
    let file = store.write_pending(&path, &pending("{\n  \"a\": 1\n}\n\n")).unwrap();
    assert_eq!(file, path.with_file_name("01-start.snap.new"));
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "---\nsource: \"scenarios/happy.yaml\"\nassertion_line: 12\ndescription: \"step: \\\"start\\\"\\n# 🦀\"\n\
         info: {\"step\":\"start\",\"n\":[1,2.5,null,{\"a: b\":true}]}\n\
         input_file: \"scenarios/fragments/start.yaml\"\n---\n{\n  \"a\": 1\n}\n"
    );
    let snapshot = insta::Snapshot::from_file(&file).unwrap();
    assert_eq!(snapshot.metadata().description(), Some("step: \"start\"\n# 🦀"));
    assert_eq!(snapshot.metadata().assertion_line(), Some(12));
    assert_eq!(snapshot.metadata().input_file(), Some("scenarios/fragments/start.yaml"));

    store.accept(&path, &pending("{\n  \"a\": 1\n}")).unwrap();
    assert!(!file.exists());
    assert!(!fs::read_to_string(&path).unwrap().contains("assertion_line"));
    assert_eq!(compare(store.read(&path).unwrap().as_deref(), "{\n  \"a\": 1\n}"), Comparison::Same);
    let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [path], "no temporary file stays behind");
}

#[test]
fn stale_answers_are_removed() {
    let Place { store, path, .. } = place();
    assert!(!store.remove_pending(&path).unwrap());
    store.write_pending(&path, &pending("a")).unwrap();
    assert!(store.remove_pending(&path).unwrap());
    assert!(!path.with_file_name("01-start.snap.new").exists());
}

#[test]
fn broken_files_are_errors_that_name_them() {
    let Place { store, path, .. } = place();
    store.accept(&path, &pending("a")).unwrap();
    for (text, why) in [
        ("", Malformed::NoHeader),
        ("expression: a\n\nbody", Malformed::NoHeader),
        ("---\n[\n---\n", Malformed::Header),
        ("---\njust text\n---\n", Malformed::Header),
        ("---\ninfo: .nan\n---\n", Malformed::Header),
        ("---\nextension: png\nsnapshot_kind: binary\n---\n", Malformed::Binary),
    ] {
        fs::write(&path, text).unwrap();
        match store.read(&path) {
            Err(error @ StoreError::Malformed { why: found, .. }) if found == why => {
                let message = error.to_string();
                assert!(message.contains("01-start.snap") && message.contains("version control"), "{message}");
            }
            other => panic!("{text:?}: {other:?}"),
        }
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(store.read(&path), Err(StoreError::Read { .. })));
}

#[test]
fn line_ends_of_another_system_make_no_difference() {
    let Place { store, path, .. } = place();
    store.accept(&path, &pending("a\r\n\r\nb")).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains('\r'));
    fs::write(&path, text.replace('\n', "\r\n")).unwrap();
    assert_eq!(store.read(&path).unwrap().as_deref(), Some("a\n\nb"));
}

#[test]
fn a_header_may_be_empty() {
    let Place { store, path, .. } = place();
    store.accept(&path, &Pending { header: Header::default(), body: "---\na".to_owned() }).unwrap();
    assert_eq!(store.read(&path).unwrap().as_deref(), Some("---\na"));
}

#[test]
fn pending_answers_mirror_the_workspace() {
    let Place { root, path, .. } = place();
    let elsewhere = tempfile::tempdir().unwrap();
    let env = |name: &str| match name {
        "INSTA_WORKSPACE_ROOT" => Some(root.path().display().to_string()),
        "INSTA_PENDING_DIR" => Some(elsewhere.path().display().to_string()),
        _ => None,
    };
    let store = Store::from_env(&env, "/nowhere");
    let file = store.write_pending(&path, &pending("a")).unwrap();
    assert_eq!(file, elsewhere.path().join("snapshots/happy/01-start.snap.new"));
    assert_eq!(store.read(&file).unwrap().as_deref(), Some("a"));
    assert!(!path.exists() && !path.with_file_name("01-start.snap.new").exists());
    store.accept(&path, &pending("a")).unwrap();
    assert!(path.exists() && !file.exists());
    for outside in [root.path().join("../x.snap"), elsewhere.path().join("x.snap")] {
        assert!(matches!(store.write_pending(&outside, &pending("a")), Err(StoreError::OutsideRoot { .. })));
    }
}

#[cfg(unix)]
#[test]
fn a_root_may_be_a_link() {
    let Place { root, path, .. } = place();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link");
    std::os::unix::fs::symlink(root.path(), &link).unwrap();
    assert_eq!(below(&path, &link), Some("snapshots/happy/01-start.snap".into()));
}

#[test]
fn paths_in_headers_are_relative() {
    let root = absolute("work").unwrap();
    assert_eq!(relative_text(&root.join("scenarios/a.yaml"), &root), "scenarios/a.yaml");
    assert_eq!(relative_text(&root.join("../other/a.yaml"), &root), "../other/a.yaml");
    assert_eq!(relative_text(Path::new("./scenarios/a.yaml"), &root), "scenarios/a.yaml");
}

#[test]
fn used_snapshots_are_noted() {
    let Place { root, store, path } = place();
    let file = root.path().join("references");
    let env = |name: &str| (name == "INSTA_SNAPSHOT_REFERENCES_FILE").then(|| file.display().to_string());
    store.note_references([path.as_path()]).unwrap();
    let store = Store::from_env(&env, root.path());
    store.note_references([]).unwrap();
    assert!(!file.exists());
    store.note_references([path.as_path()]).unwrap();
    store.note_references([Path::new("b.snap")]).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let expected = format!("{}\n{}\n", path.display(), absolute("b.snap").unwrap().display());
    assert_eq!(text, expected);
}

#[cfg(unix)]
#[test]
fn others_may_read_what_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let Place { root, store, path } = place();
    store.accept(&path, &pending("a")).unwrap();
    let plain = root.path().join("plain");
    fs::write(&plain, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&path), mode(&plain));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back(body: String, description: String, key in "[ -~\u{80}-\u{a0}\u{2028}]{0,20}", value: String) {
        let Place { store, path, .. } = place();
        let header = Header {
            description: Some(description.clone()),
            info: Some(json!({key: [value]})),
            ..Header::default()
        };
        store.accept(&path, &Pending { header, body: body.clone() }).unwrap();
        let read = store.read(&path).unwrap().unwrap();
        prop_assert_eq!(compare(Some(&read), &body), Comparison::Same);
        let snapshot = insta::Snapshot::from_file(&path).unwrap();
        prop_assert_eq!(snapshot.metadata().description().unwrap_or_default(), &description);
    }
}
