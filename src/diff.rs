//! What differs between two JSON values, or between two texts, as data: reports turn it into what a person reads.
//!
//! Lists are compared as sequences of things, not index by index: one item put in at the head is one change, and an item
//! that is still recognisably the same (by its id, role or name) has its changes told inside it.

pub mod inline;

use std::collections::HashMap;

use serde_json::{Map, Number, Value};
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

/// One difference between two JSON values.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where, as a person reads it: a JSONPath with the names of list items in it, `$.elements[2] (Last name).type`. The
    /// index is the one in the new value, except for what was removed.
    pub path: String,
    /// What became different.
    pub kind: ChangeKind,
}

/// What became different.
#[derive(Debug, Clone, PartialEq)]
pub enum ChangeKind {
    /// It is only in the new value.
    Added(Value),
    /// It is only in the old value.
    Removed(Value),
    /// It has another value.
    Replaced {
        /// The value in the old one.
        old: Value,
        /// The value in the new one.
        new: Value,
    },
    /// It stands elsewhere in its list.
    Moved {
        /// Its index in the old list.
        from: usize,
        /// Its index in the new list.
        to: usize,
    },
}

/// The differences between two JSON values, in the order in which they are met; none when they are equal. Numbers are equal
/// by value (`1` and `1.0`), objects whatever the order of their keys.
///
/// ```
/// use draftgate::diff::{ChangeKind, diff};
/// use serde_json::json;
/// let old = json!({"elements": [{"name": "Last name", "type": "text"}]});
/// let new = json!({"elements": [{"name": "First name"}, {"name": "Last name", "type": "date"}]});
/// let paths: Vec<_> = diff(&old, &new).into_iter().map(|change| change.path).collect();
/// assert_eq!(paths, ["$.elements[0] (First name)", "$.elements[1] (Last name).type"]);
/// ```
pub fn diff(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(old, new, "$", &mut changes);
    changes
}

fn compare(old: &Value, new: &Value, path: &str, changes: &mut Vec<Change>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => compare_objects(old, new, path, changes),
        (Value::Array(old), Value::Array(new)) => compare_lists(old, new, path, changes),
        _ if canonical(old) == canonical(new) => {}
        _ => {
            let kind = ChangeKind::Replaced { old: old.clone(), new: new.clone() };
            changes.push(Change { path: path.to_owned(), kind });
        }
    }
}

fn compare_objects(old: &Map<String, Value>, new: &Map<String, Value>, path: &str, changes: &mut Vec<Change>) {
    for (key, before) in old {
        let path = format!("{path}{}", segment(key));
        match new.get(key) {
            Some(after) => compare(before, after, &path, changes),
            None => changes.push(Change { path, kind: ChangeKind::Removed(before.clone()) }),
        }
    }
    for (key, after) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        changes.push(Change { path: format!("{path}{}", segment(key)), kind: ChangeKind::Added(after.clone()) });
    }
}

fn compare_lists(old: &[Value], new: &[Value], path: &str, changes: &mut Vec<Change>) {
    let pairs = pair_up(old, new);
    let kept = in_order(&pairs);
    let mut paired_old = vec![false; old.len()];
    let mut partner = vec![None; new.len()];
    for (index, (from, to)) in pairs.iter().enumerate() {
        paired_old[*from] = true;
        partner[*to] = Some((*from, kept[index]));
    }
    for (index, item) in old.iter().enumerate().filter(|(index, _)| !paired_old[*index]) {
        changes.push(Change { path: item_path(path, index, item), kind: ChangeKind::Removed(item.clone()) });
    }
    for (to, item) in new.iter().enumerate() {
        match partner[to] {
            None => changes.push(Change { path: item_path(path, to, item), kind: ChangeKind::Added(item.clone()) }),
            Some((from, in_place)) => {
                let path = item_path(path, to, &old[from]);
                if !in_place {
                    changes.push(Change { path: path.clone(), kind: ChangeKind::Moved { from, to } });
                }
                compare(&old[from], item, &path, changes);
            }
        }
    }
}

fn item_path(path: &str, index: usize, item: &Value) -> String {
    match ["name", "title", "label"].iter().find_map(|key| item.get(key).and_then(Value::as_str)) {
        Some(name) if !name.trim().is_empty() => format!("{path}[{index}] ({})", name.trim()),
        _ => format!("{path}[{index}]"),
    }
}

/// A key as a JSONPath has it.
fn segment(key: &str) -> String {
    let plain = !key.starts_with(|first: char| first.is_ascii_digit())
        && !key.is_empty()
        && key.chars().all(|character| character.is_alphanumeric() || character == '_');
    if plain { format!(".{key}") } else { format!("['{}']", key.replace('\\', "\\\\").replace('\'', "\\'")) }
}

/// Which item of the old list is which of the new one, sorted by the former.
fn pair_up(old: &[Value], new: &[Value]) -> Vec<(usize, usize)> {
    let texts = |items: &[Value]| items.iter().map(canonical).collect::<Vec<_>>();
    let (old_texts, new_texts) = (texts(old), texts(new));
    let mut pairing = Pairing::default();
    for op in capture_diff_slices(Algorithm::Myers, &old_texts, &new_texts) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                pairing.pairs.extend((0..len).map(|step| (old_index + step, new_index + step)));
                pairing.gap += 1;
            }
            DiffOp::Delete { old_index, old_len, .. } => pairing.remove(old_index..old_index + old_len),
            DiffOp::Insert { new_index, new_len, .. } => pairing.insert(new_index..new_index + new_len),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                pairing.remove(old_index..old_index + old_len);
                pairing.insert(new_index..new_index + new_len);
            }
        }
    }
    pairing.match_by(|index| Some(old_texts[index].clone()), |index| Some(new_texts[index].clone()));
    for key in ["id", "role", "normalizedName", "name", "title", "key"] {
        let identity = |item: &Value| item.get(key).filter(|value| !value.is_null()).map(canonical);
        pairing.match_by(|index| identity(&old[index]), |index| identity(&new[index]));
    }
    pairing.match_neighbours(old, new);
    pairing.pairs.sort_unstable();
    pairing.pairs
}

/// Items of two lists on their way to being paired. A gap is what lies between two runs of equal items.
#[derive(Default)]
struct Pairing {
    pairs: Vec<(usize, usize)>,
    gap: usize,
    /// Index and gap of what is only in the old list.
    removed: Vec<(usize, usize)>,
    /// Index and gap of what is only in the new list.
    added: Vec<(usize, usize)>,
}

impl Pairing {
    fn remove(&mut self, range: std::ops::Range<usize>) {
        self.removed.extend(range.map(|index| (index, self.gap)));
    }

    fn insert(&mut self, range: std::ops::Range<usize>) {
        self.added.extend(range.map(|index| (index, self.gap)));
    }

    /// Pairs what has one identity on both sides, the first with the first.
    fn match_by(&mut self, old: impl Fn(usize) -> Option<String>, new: impl Fn(usize) -> Option<String>) {
        let mut candidates: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, _) in self.added.iter().rev() {
            if let Some(identity) = new(*index) {
                candidates.entry(identity).or_default().push(*index);
            }
        }
        let mut taken = Vec::new();
        let pairs = &mut self.pairs;
        self.removed.retain(|(index, _)| {
            let Some(partner) = old(*index).and_then(|identity| candidates.get_mut(&identity)?.pop()) else {
                return true;
            };
            pairs.push((*index, partner));
            taken.push(partner);
            false
        });
        taken.sort_unstable();
        self.added.retain(|(index, _)| taken.binary_search(index).is_err());
    }

    /// Pairs what is left of a gap in order, where both sides have as many items and each two are alike in kind.
    fn match_neighbours(&mut self, old: &[Value], new: &[Value]) {
        let mut gaps: HashMap<usize, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for (index, gap) in &self.removed {
            gaps.entry(*gap).or_default().0.push(*index);
        }
        for (index, gap) in &self.added {
            gaps.entry(*gap).or_default().1.push(*index);
        }
        for (removed, added) in gaps.into_values().filter(|(removed, added)| removed.len() == added.len()) {
            let alike = removed.into_iter().zip(added).filter(|(from, to)| are_alike(&old[*from], &new[*to]));
            self.pairs.extend(alike);
        }
    }
}

fn are_alike(old: &Value, new: &Value) -> bool {
    match (old, new) {
        // Two things with names of their own that differ are two things.
        (Value::Object(_), Value::Object(_)) => {
            let same = |key: &str| old.get(key).map(canonical) == new.get(key).map(canonical);
            same("type") && (same("id") || same("name"))
        }
        (Value::Object(_), _) | (_, Value::Object(_)) => false,
        _ => old.is_array() == new.is_array(),
    }
}

/// For each pair whether it is among the most that keep their order; the others have moved. The pairs are sorted by their
/// first index. (A longest increasing subsequence.)
pub(crate) fn in_order(pairs: &[(usize, usize)]) -> Vec<bool> {
    // For each length the pair that ends the sequence of that length with the smallest index.
    let mut ends: Vec<usize> = Vec::new();
    let mut before = vec![None; pairs.len()];
    for (index, (_, to)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs[*end].1 < *to);
        before[index] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut kept = vec![false; pairs.len()];
    let mut at = ends.last().copied();
    while let Some(index) = at {
        kept[index] = true;
        at = before[index];
    }
    kept
}

/// A text that is the same for equal values.
fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<_> = fields.keys().collect();
            keys.sort_unstable();
            text.push('{');
            for key in keys {
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_canonical(&fields[key], text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Number(number) => text.push_str(&number_text(number)),
        scalar => text.push_str(&scalar.to_string()),
    }
}

fn number_text(number: &Number) -> String {
    // From here on a float has no decimals, and prints as the whole number that it is.
    const WHOLE: f64 = 1e300;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < WHOLE => {
            let text = format!("{float:.0}");
            if text == "-0" { "0".to_owned() } else { text }
        }
        _ => number.to_string(),
    }
}

/// A line of a comparison of two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineChange {
    /// What became of it.
    pub kind: LineKind,
    /// Its number in the old text, from one, if it is in it.
    pub old_line: Option<usize>,
    /// Its number in the new text, from one, if it is in it.
    pub new_line: Option<usize>,
    /// The line, without its end.
    pub text: String,
    /// Whether lines were left out before it.
    pub after_gap: bool,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// It is in both texts, near a line that is not.
    Context,
    /// It is only in the new text.
    Added,
    /// It is only in the old text.
    Removed,
}

impl From<ChangeTag> for LineKind {
    fn from(tag: ChangeTag) -> Self {
        match tag {
            ChangeTag::Equal => LineKind::Context,
            ChangeTag::Delete => LineKind::Removed,
            ChangeTag::Insert => LineKind::Added,
        }
    }
}

const CONTEXT_LINES: usize = 3;

/// The lines that differ between two texts, with three lines round each; none when the texts are equal line by line.
///
/// ```
/// use draftgate::diff::{LineKind, lines};
/// let kinds: Vec<_> = lines("a\nb", "a\nc").into_iter().map(|line| line.kind).collect();
/// assert_eq!(kinds, [LineKind::Context, LineKind::Removed, LineKind::Added]);
/// ```
pub fn lines(old: &str, new: &str) -> Vec<LineChange> {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    let mut changes = Vec::new();
    let mut next_old = 0;
    for group in group_diff_ops(capture_diff_slices(Algorithm::Myers, &old, &new), CONTEXT_LINES) {
        let start = group.first().map_or(next_old, |op| op.old_range().start);
        let mut after_gap = start > next_old;
        for change in group.iter().flat_map(|op| op.iter_changes(&old, &new)) {
            changes.push(LineChange {
                kind: change.tag().into(),
                old_line: change.old_index().map(|index| index + 1),
                new_line: change.new_index().map(|index| index + 1),
                text: change.value().to_owned(),
                after_gap: std::mem::take(&mut after_gap),
            });
        }
        next_old = group.last().map_or(next_old, |op| op.old_range().end);
    }
    changes
}

#[cfg(test)]
mod tests;
