//! A scenario's text for another folder: paths in it start from the folder of its file.

use std::path::{Component, Path, PathBuf};

use super::{entries, items};
use crate::source::{Edited, Sources, canonical, path_text};
use crate::yaml::{self, Node};

/// The text of a scenario as it is to stand in another folder, so that it names the same files. What a template makes of a
/// path is left as it is.
pub fn moved(text: &str, from: &Path, to: &Path) -> String {
    let mut alone = Sources::default();
    let source = alone.add("moved", text);
    let (Ok(root), Some(between)) = (yaml::parse(&alone, source), between(to, from)) else { return text.to_owned() };
    let mut named = Vec::new();
    for (key, value) in entries(&root) {
        match key.as_str() {
            Some("steps" | "finally") => items(value).for_each(|step| in_step(step, &mut named)),
            Some("cases") => named.push(value),
            _ => {}
        }
    }
    let edits = named.into_iter().filter_map(|node| {
        let path = node.as_str().filter(|path| !path.contains("{{") && Path::new(path).is_relative())?;
        let path = path_text(&plain(&between.join(path)));
        Some((node.span.range(), yaml::scalar::quoted(&path)))
    });
    Edited::new(text, edits.collect()).text
}

/// The files that a step names.
fn in_step<'n>(step: &'n Node, named: &mut Vec<&'n Node>) {
    for (key, value) in entries(step) {
        let mut part = |node: &'n Node, wanted: &str| {
            named.extend(entries(node).filter(|(key, _)| key.as_str() == Some(wanted)).map(|(_, value)| value));
        };
        match key.as_str() {
            Some("use") => {
                part(value, "fragment");
                named.push(value);
            }
            Some("upload") => part(value, "file"),
            Some("submit") => entries(value).for_each(|(_, field)| part(field, "file")),
            Some("expect" | "repeat") => schemas(value, named),
            _ => {}
        }
    }
}

/// The files of schemas, wherever a matcher stands.
fn schemas<'n>(node: &'n Node, named: &mut Vec<&'n Node>) {
    for (key, value) in entries(node) {
        if key.as_str() == Some("schema") {
            named.push(value);
        }
        schemas(value, named);
    }
    items(node).for_each(|item| schemas(item, named));
}

/// The path that leads from one folder to another; none between two drives.
fn between(from: &Path, to: &Path) -> Option<PathBuf> {
    let whole = |path: &Path| std::path::absolute(canonical(path)).ok();
    let (from, to) = (whole(from)?, whole(to)?);
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common);
    if up.clone().any(|part| !matches!(part, Component::Normal(_))) {
        return None;
    }
    Some(up.map(|_| Component::ParentDir).chain(to.components().skip(common)).collect())
}

/// A path in which no folder is entered only to be left again.
fn plain(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_are_named_from_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("scenarios/retail"), folder.path().join("out"));
        std::fs::create_dir_all(&from).unwrap();
        std::fs::create_dir_all(&to).unwrap();
        let text = "scenario: x\nflow: y\nsteps:\n  - use: ../parts/a.yaml # so\n  - use: { fragment: b.yaml, with: { file: c } }\n  - upload: { field: F, file: d.pdf }\n  - submit: { F: { file: ./e.pdf }, G: f.pdf, H: { file: \"{{ g }}.pdf\" } }\n    expect: { json: { $: { schema: h.json } } }\n";
        assert_eq!(
            moved(text, &from, &to),
            "scenario: x\nflow: y\nsteps:\n  - use: \"../scenarios/parts/a.yaml\" # so\n  - use: { fragment: \"../scenarios/retail/b.yaml\", with: { file: c } }\n  - upload: { field: F, file: \"../scenarios/retail/d.pdf\" }\n  - submit: { F: { file: \"../scenarios/retail/e.pdf\" }, G: f.pdf, H: { file: \"{{ g }}.pdf\" } }\n    expect: { json: { $: { schema: \"../scenarios/retail/h.json\" } } }\n"
        );
        assert_eq!(
            moved(text, &from, &from),
            text.replace("../parts/a.yaml", "\"../parts/a.yaml\"")
                .replace("b.yaml", "\"b.yaml\"")
                .replace("d.pdf", "\"d.pdf\"")
                .replace("./e.pdf", "\"e.pdf\"")
                .replace("h.json", "\"h.json\"")
        );
    }
}
