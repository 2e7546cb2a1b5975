//! `draftgate review`: goes through the snapshots that await it, on a terminal or without one.
//!
//! Reads no scenario but the lines that snapshots speak of, so that a broken one keeps nothing from being reviewed.

mod input;
mod list;
mod modes;
mod select;
mod terminal;

use std::collections::HashMap;
use std::path::PathBuf;

use super::Environment;
use super::args::{ListFormat, ReviewArguments};
use super::exit::Exit;
use super::output::Output;
use super::prepare::refuse;
use super::settings::{SettingsError, snapshot_folder, store_root};
use crate::phrase::counted;
use crate::redact::Redactor;
use crate::review::{Item, Review};
use crate::snapshot::{Found, PolicyError, Settled, Store, StoreError, Taken, Waiting, ci_variable};
use crate::source::Sources;

/// Where what awaits review is kept.
struct Desk {
    store: Store,
    redactor: Redactor,
    /// The folder of snapshots.
    dir: PathBuf,
}

/// Reviews snapshots.
pub(super) fn review(environment: &Environment, arguments: &ReviewArguments, output: &Output) -> Exit {
    // Snapshots hold no secret; what somebody put into one by hand is not shown either.
    environment.variable("DRAFTGATE_CLIENT_SECRET").iter().for_each(|secret| output.redactor.add(secret));
    let variable = |name: &str| environment.variables.get(name).cloned();
    let in_ci = ci_variable(&variable).map(PolicyError::UpdateInCi);
    if let Some(error) = in_ci.as_ref().filter(|_| arguments.accept || arguments.reject) {
        output.complain(&format!("error: {error}; `--list` shows what awaits review"));
        return Exit::Usage;
    }
    let mut sources = Sources::default();
    let place = match select::place(environment, arguments, &mut sources) {
        Ok(place) => place,
        Err(error) => return refuse(error, output, &sources),
    };
    let dir = match snapshot_folder(environment, &arguments.target, &place, &mut sources) {
        Ok(dir) => dir,
        Err(error) => return refuse(error, output, &sources),
    };
    let desk = Desk { store: Store::from_env(&variable, store_root(&place)), redactor: output.redactor.clone(), dir };
    let found = match desk.store.waiting(&desk.dir) {
        Ok(found) => found,
        Err(error) => return failed(&error, output),
    };
    match desk.choose(found, arguments, in_ci.is_some(), output) {
        Ok(chosen) => {
            let by_hand = !(arguments.list || arguments.accept || arguments.reject);
            if by_hand && !chosen.items.is_empty() && !can_be_done_by_hand(environment, in_ci.as_ref(), output) {
                return Exit::Usage;
            }
            desk.go_through(chosen, arguments, in_ci.is_some(), output)
        }
        Err(error) => refuse(error, output, &sources),
    }
}

/// Whether somebody can go through a review here; says why not.
fn can_be_done_by_hand(environment: &Environment, in_ci: Option<&PolicyError>, output: &Output) -> bool {
    let on_terminal = environment.terminal && environment.variable("TERM") != Some("dumb");
    let (why, decide) = match in_ci {
        Some(error) => (error.to_string(), ""),
        None if !on_terminal => (
            "there is no terminal to review on".to_owned(),
            ", `--accept [PATH]` and `--reject [PATH]` decide about it",
        ),
        None => return true,
    };
    output.complain(&format!("error: {why}; `--list` shows what awaits review{decide}"));
    false
}

fn failed(error: &StoreError, output: &Output) -> Exit {
    output.complain(&format!("error: {error}"));
    Exit::Usage
}

/// What was chosen, and how many files are in the way of a verdict.
struct Chosen {
    items: Vec<Item>,
    unreadable: usize,
}

impl Desk {
    /// What the arguments choose of what was found; what an ended process left behind is cleared up where the review
    /// decides anything.
    fn choose(
        &self,
        found: Found,
        arguments: &ReviewArguments,
        in_ci: bool,
        output: &Output,
    ) -> Result<Chosen, SettingsError> {
        if !arguments.list
            && !in_ci
            && let Err(error) = self.store.clear_up(&found)
        {
            output.complain(&format!("warning: {error}"));
        }
        if !arguments.list && !in_ci {
            self.store.sweep(&self.dir);
        }
        for error in &found.unreadable {
            output.complain(&format!("error: {error}"));
        }
        let unreadable = found.unreadable.len();
        select::check(&self.store, &self.dir, &found.waiting, &arguments.select)?;
        Ok(Chosen { items: self.items(found.waiting, arguments), unreadable })
    }

    /// What the arguments choose of what awaits review by now.
    fn look_again(&self, arguments: &ReviewArguments) -> Result<Chosen, StoreError> {
        let found = self.store.waiting(&self.dir)?;
        let unreadable = found.unreadable.len();
        Ok(Chosen { items: self.items(found.waiting, arguments), unreadable })
    }

    fn items(&self, waiting: Vec<Waiting>, arguments: &ReviewArguments) -> Vec<Item> {
        let mut texts = HashMap::new();
        let chosen = select::chosen(&self.store, &self.dir, waiting, &arguments.select);
        chosen.into_iter().map(|waiting| self.item(waiting, &mut texts)).collect()
    }

    /// What is shown of an answer. Masked before it is taken into words and lines: a secret that is in two pieces on the
    /// screen would not be known there.
    fn item(&self, mut waiting: Waiting, texts: &mut HashMap<PathBuf, String>) -> Item {
        waiting.body = self.redactor.mask(&waiting.body).into_owned();
        waiting.accepted = waiting.accepted.map(|text| self.redactor.mask(&text).into_owned());
        let line = waiting.line.and_then(|line| usize::try_from(line).ok()).and_then(|line| line.checked_sub(1));
        let text = self.store.source_file(&waiting).map(|file| {
            &*texts.entry(file).or_insert_with_key(|file| std::fs::read_to_string(file).unwrap_or_default())
        });
        let yaml = text.zip(line).and_then(|(text, line)| text.lines().nth(line).map(str::to_owned));
        let folder =
            || waiting.source.as_deref().and_then(std::path::Path::parent).map(|folder| folder.display().to_string());
        let flow = text.and_then(|text| flow_of(text)).or_else(folder);
        Item::new(waiting, &self.dir, yaml).of_flow(flow)
    }

    fn go_through(&self, chosen: Chosen, arguments: &ReviewArguments, in_ci: bool, output: &Output) -> Exit {
        let left = |count: usize| if count + chosen.unreadable == 0 { Exit::Passed } else { Exit::Review };
        if arguments.list && arguments.format == Some(ListFormat::Json) {
            let count = chosen.items.len();
            output.say(&list::json(&Review::new(chosen.items)));
            return left(count);
        }
        if chosen.items.is_empty() {
            let of = if arguments.select.is_empty() {
                String::new()
            } else {
                format!(" of {}", arguments.select.join(", "))
            };
            output.say(&format!("nothing awaits review{of}\n"));
            return left(0);
        }
        if arguments.list {
            let count = chosen.items.len();
            output.say(&list::text(&Review::new(chosen.items), in_ci, output.color));
            return left(count);
        }
        if arguments.accept || arguments.reject {
            let how = if arguments.accept { Settled::Accepted } else { Settled::Rejected };
            return left(self.settle_all(&chosen.items, how, output));
        }
        match terminal::run(self, Review::new(chosen.items), arguments, output) {
            Ok(terminal::Ended { counts, unreadable, interrupted }) => {
                output.say(&list::closing(counts));
                match counts.open + counts.skipped + unreadable.unwrap_or(chosen.unreadable) {
                    _ if interrupted => Exit::Interrupted,
                    0 => Exit::Passed,
                    _ => Exit::Review,
                }
            }
            Err(error) => {
                output.complain(&format!("error: the terminal cannot be used: {error}; try `--list`"));
                Exit::Usage
            }
        }
    }

    /// Accepts or rejects everything, and says how many are left.
    fn settle_all(&self, items: &[Item], how: Settled, output: &Output) -> usize {
        let word = match how {
            Settled::Accepted => "accepted",
            Settled::Rejected => "rejected",
        };
        let mut left = 0;
        for item in items {
            let path = item.waiting.path.display();
            match self.store.settle(&item.waiting, how) {
                Ok(Taken::Done) => output.say(&format!("{word} {path}\n")),
                Ok(Taken::Stale) => {
                    output.complain(&format!("warning: {path} was written anew just now and is left to be reviewed"));
                    left += 1;
                }
                Err(error) => {
                    output.complain(&format!("error: {error}"));
                    left += 1;
                }
            }
        }
        output.say(&format!("{} {word}\n", counted(items.len() - left, "snapshot")));
        left
    }

    /// An answer as its files have it now; none when it awaits review no longer.
    fn again(&self, waiting: &Waiting) -> Result<Option<Item>, StoreError> {
        let now = self.store.read_again(waiting)?;
        Ok(now.map(|now| self.item(now, &mut HashMap::new())))
    }
}

/// The name that a scenario has for its flow, as far as its lines tell it.
fn flow_of(scenario: &str) -> Option<String> {
    let value = scenario.lines().find_map(|line| line.strip_prefix("flow:"))?;
    let value = value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}
