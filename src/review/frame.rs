//! What a review looks like: a header, what changed, and the keys.

use super::Review;
use super::item::{Item, State};
use super::paint::{Line, Look};
use super::views::{self, View};
use crate::phrase::counted;
use crate::snapshot::Settled;

/// The fewest lines of a change that are seen, however many keys there are to show.
const LEAST_BODY: usize = 3;

impl Review {
    /// What is seen, as exactly `height` lines of at most `width` columns.
    pub fn frame(&self, width: u16, height: u16, color: bool) -> Vec<String> {
        let (width, height) = (usize::from(width.max(1)), usize::from(height.max(1)));
        let lines = if self.is_over() { self.closing(width) } else { self.open_frame(width, height) };
        let mut painted: Vec<String> =
            lines.into_iter().take(height).map(|line| line.cut(width).painted(color)).collect();
        painted.resize(height, String::new());
        painted
    }

    fn open_frame(&self, width: usize, height: usize) -> Vec<Line> {
        let here = self.current();
        let item = &self.items[here[0]];
        let mut lines = self.header(item, here.len(), width);
        let keys = self.keys(width, here.len());
        let room = height.saturating_sub(lines.len() + 1 + keys.len()).max(LEAST_BODY);
        let body = if self.info { self.info(item, here, width) } else { views::lines(item, self.view, width) };
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
            first = first.with(Look::Warning, &format!("  {} in {count} snapshots", same(item)));
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
                let line = Line::of(Look::Dim, "• ").with(Look::Plain, &format!("{}, {}", item.test, item.step()));
                line.with(Look::Dim, &format!("  {}{}", item.place(), settled(item.state)))
            }));
        }
        lines.into_iter().flat_map(|line| line.folded(width, 10)).collect()
    }

    /// What can be done next, in as many lines as it takes.
    fn keys(&self, width: usize, count: usize) -> Vec<Line> {
        let mut lines: Vec<Line> =
            self.note.iter().flat_map(|note| Line::of(Look::Warning, note).folded(width, 2)).collect();
        if let Some(typed) = &self.typing {
            lines.push(Line::of(Look::Strong, "/").with(Look::Plain, typed).with(Look::Dim, "▏"));
            lines.push(Line::of(Look::Dim, "words of the scenario, step or change; Enter filters, Esc leaves it"));
            return lines;
        }
        let all = if count > 1 { "accept all here" } else { "accept" };
        let view = format!("view: {}", self.view.name());
        let next = if self.info { "back" } else { "info" };
        let mut keys =
            vec![("a", all), ("r", "reject"), ("s", "skip"), ("i", next), ("d", view.as_str()), ("/", "filter")];
        if count > 1 {
            keys.push(("x", "take apart"));
        }
        if self.done.iter().any(|act| !act.items.is_empty()) {
            keys.push(("u", "undo"));
        }
        keys.extend([("A R S", "all that remain"), ("q", "quit and keep")]);
        lines.extend(in_rows(&keys, width));
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
        let undo = self.done.iter().any(|act| !act.items.is_empty());
        let keys = if undo { vec![("u", "undo the last"), ("Enter", "end")] } else { vec![("Enter", "end")] };
        lines.extend(in_rows(&keys, width));
        lines
    }

    /// The view that is chosen.
    pub fn view(&self) -> View {
        self.view
    }
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
        let shown = Line::of(Look::Strong, key).with(Look::Plain, &format!(" {what}"));
        match rows.last_mut() {
            Some(row) if row.width() + 2 + shown.width() <= width => {
                *row = std::mem::take(row).with(Look::Plain, "  ").and(&shown);
            }
            _ => rows.push(shown),
        }
    }
    rows
}
