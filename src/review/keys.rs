//! What each key does.

use super::{Act, Effect, Key, Review, State};
use crate::snapshot::Settled;

impl Review {
    /// Takes a key, and says what is to be done.
    pub fn key(&mut self, key: Key) -> Vec<Effect> {
        if let Some(typed) = self.typing.take() {
            return self.type_filter(typed, key);
        }
        self.note = None;
        if let Some(how) = self.asked.take() {
            return self.answer(how, key);
        }
        match key {
            Key::Interrupt => vec![Effect::Quit { interrupted: true }],
            Key::Char('q') => vec![Effect::Quit { interrupted: false }],
            Key::Enter if self.is_over() => vec![Effect::Quit { interrupted: false }],
            Key::Char('u') => self.undo(),
            _ if self.is_over() => Vec::new(),
            Key::Char('/') | Key::Escape => {
                self.look(key);
                Vec::new()
            }
            _ if self.is_through() => Vec::new(),
            Key::Char('a') => self.settle(self.open_here(), Settled::Accepted),
            Key::Char('r') => self.settle(self.open_here(), Settled::Rejected),
            Key::Char('s') => self.skip(self.open_here()),
            Key::Char('A') => self.settle_all(Settled::Accepted),
            Key::Char('R') => self.settle_all(Settled::Rejected),
            Key::Char('S') => self.skip(self.all_open()),
            key => {
                self.look(key);
                Vec::new()
            }
        }
    }

    /// What only changes what is seen.
    fn look(&mut self, key: Key) {
        let (room, lines) = self.seen.get();
        let last = lines.saturating_sub(room);
        let page = room.saturating_sub(1).max(1);
        match key {
            Key::Char('i') => {
                self.info = !self.info;
                self.help = false;
                self.scroll = 0;
            }
            Key::Char('?') => {
                self.help = !self.help;
                self.info = false;
                self.scroll = 0;
            }
            Key::Char('d') => {
                self.view = self.view.next();
                self.info = false;
                self.help = false;
                self.scroll = 0;
            }
            Key::Char('x') => self.take_apart(),
            Key::Char('/') => self.typing = Some(self.filter.clone()),
            Key::Escape if (self.info || self.help) && !self.is_through() => {
                self.info = false;
                self.help = false;
                self.scroll = 0;
            }
            Key::Escape => self.filter_by(String::new()),
            Key::Down | Key::Char('j') => self.scroll = (self.scroll + 1).min(last),
            Key::Up | Key::Char('k') => self.scroll = self.scroll.min(last).saturating_sub(1),
            Key::PageDown | Key::Char(' ' | 'f') => self.scroll = (self.scroll + page).min(last),
            Key::PageUp | Key::Char('b') => self.scroll = self.scroll.min(last).saturating_sub(page),
            Key::Home | Key::Char('g') => self.scroll = 0,
            Key::End | Key::Char('G') => self.scroll = last,
            Key::Right | Key::Char('n') => self.step(true),
            Key::Left | Key::Char('p') => self.step(false),
            _ => {}
        }
    }

    fn all_open(&self) -> Vec<usize> {
        self.entries.iter().flatten().copied().filter(|item| self.is_open(*item)).collect()
    }

    /// Decides about all that remain, where there are several once that is confirmed: a slip of the shift key is no decision.
    fn settle_all(&mut self, how: Settled) -> Vec<Effect> {
        let all = self.all_open();
        if all.len() > 1 {
            self.asked = Some(how);
            return Vec::new();
        }
        self.settle(all, how)
    }

    fn answer(&mut self, how: Settled, key: Key) -> Vec<Effect> {
        match key {
            Key::Interrupt => vec![Effect::Quit { interrupted: true }],
            Key::Char('y') => self.settle(self.all_open(), how),
            _ => {
                self.note = Some("nothing was done; all are left as they were".to_owned());
                Vec::new()
            }
        }
    }

    /// The question that is to be answered, where there is one.
    pub(super) fn question(&self) -> Option<String> {
        let verb = match self.asked? {
            Settled::Accepted => "accept",
            Settled::Rejected => "reject",
        };
        let filter = if self.filter.is_empty() { String::new() } else { format!(" of `{}`", self.filter) };
        Some(format!("{verb} all {} that remain{filter}? y / n", self.all_open().len()))
    }

    fn settle(&mut self, items: Vec<usize>, how: Settled) -> Vec<Effect> {
        self.done.push(Act {
            how: Some(how),
            items: Vec::new(),
            asked: items.len(),
            troubles: Vec::new(),
            from: self.current()[0],
        });
        items.into_iter().map(|item| Effect::Settle(item, how)).collect()
    }

    fn skip(&mut self, items: Vec<usize>) -> Vec<Effect> {
        for item in &items {
            self.items[*item].state = State::Skipped;
        }
        let (asked, from) = (items.len(), self.current()[0]);
        self.done.push(Act { how: None, items, asked, troubles: Vec::new(), from });
        self.move_on();
        Vec::new()
    }

    /// Takes back the last thing that was done to any item.
    fn undo(&mut self) -> Vec<Effect> {
        let act = loop {
            match self.done.pop() {
                // Nothing came of it.
                Some(act) if act.items.is_empty() => {}
                Some(act) => break act,
                None => {
                    self.note = Some("there is nothing to undo".to_owned());
                    return Vec::new();
                }
            }
        };
        match act.how {
            Some(how) => {
                let first = act.items.iter().copied().filter(|item| *item != act.from);
                // The one that was looked at comes last, and is looked at again.
                let last = act.items.contains(&act.from).then_some(act.from);
                first.chain(last).map(|item| Effect::TakeBack(item, how)).collect()
            }
            None => {
                for item in &act.items {
                    self.items[*item].state = State::Open;
                }
                self.show(act.from);
                Vec::new()
            }
        }
    }

    /// Goes to the next entry with something open without deciding about this one, or back to the one before.
    fn step(&mut self, forward: bool) {
        let count = self.entries.len();
        let open = |at: &usize| self.entries[*at].iter().any(|item| self.is_open(*item));
        let mut others = (1..count).map(|by| (self.at + if forward { by } else { count - by }) % count);
        match others.find(open) {
            Some(at) => {
                self.at = at;
                self.scroll = 0;
                self.info = false;
                self.help = false;
            }
            None => self.note = Some("this is the only one left".to_owned()),
        }
    }

    fn take_apart(&mut self) {
        match self.current() {
            [first, _, ..] => {
                let group = self.items[*first].group.clone();
                self.apart.insert(group);
                self.arrange();
                self.scroll = 0;
            }
            _ => self.note = Some("this is a single snapshot: there is nothing to take apart".to_owned()),
        }
    }

    fn type_filter(&mut self, mut typed: String, key: Key) -> Vec<Effect> {
        match key {
            Key::Interrupt => return vec![Effect::Quit { interrupted: true }],
            Key::Enter => {
                self.filter_by(typed.trim().to_owned());
                return Vec::new();
            }
            Key::Escape => return Vec::new(),
            Key::Backspace => drop(typed.pop()),
            Key::Char(letter) if !letter.is_control() => typed.push(letter),
            _ => {}
        }
        self.typing = Some(typed);
        Vec::new()
    }

    fn filter_by(&mut self, filter: String) {
        self.filter = filter;
        self.scroll = 0;
        self.arrange();
    }
}
