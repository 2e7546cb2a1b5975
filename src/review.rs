//! A review of pending snapshots, as a pure state machine.
//!
//! [`Review::key`] takes a key and says what is to be done ([`Effect`]); whoever does it says how it went ([`Review::settled`],
//! [`Review::taken_back`], [`Review::renewed`], [`Review::failed`]), and [`Review::frame`] draws. Nothing here touches a file or
//! a terminal. Effects are carried out at once, so that ending the process at any moment loses no decision and makes none.
//!
//! The same change in several snapshots is one *entry*; an entry is what is accepted, rejected and skipped.

mod frame;
mod item;
mod keys;
mod paint;
mod views;

use std::collections::{HashMap, HashSet};

pub use item::{Item, State};
pub use views::View;

use crate::snapshot::{Settled, Waiting};

/// A key, as far as a review cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter.
    Char(char),
    /// The return key.
    Enter,
    /// The escape key.
    Escape,
    /// Deletes a letter.
    Backspace,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// A page back.
    PageUp,
    /// A page on.
    PageDown,
    /// To the first line.
    Home,
    /// To the last line.
    End,
    /// Ctrl-C.
    Interrupt,
    /// Anything else.
    Other,
}

/// What is to be done after a key, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Accept or reject the answer of the item with this index.
    Settle(usize, Settled),
    /// Take back what was done to it.
    TakeBack(usize, Settled),
    /// The review is over.
    Quit {
        /// Whether by Ctrl-C.
        interrupted: bool,
    },
}

/// How many items came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Accepted.
    pub accepted: usize,
    /// Rejected.
    pub rejected: usize,
    /// Skipped: they still await review.
    pub skipped: usize,
    /// Not looked at: they still await review.
    pub open: usize,
}

/// A review under way.
#[derive(Debug, Clone)]
pub struct Review {
    items: Vec<Item>,
    /// What is gone through: the items with the same change, by index.
    entries: Vec<Vec<usize>>,
    /// The entry that is looked at; behind the last one where none is left.
    at: usize,
    view: View,
    info: bool,
    help: bool,
    /// The first line of the view that is seen.
    scroll: usize,
    /// How many lines of the view there are room for and how many there are, as last drawn.
    seen: std::cell::Cell<(usize, usize)>,
    filter: String,
    /// The filter that is being typed.
    typing: Option<String>,
    /// What is to become of all that remain, once it is confirmed.
    asked: Option<Settled>,
    /// Groups that were taken apart.
    apart: HashSet<String>,
    done: Vec<Act>,
    /// What is said about the last key.
    note: Option<String>,
}

/// What was done by one key, to be undone by another.
#[derive(Debug, Clone)]
struct Act {
    /// None for skipping.
    how: Option<Settled>,
    items: Vec<usize>,
    /// How many items it was asked for.
    asked: usize,
    /// What became of those that it was not done to.
    troubles: Vec<String>,
    /// The item that was looked at.
    from: usize,
}

impl Review {
    /// A review of these items, in this order.
    pub fn new(items: Vec<Item>) -> Self {
        let mut review = Review {
            items,
            entries: Vec::new(),
            at: 0,
            view: View::Semantic,
            info: false,
            help: false,
            scroll: 0,
            seen: std::cell::Cell::new((1, 0)),
            filter: String::new(),
            typing: None,
            asked: None,
            apart: HashSet::new(),
            done: Vec::new(),
            note: None,
        };
        review.arrange();
        review
    }

    /// The items.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What is gone through: the indices of the items with the same change.
    pub fn entries(&self) -> &[Vec<usize>] {
        &self.entries
    }

    /// How many items came to what.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for item in &self.items {
            match item.state {
                State::Open => counts.open += 1,
                State::Skipped => counts.skipped += 1,
                State::Settled(Settled::Accepted) => counts.accepted += 1,
                State::Settled(Settled::Rejected) => counts.rejected += 1,
                State::Gone => {}
            }
        }
        counts
    }

    /// Whether nothing is left to be looked at, whatever the filter.
    pub fn is_over(&self) -> bool {
        !(0..self.items.len()).any(|item| self.is_open(item))
    }

    /// Whether nothing is left of what the filter lets through.
    fn is_through(&self) -> bool {
        self.at >= self.entries.len()
    }

    /// Takes in all that awaits review by now, and says how many of it were not known. What was skipped and not written
    /// since is no news.
    pub fn take_in(&mut self, now: Vec<Item>) -> usize {
        for known in &mut self.items {
            let waits = matches!(known.state, State::Open | State::Skipped);
            if waits && !now.iter().any(|item| item.waiting.file == known.waiting.file) {
                known.state = State::Gone;
            }
        }
        let mut count = 0;
        for item in now {
            let known = self.items.iter().position(|known| {
                matches!(known.state, State::Open | State::Skipped) && known.waiting.file == item.waiting.file
            });
            match known {
                Some(at) if self.is_open(at) || self.items[at].waiting.is_as_written(&item.waiting) => continue,
                Some(at) => self.items[at].state = State::Gone,
                None => {}
            }
            self.items.push(item);
            count += 1;
        }
        if count > 0 {
            let came = if count == 1 { "1 more came".to_owned() } else { format!("{count} more came") };
            self.note = Some(format!("{came} to await review meanwhile"));
            self.arrange();
        }
        count
    }

    /// An item was accepted or rejected.
    pub fn settled(&mut self, item: usize, how: Settled) {
        self.items[item].state = State::Settled(how);
        if let Some(act) = self.done.last_mut() {
            act.items.push(item);
        }
        self.tell_troubles();
        self.move_on();
    }

    /// What was done to an item was taken back.
    pub fn taken_back(&mut self, item: usize) {
        self.items[item].state = State::Open;
        self.show(item);
    }

    /// The files of an item are not those that were read: it is shown anew, or is gone.
    pub fn renewed(&mut self, item: usize, now: Option<Item>) {
        let step = format!("{}, {}", self.items[item].test, self.items[item].step());
        match now {
            Some(now) => {
                self.items[item] = now;
                self.trouble(format!("{step} was written anew since it was read, look at it again"));
                self.arrange();
                self.show(item);
            }
            None => {
                self.items[item].state = State::Gone;
                self.trouble(format!("{step} awaits review no longer: another run or tool has taken it"));
                self.move_on();
            }
        }
    }

    /// An item could not be accepted or rejected.
    pub fn failed(&mut self, message: impl Into<String>) {
        self.trouble(message.into());
    }

    /// Something else is to be said.
    pub fn say(&mut self, message: impl Into<String>) {
        self.note = Some(message.into());
    }

    fn trouble(&mut self, what: String) {
        if let Some(act) = self.done.last_mut() {
            act.troubles.push(what);
        }
        self.tell_troubles();
    }

    /// Says how much was done of what was asked for, where that is not all.
    fn tell_troubles(&mut self) {
        let Some(Act { how: Some(how), items, asked, troubles, .. }) = self.done.last() else { return };
        let [.., last] = &troubles[..] else { return };
        let more = match troubles.len() {
            1 => String::new(),
            count => format!("; and so for {} more", count - 1),
        };
        let word = match how {
            Settled::Accepted => "accepted",
            Settled::Rejected => "rejected",
        };
        self.note = Some(match asked {
            1 => format!("not {word}: {last}"),
            asked => format!("{} of {asked} {word}; {last}{more}", items.len()),
        });
    }

    /// The answer of an item, as it was read.
    pub fn waiting(&self, item: usize) -> &Waiting {
        &self.items[item].waiting
    }

    fn is_open(&self, item: usize) -> bool {
        self.items[item].state == State::Open
    }

    /// The entry that is looked at.
    fn current(&self) -> &[usize] {
        self.entries.get(self.at).map(Vec::as_slice).unwrap_or_default()
    }

    /// The items of the entry that are still open.
    fn open_here(&self) -> Vec<usize> {
        self.current().iter().copied().filter(|item| self.is_open(*item)).collect()
    }

    /// Puts the items that the filter lets through into entries; what is looked at stays in sight.
    fn arrange(&mut self) {
        let looked_at = self.current().first().copied();
        let words = self.filter.to_lowercase();
        let mut entries: Vec<Vec<usize>> = Vec::new();
        let mut groups: HashMap<&str, usize> = HashMap::new();
        for (index, item) in self.items.iter().enumerate() {
            if item.state == State::Gone || !item.matches(&words) {
                continue;
            }
            let known = groups.get(item.group.as_str()).copied().filter(|_| !self.apart.contains(&item.group));
            match known {
                Some(entry) => entries[entry].push(index),
                None => {
                    groups.insert(&item.group, entries.len());
                    entries.push(vec![index]);
                }
            }
        }
        self.entries = entries;
        self.at = 0;
        if let Some(item) = looked_at {
            self.at = self.entries.iter().position(|entry| entry.contains(&item)).unwrap_or(0);
        }
        self.move_on();
    }

    /// Goes to the next entry with something open, from the one that is looked at on, and round.
    fn move_on(&mut self) {
        let before = self.at;
        let count = self.entries.len();
        let open = |entry: &Vec<usize>| entry.iter().any(|item| self.is_open(*item));
        let start = if self.at < count { self.at } else { 0 };
        self.at = (start..count).chain(0..start).find(|entry| open(&self.entries[*entry])).unwrap_or(count);
        if self.at != before {
            self.scroll = 0;
            self.info = false;
            self.help = false;
        }
    }

    /// Looks at the entry of an item, whatever the filter.
    fn show(&mut self, item: usize) {
        let find = |review: &Review| review.entries.iter().position(|entry| entry.contains(&item));
        if find(self).is_none() {
            self.filter.clear();
            self.arrange();
        }
        if let Some(at) = find(self) {
            self.at = at;
        }
        self.scroll = 0;
    }
}

#[cfg(test)]
mod tests;
