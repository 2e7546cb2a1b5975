//! The maps' files: one a flow, JSON with one element a line, so that a change of the flow reads well in a diff.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::FlowMap;
use super::judge::{self, Flaw};
use crate::source::write_file;

/// Where the maps lie below the folder of snapshots.
const FOLDER: &str = "maps";
/// How their names end.
const SUFFIX: &str = ".map.json";
/// What goes on one line, in characters.
const WIDTH: usize = 200;

/// Why a map is not read or written.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// The system says no.
    #[error("the map {} cannot be {verb}: {error}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// `read` or `written`.
        verb: &'static str,
        /// Why.
        error: io::Error,
    },
    /// It is no map that can be used.
    #[error("{} is not read: {}; {}", path.display(), flaw.why, flaw.way_out)]
    Flawed {
        /// The file.
        path: PathBuf,
        /// Why.
        flaw: Flaw,
    },
}

impl MapError {
    /// The file that it is about.
    pub fn path(&self) -> &Path {
        match self {
            MapError::File { path, .. } | MapError::Flawed { path, .. } => path,
        }
    }
}

/// The file of a flow's map.
pub fn path(snapshots: &Path, flow: &str) -> PathBuf {
    snapshots.join(FOLDER).join(file_name(flow))
}

fn file_name(flow: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = flow.chars().map(kept).collect();
    format!("{name}{SUFFIX}")
}

/// A flow's map; none where there is no file.
///
/// # Errors
///
/// When the file cannot be read, or is no map.
pub fn read(snapshots: &Path, flow: &str) -> Result<Option<FlowMap>, MapError> {
    read_path(path(snapshots, flow))
}

/// The map in a file, of whatever name; none where there is no file.
///
/// # Errors
///
/// When the file cannot be read, is no map, or one of another flow.
pub fn read_file(path: &Path, flow: &str) -> Result<Option<FlowMap>, MapError> {
    read_where(path.to_owned(), &|known: &str| known == flow)
}

fn read_path(path: PathBuf) -> Result<Option<FlowMap>, MapError> {
    let name = path.file_name().map(ToOwned::to_owned);
    read_where(path, &|flow: &str| name.as_ref().is_some_and(|name| **name == *file_name(flow)))
}

fn read_where(path: PathBuf, belongs: &dyn Fn(&str) -> bool) -> Result<Option<FlowMap>, MapError> {
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(MapError::File { path, verb: "read", error }),
    };
    let text = String::from_utf8_lossy(&bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    match judge::parse(text, belongs) {
        Ok(map) => Ok(Some(map)),
        Err(flaw) => Err(MapError::Flawed { path, flaw }),
    }
}

/// All maps below a folder of snapshots, by flow, and what could not be read of them.
pub fn read_all(snapshots: &Path) -> (BTreeMap<String, FlowMap>, Vec<MapError>) {
    let (mut maps, mut errors) = (BTreeMap::new(), Vec::new());
    let folder = snapshots.join(FOLDER);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(SUFFIX));
    files.sort();
    for file in files {
        match read_path(file) {
            Ok(Some(map)) => drop(maps.insert(map.flow.clone(), map)),
            Ok(None) => {}
            Err(error) => errors.push(error),
        }
    }
    (maps, errors)
}

/// Writes a flow's map, `mask` applied to its text.
///
/// # Errors
///
/// When it cannot be written.
pub fn write(snapshots: &Path, map: &FlowMap, mask: &dyn Fn(&str) -> String) -> Result<PathBuf, MapError> {
    let path = path(snapshots, &map.flow);
    match write_file(&path, mask(&text(map))) {
        Ok(()) => Ok(path),
        Err(error) => Err(MapError::File { path, verb: "written", error }),
    }
}

/// The text of a map's file.
pub fn text(map: &FlowMap) -> String {
    let mut text = String::new();
    push(&mut text, &serde_json::to_value(map).unwrap_or_default(), 0, false);
    text.push('\n');
    text
}

/// Writes a value on one line where it fits and holds no list of maps, one item a line otherwise. What is `inline` goes on one
/// line anyway.
fn push(text: &mut String, value: &Value, depth: usize, inline: bool) {
    let whole = || value.to_string();
    let holds_maps = match value {
        Value::Array(items) => items.iter().any(Value::is_object),
        Value::Object(members) => {
            members.values().any(|value| value.as_array().is_some_and(|list| list.iter().any(Value::is_object)))
        }
        _ => false,
    };
    let open = !inline && (holds_maps || whole().chars().count() > WIDTH);
    let indent = |depth: usize| format!("\n{}", "  ".repeat(depth));
    match value {
        Value::Array(items) if open => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(&indent(depth + 1));
                push(text, item, depth + 1, is_element(item));
            }
            text.push_str(&indent(depth));
            text.push(']');
        }
        Value::Object(members) if open || depth == 0 => {
            text.push('{');
            for (at, (key, item)) in members.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(&format!("{}{}: ", indent(depth + 1), Value::from(key.as_str())));
                // A list of plain values stays on its line, however long: the countries of the world are one thing.
                push(text, item, depth + 1, matches!(item, Value::Array(list) if !list.iter().any(Value::is_object)));
            }
            text.push_str(&indent(depth));
            text.push('}');
        }
        _ => text.push_str(&whole()),
    }
}

/// An element is one line, however much it has to say.
fn is_element(item: &Value) -> bool {
    item.get("name").is_some() && item.get("key").is_none()
}
