//! Whether a text is a map of a flow, and in plain words why not.
//!
//! A map is written by runs, but it lies in version control: it meets merge conflicts, cut-off copies and renamed files.

use std::ops::Range;

use serde_json::{Value, error::Category};

use super::{FORMAT, FlowMap};

/// What a merge leaves in a file that it could not merge, at the beginning of a line.
const CONFLICT: [&str; 3] = ["<<<<<<< ", "=======", ">>>>>>> "];
/// What every map has.
const KEYS: [&str; 5] = ["format", "flow", "recorded", "complete", "views"];

/// Why a text is no map that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The bytes of the text that show it.
    pub place: Range<usize>,
    /// What is wrong, a lower-case clause: "this map ends before it is whole".
    pub why: String,
    /// The way out.
    pub way_out: String,
    /// Whether a later draftgate wrote it: then it is left alone.
    pub later: bool,
}

impl Flaw {
    fn new(place: Range<usize>, why: impl Into<String>) -> Self {
        let way_out = "a run of all scenarios writes it anew; or restore it from version control".to_owned();
        Flaw { place, why: why.into(), way_out, later: false }
    }
}

/// Reads the text of a map whose file has the name of one flow, as `belongs` tells of a flow's name.
///
/// # Errors
///
/// Why it is none.
pub fn parse(text: &str, belongs: impl Fn(&str) -> bool) -> Result<FlowMap, Flaw> {
    if text.trim().is_empty() {
        return Err(Flaw::new(0..0, "this map is empty"));
    }
    if let Some(place) = conflict(text) {
        let way_out =
            "resolve the conflict, with either side; a run of all scenarios then brings it up to date".to_owned();
        return Err(Flaw { way_out, ..Flaw::new(place, "this map has the marks of a merge conflict") });
    }
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let place = place_of(text, &error);
        match error.classify() {
            Category::Eof => Flaw::new(place, "this map ends before it is whole"),
            _ => Flaw::new(place, "from here on this map is not JSON"),
        }
    })?;
    let Value::Object(members) = &value else { return Err(Flaw::new(0..1, "this is JSON, and no map of a flow")) };
    if let Some(format) = members.get("format").and_then(Value::as_u64).filter(|format| *format > u64::from(FORMAT)) {
        return Err(Flaw {
            way_out: "use the draftgate that wrote it, or a later one".to_owned(),
            later: true,
            ..Flaw::new(
                value_of(text, "format"),
                format!("this map is of format {format}, and at most {FORMAT} is read"),
            )
        });
    }
    if let Some(missing) = KEYS.iter().find(|key| !members.contains_key(**key)) {
        return Err(Flaw::new(0..1, format!("this is no map of a flow that a run wrote: it has no `{missing}`")));
    }
    let map: FlowMap = serde_json::from_str(text)
        .map_err(|error| Flaw::new(place_of(text, &error), "what stands here is not what a run writes into a map"))?;
    if map.format != FORMAT {
        return Err(Flaw::new(value_of(text, "format"), format!("there is no format {} of maps", map.format)));
    }
    if !belongs(&map.flow) {
        let why = format!("this is a map of the flow `{}`, and the file is called like that of another", map.flow);
        return Err(Flaw::new(value_of(text, "flow"), why));
    }
    if let Some(strange) = strange(&map) {
        let quoted = Value::from(strange).to_string();
        let at = text.find(&quoted).unwrap_or_default();
        return Err(Flaw::new(at..at + quoted.len(), format!("a run writes no {quoted} in this place of a map")));
    }
    Ok(map)
}

/// The first line that a merge left.
fn conflict(text: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if CONFLICT.iter().any(|mark| line.starts_with(mark)) {
            return Some(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    None
}

/// A version that there is none of, or the key of a step that the map does not have.
fn strange(map: &FlowMap) -> Option<&str> {
    map.views.iter().find_map(|view| {
        let known = |key: &&String| view.steps.iter().any(|step| step.key == **key);
        let named = view.first.iter().chain(view.moves.iter().flat_map(|known| [&known.from, &known.to]));
        let version = Some(view.version.as_str()).filter(|version| !["draft", "live"].contains(version));
        version.or_else(|| named.into_iter().find(|key| !known(key)).map(String::as_str))
    })
}

/// Where a reader stopped.
fn place_of(text: &str, error: &serde_json::Error) -> Range<usize> {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = (before + error.column().saturating_sub(1)).min(text.trim_end().len().saturating_sub(1));
    at..at + 1
}

/// The value of a key at the top of the text, as runs write it: one key a line.
fn value_of(text: &str, key: &str) -> Range<usize> {
    let Some(at) = text.find(&format!("\"{key}\"")) else { return 0..1 };
    let from = at + key.len() + 2;
    let rest = text[from..].trim_start_matches([' ', ':']);
    let start = text.len() - rest.len();
    let end = rest.find([',', '\n', '}']).unwrap_or(rest.len());
    start..start + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_map_is_told_in_plain_words_at_its_place() {
        let whole = "{\n  \"format\": 1,\n  \"flow\": \"shop\",\n  \"recorded\": \"2026-01-31\",\n  \"complete\": true,\n  \"views\": [{\"version\": \"draft\", \"first\": [\"a\"], \"steps\": [{\"key\": \"a\", \"type\": \"form\"}], \"moves\": []}]\n}\n";
        let judge =
            |text: &str| parse(text, |flow| flow == "shop").map_err(|flaw| (text[flaw.place].to_owned(), flaw.why));
        assert!(judge(whole).is_ok());
        for (text, place, why) in [
            (String::new(), "", "empty"),
            (format!("<<<<<<< HEAD\n{whole}=======\n{whole}>>>>>>> other\n"), "<<<<<<< HEAD", "merge conflict"),
            (whole[..60].to_owned(), "1", "before it is whole"),
            (whole.replace("true", "yes"), "y", "not JSON"),
            ("[1]".to_owned(), "[", "no map of a flow"),
            (whole.replace("format\": 1", "format\": 7"), "7", "format 7"),
            (whole.replace("format\": 1", "format\": 0"), "0", "format 0"),
            (whole.replace("views", "vews"), "{", "no `views`"),
            (whole.replace("shop", "other"), "\"other\"", "of the flow `other`"),
            (whole.replace("draft", "drft"), "\"drft\"", "no \"drft\""),
            (whole.replace("first\": [\"a\"]", "first\": [\"b\"]"), "\"b\"", "no \"b\""),
        ] {
            let (found, told) = judge(&text).expect_err(&text);
            assert!(told.contains(why), "{told}");
            assert!(!told.contains("struct") && !told.contains("expected"), "{told}");
            assert_eq!(found, place, "{told}");
        }
        assert!(judge(&whole.replace("\"moves\": []", "\"moves\": 3")).unwrap_err().1.contains("stands here"));
    }
}
