//! What a scenario takes out of an answer before it is held against the accepted one.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ptr;

use serde_json::{Map, Value};

use super::names::Names;
use super::normalise::Options;
use super::place::Place;
use super::render::blank_text;
use crate::jsonpath::JsonPath;

/// The body without what is to be ignored, with the replacements, and with the unordered lists in an order of their own.
///
/// All paths are asked of the body as it came, so that none changes what another one selects. What is both ignored and
/// redacted is ignored; of two redactions of a node the later one holds.
pub(super) fn prune<'a>(body: &'a Value, options: &Options, names: &Names) -> Cow<'a, Value> {
    if options == &Options::default() {
        return Cow::Borrowed(body);
    }
    let marked = |path: &JsonPath| path.nodes(body).into_iter().map(ptr::from_ref).collect::<Vec<_>>();
    let pruner = Pruner {
        ignored: options.ignore.iter().flat_map(marked).collect(),
        redacted: options
            .redact
            .iter()
            .flat_map(|(path, value)| marked(path).into_iter().map(move |node| (node, value)))
            .collect(),
        unordered: options.unordered.iter().flat_map(marked).collect(),
        names,
    };
    Cow::Owned(pruner.rebuild(body, "").unwrap_or(Value::Null))
}

/// The nodes that paths select, known by where they are: an address cannot be spelt wrong, as a path to a key with a quote
/// in it can.
struct Pruner<'a> {
    ignored: HashSet<*const Value>,
    redacted: HashMap<*const Value, &'a Value>,
    unordered: HashSet<*const Value>,
    names: &'a Names,
}

impl Pruner<'_> {
    fn rebuild(&self, value: &Value, key: &str) -> Option<Value> {
        let node = ptr::from_ref(value);
        if self.ignored.contains(&node) {
            return None;
        }
        if let Some(replacement) = self.redacted.get(&node) {
            return Some((*replacement).clone());
        }
        Some(match value {
            Value::Array(items) => {
                let mut items: Vec<Value> = items.iter().filter_map(|item| self.rebuild(item, key)).collect();
                if self.unordered.contains(&node) {
                    items.sort_by_cached_key(|item| blank_text(self.names, item, key, Place::of_item(key)));
                }
                Value::Array(items)
            }
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .filter_map(|(key, value)| Some((key.clone(), self.rebuild(value, key)?)))
                    .collect::<Map<_, _>>(),
            ),
            scalar => scalar.clone(),
        })
    }
}
