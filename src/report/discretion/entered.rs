//! What is known before a run of what applicants will enter: literals in scenarios, their fragments and their data.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::data;
use crate::outcome::leaves;
use crate::redact::{self, Needles};

/// What is written in files of what applicants enter.
#[derive(Debug, Default)]
pub struct Entered {
    /// What is looked for in what is said of a test, by its name.
    tests: HashMap<String, Arc<Needles>>,
    /// The names of tests as they are shown, where they are not what they are called.
    names: HashMap<String, String>,
}

impl Entered {
    /// Puts together what is known: `tests` with the values that are entered in each.
    pub fn new(tests: &[(String, Vec<Value>)]) -> Self {
        let mut entered = Entered::default();
        let mut taken = HashSet::new();
        for (name, values) in tests {
            let needles = [Arc::new(Needles::new(data::needles(&flat(values))))];
            // The first part of a name is the path of its file.
            let mut shown = match name.split_once("::") {
                Some((file, case)) => format!("{file}::{}", redact::mask(&needles, case)),
                None => name.clone(),
            };
            if !taken.insert(shown.clone()) {
                let another = (2..).map(|number| format!("{shown} #{number}")).find(|other| !taken.contains(other));
                shown = another.unwrap_or(shown);
                taken.insert(shown.clone());
            }
            if shown != *name {
                entered.names.insert(name.clone(), shown);
            }
            entered.tests.insert(name.clone(), needles.into_iter().next().unwrap_or_default());
        }
        entered
    }

    /// What is looked for in what is said of a test.
    pub(super) fn of_test(&self, test: &str) -> Option<Arc<Needles>> {
        self.tests.get(test).filter(|needles| !needles.is_empty()).cloned()
    }

    /// A test's name as it is shown, where that is another.
    pub(super) fn name(&self, test: &str) -> Option<&str> {
        self.names.get(test).map(String::as_str)
    }
}

pub(super) fn flat(values: &[Value]) -> Vec<Value> {
    let mut all = Vec::new();
    values.iter().for_each(|value| leaves(value, &mut |leaf| all.push(leaf.clone())));
    all
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tests_stay_different() {
        let values = || vec![json!({"name": "Ada Byron"})];
        let tests = ["a::Ada Byron", "a::Ada Byron!", "a::with Ada Byron", "Ada Byron", "a::[data]"]
            .map(|name| (name.to_owned(), values()));
        let entered = Entered::new(&tests);
        let shown = tests.each_ref().map(|(name, _)| entered.name(name).unwrap_or(name));
        assert_eq!(shown, ["a::[data]", "a::[data]!", "a::with [data]", "Ada Byron", "a::[data] #2"]);
    }
}
