//! What a review looks like: a header, what changed, and the keys.

use std::collections::HashSet;

use super::Review;
use super::item::{Item, State};
use super::paint::{Line, Look};
use super::views::{self, View};
use crate::phrase::counted;
use crate::snapshot::Settled;

/// The fewest lines of a change that are seen, as long as shorter words for the keys make room for them.
const LEAST_BODY: usize = 3;

impl Review {
    /// What is seen, as exactly `height` lines of at most `width` columns.
    pub fn frame(&self, width: u16, height: u16, color: bool) -> Vec<String> {
        let (width, height) = (usize::from(width.max(1)), usize::from(height.max(1)));
        let lines = match (self.is_over(), self.is_through()) {
            (true, _) => self.closing(width),
            (false, true) => self.filtered_out(width),
            (false, false) => self.open_frame(width, height),
        };
        let mut painted: Vec<String> =
            lines.into_iter().take(height).map(|line| line.cut(width).painted(color)).collect();
        painted.resize(height, String::new());
        painted
    }

    fn open_frame(&self, width: usize, height: usize) -> Vec<Line> {
        let here = self.current();
        let item = &self.items[here[0]];
        let mut lines = self.header(item, here.len(), width);
        let keys = self.keys(width, height.saturating_sub(lines.len() + 1 + LEAST_BODY), here.len());
        // Keys go before the change: it can be scrolled.
        let room = height.saturating_sub(lines.len() + 1 + keys.len()).max(1);
        let body = match (self.help, self.info) {
            (true, _) => help(width),
            (_, true) => self.info(item, here, width),
            _ => views::lines(item, self.view, width),
        };
        self.seen.set((room, body.len()));
        let scroll = self.scroll.min(body.len().saturating_sub(room));
        let below = body.len().saturating_sub(scroll + room);
        let shown: Vec<Line> = body.into_iter().skip(scroll).take(room).collect();
        let empty = room - shown.len();
        lines.extend(shown);
        lines.extend(std::iter::repeat_n(Line::default(), empty));
        lines.push(rule(&position(scroll, below), width));
        lines.extend(keys);
        lines
    }

    fn header(&self, item: &Item, count: usize, width: usize) -> Vec<Line> {
        let mut first = Line::of(Look::Strong, &format!("Reviewing [{}/{}]", self.at + 1, self.entries.len()));
        first = first.with(Look::Plain, if item.is_new() { "  new" } else { "  changed" });
        if count > 1 {
            let spread = self.spread();
            first = first.with(Look::Warning, &format!("  {} in {count} snapshots{spread}", same(item)));
        }
        if !self.filter.is_empty() {
            first = first.with(Look::Dim, &format!("  filter: {}", self.filter));
        }
        let name = Line::of(Look::Strong, &item.test).with(Look::Plain, &format!("  {}", item.step()));
        let place = Line::of(Look::Dim, &item.place());
        let place = match &item.yaml {
            Some(yaml) => place.with(Look::Plain, &format!("  {yaml}")),
            None => place,
        };
        let name = if count > 1 { name.with(Look::Dim, &format!("  and {} more (i)", count - 1)) } else { name };
        vec![first, name, place, rule("", width)]
    }

    fn info(&self, item: &Item, here: &[usize], width: usize) -> Vec<Line> {
        let row = |name: &str, text: &str| Line::of(Look::Dim, &format!("{name:9} ")).with(Look::Plain, text);
        let waiting = &item.waiting;
        let mut lines = vec![
            row("scenario", &item.test),
            row("step", item.step().trim_start_matches("step ")),
            row("written", &item.place()),
        ];
        lines.extend(item.yaml.as_deref().map(|line| row("", line)));
        lines.push(row(
            "accepted",
            &match waiting.accepted {
                Some(_) => waiting.path.display().to_string(),
                None => format!("nothing yet; will be {}", waiting.path.display()),
            },
        ));
        lines.push(row("new", &waiting.file.display().to_string()));
        if here.len() > 1 {
            lines.push(Line::default());
            lines.push(Line::of(Look::Strong, &format!("{} in {}", same(item), counted(here.len(), "snapshot"))));
            lines.extend(here.iter().map(|index| {
                let item = &self.items[*index];
                let flow = item.flow.as_ref().map(|flow| format!("  flow {flow}")).unwrap_or_default();
                let line = Line::of(Look::Dim, "• ").with(Look::Plain, &format!("{}, {}", item.test, item.step()));
                let line = line.with(Look::Plain, &flow);
                line.with(Look::Dim, &format!("  {}{}", item.place(), settled(item.state)))
            }));
        }
        lines.into_iter().flat_map(|line| line.folded(width, 10)).collect()
    }

    /// In how many flows and steps the items of this entry are, where that is not one.
    fn spread(&self) -> String {
        let here = || self.current().iter().map(|index| &self.items[*index]);
        let flows = here().filter_map(|item| item.flow.as_ref()).collect::<HashSet<_>>().len();
        let steps = here().map(Item::step).collect::<HashSet<_>>().len();
        match (flows > 1, steps > 1) {
            (true, true) => format!(" of {flows} flows, at {steps} steps"),
            (true, false) => format!(" of {flows} flows"),
            (false, true) => format!(" at {steps} steps"),
            (false, false) => String::new(),
        }
    }

    /// What is seen when nothing is left of what the filter lets through.
    fn filtered_out(&self, width: usize) -> Vec<Line> {
        let what = if self.entries.is_empty() { "nothing that awaits review matches" } else { "nothing is left for" };
        let words = format!("{what} `{}`; Esc shows the rest", self.filter);
        let mut lines = Line::of(Look::Strong, &words).folded(width, 2);
        lines.push(rule("", width));
        lines.extend(self.note.iter().flat_map(|note| Line::of(Look::Warning, note).folded(width, 2)));
        if let Some(typed) = &self.typing {
            lines.extend(filter_line(typed));
            return lines;
        }
        let mut keys = vec![("Esc", "the rest"), ("/", "filter"), ("q", "quit and keep")];
        if self.can_undo() {
            keys.push(("u", "undo"));
        }
        lines.extend(in_rows(&keys, width));
        lines
    }

    fn can_undo(&self) -> bool {
        self.done.iter().any(|act| !act.items.is_empty())
    }

    /// What can be done next, in so many lines as long as shorter words make that possible.
    fn keys(&self, width: usize, most: usize, count: usize) -> Vec<Line> {
        let mut lines: Vec<Line> =
            self.note.iter().flat_map(|note| Line::of(Look::Warning, note).folded(width, 2)).collect();
        if let Some(typed) = &self.typing {
            lines.extend(filter_line(typed));
            return lines;
        }
        if let Some(question) = self.question() {
            lines.extend(Line::of(Look::Warning, &question).folded(width, 2));
            return lines;
        }
        let all = if count > 1 { "accept all here" } else { "accept" };
        let view = format!("view: {}", self.view.name());
        let next = if self.info { "back" } else { "info" };
        // Each with its words, and with shorter ones.
        let mut keys = vec![
            ("a", all, "accept"),
            ("r", "reject", "reject"),
            ("s", "skip", "skip"),
            ("i", next, next),
            ("d", view.as_str(), "view"),
            ("/", "filter", "filter"),
        ];
        if count > 1 {
            keys.push(("x", "take apart", "apart"));
        }
        if self.can_undo() {
            keys.push(("u", "undo", "undo"));
        }
        keys.extend([("A R S", "all that remain", "all"), ("q", "quit and keep", "quit"), ("?", "keys", "")]);
        let long = in_rows(&keys.iter().map(|(key, long, _)| (*key, *long)).collect::<Vec<_>>(), width);
        let short = || in_rows(&keys.iter().map(|(key, _, short)| (*key, *short)).collect::<Vec<_>>(), width);
        let bare = || {
            Line::of(Look::Strong, &keys.iter().map(|(key, ..)| key.replace(' ', "")).collect::<Vec<_>>().join(" "))
                .folded(width, 0)
        };
        let left = most.saturating_sub(lines.len());
        let fitting = if long.len() <= left {
            long
        } else {
            Some(short()).filter(|rows| rows.len() <= left).unwrap_or_else(bare)
        };
        lines.extend(fitting);
        lines
    }

    /// What is seen when nothing is left.
    fn closing(&self, width: usize) -> Vec<Line> {
        let counts = self.counts();
        let mut lines = vec![Line::of(Look::Strong, "Nothing is left to look at"), rule("", width)];
        let row = |count: usize, what: &str| Line::of(Look::Plain, &format!("{count:5} {what}"));
        lines.push(row(counts.accepted, "accepted"));
        lines.push(row(counts.rejected, "rejected"));
        if counts.skipped > 0 {
            lines.push(row(counts.skipped, "skipped: they still await review"));
        }
        lines.push(Line::default());
        lines.extend(self.note.iter().flat_map(|note| Line::of(Look::Warning, note).folded(width, 2)));
        let keys =
            if self.can_undo() { vec![("u", "undo the last"), ("Enter", "end")] } else { vec![("Enter", "end")] };
        lines.extend(in_rows(&keys, width));
        lines
    }

    /// The view that is chosen.
    pub fn view(&self) -> View {
        self.view
    }
}

/// The filter that is being typed.
fn filter_line(typed: &str) -> [Line; 2] {
    [
        Line::of(Look::Strong, "/").with(Look::Plain, typed).with(Look::Dim, "▏"),
        Line::of(Look::Dim, "words of the scenario, step or change; Enter filters, Esc leaves it"),
    ]
}

/// All keys.
const HELP: [(&str, &str); 20] = [
    ("a", "accept what is shown, all of a group"),
    ("r", "reject it: it comes again with the next run"),
    ("s", "skip it: it still awaits review"),
    ("A", "accept all that remain, of the filter where there is one; asks first"),
    ("R", "reject all that remain; asks first"),
    ("S", "skip all that remain"),
    ("u", "undo the last decision, and the one before"),
    ("x", "take a group apart, to decide about each of it"),
    ("n →", "look at the next, deciding nothing"),
    ("p ←", "look at the one before"),
    ("/", "filter by words of the scenario, step or change"),
    ("Esc", "leave this, or the filter"),
    ("d", "another view: summary, text, side by side"),
    ("i", "where it is written, and what is in a group"),
    ("j ↓ k ↑", "a line down, a line up"),
    ("space f", "a page down"),
    ("b", "a page up"),
    ("g G", "to the first line, to the last"),
    ("q", "quit, and keep what is not decided"),
    ("Ctrl-Z", "stop for now; `fg` goes on"),
];

/// All keys, a line each.
fn help(width: usize) -> Vec<Line> {
    let row = |(key, what): &(&str, &str)| {
        Line::of(Look::Strong, key).padded(8).with(Look::Plain, &format!(" {what}")).folded(width, 9)
    };
    HELP.iter().flat_map(row).collect()
}

/// What the items of an entry have in common.
fn same(item: &Item) -> &'static str {
    if item.is_new() { "the same answer" } else { "the same change" }
}

fn settled(state: State) -> &'static str {
    match state {
        State::Open | State::Gone => "",
        State::Skipped => "  (skipped)",
        State::Settled(Settled::Accepted) => "  (accepted)",
        State::Settled(Settled::Rejected) => "  (rejected)",
    }
}

fn position(above: usize, below: usize) -> String {
    match (above, below) {
        (0, 0) => String::new(),
        (0, below) => format!("{} below (space, j)", counted(below, "more line")),
        (above, 0) => format!("the end; {} above (b, k)", counted(above, "line")),
        (above, below) => {
            format!("{} above, {} below (j k, space b)", counted(above, "line"), counted(below, "more line"))
        }
    }
}

/// A line across, with words in it.
fn rule(words: &str, width: usize) -> Line {
    let start = if words.is_empty() { String::new() } else { format!("── {words} ") };
    let line = Line::of(Look::Dim, &start);
    let left = width.saturating_sub(line.width());
    line.with(Look::Dim, &"─".repeat(left))
}

/// Keys with what they do, as many in a row as fit.
fn in_rows(keys: &[(&str, &str)], width: usize) -> Vec<Line> {
    let mut rows: Vec<Line> = Vec::new();
    for (key, what) in keys {
        let shown = Line::of(Look::Strong, key);
        let shown = if what.is_empty() { shown } else { shown.with(Look::Plain, &format!(" {what}")) };
        match rows.last_mut() {
            Some(row) if row.width() + 2 + shown.width() <= width => {
                *row = std::mem::take(row).with(Look::Plain, "  ").and(&shown);
            }
            _ => rows.push(shown),
        }
    }
    rows
}
