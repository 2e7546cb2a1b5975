//! What awaits review, and how a review ended, as text.

use anstyle::Style;
use serde_json::{Value, json};

use crate::phrase::counted;
use crate::report::sentence::emphasised;
use crate::review::{Counts, Item, Review};
use crate::source::path_text;

/// The list for people: what has the same change stands together.
pub(super) fn text(review: &Review, in_ci: bool, color: bool) -> String {
    let bold = if color { Style::new().bold() } else { Style::new() };
    let mut text = String::new();
    for entry in review.entries() {
        let items: Vec<&Item> = entry.iter().map(|index| &review.items()[*index]).collect();
        let first = items[0];
        let kind = if first.is_new() { "new" } else { "changed" };
        text.push_str(&format!("{kind:8} {bold}{}{bold:#}, {} ({})\n", first.test, first.step(), first.place()));
        for sentence in &first.sentences {
            text.push_str(&format!("    • {}\n", emphasised(sentence, color)));
        }
        if items.len() > 1 {
            let heading = format!(
                "the same {} in {}:",
                if first.is_new() { "answer" } else { "change" },
                counted(items.len(), "snapshot")
            );
            text.push_str(&format!("    {heading}\n"));
            for item in items {
                text.push_str(&format!("      {}, {} ({})\n", item.test, item.step(), item.place()));
            }
        }
    }
    let (count, groups) = (review.items().len(), review.entries().len());
    let new = review.items().iter().filter(|item| item.is_new()).count();
    let await_word = if count == 1 { "awaits" } else { "await" };
    let decisions = if groups == count { String::new() } else { format!(", {groups} to decide about") };
    text.push_str(&format!(
        "\n{} {await_word} review: {} changed, {new} new{decisions}\n\
         `draftgate review` goes through them{}\n",
        counted(count, "snapshot"),
        count - new,
        if in_ci {
            ", where you can commit them"
        } else {
            "; `draftgate review --accept [PATH]` takes them as they are"
        }
    ));
    text
}

/// The list for programs: an array with an object a snapshot, in the order of their paths.
pub(super) fn json(review: &Review) -> String {
    let group_of = |index: usize| review.entries().iter().position(|entry| entry.contains(&index)).unwrap_or_default();
    let all: Vec<Value> = review
        .items()
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let (step, name) = item.waiting.step();
            let group = group_of(index);
            json!({
                "path": path_text(&item.waiting.path),
                "pending": path_text(&item.waiting.file),
                "scenario": item.waiting.source.as_deref().map(path_text),
                "line": item.waiting.line,
                "test": item.test,
                "step": step,
                "name": name,
                "kind": if item.is_new() { "new" } else { "changed" },
                "changes": item.sentences.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "group": group + 1,
                "group_size": review.entries()[group].len(),
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(all))
}

/// How a review ended, and what to do next.
pub(super) fn closing(counts: Counts) -> String {
    let Counts { accepted, rejected, skipped, open } = counts;
    let mut text = format!("{accepted} accepted, {rejected} rejected, {skipped} skipped\n");
    if rejected > 0 {
        text.push_str(
            "What was rejected comes again with the next run, until the flow or the scenario is put right.\n",
        );
    }
    let left = skipped + open;
    match left {
        0 if accepted > 0 => {
            text.push_str("Nothing is left to review. Commit the accepted snapshots with your change.\n")
        }
        0 => text.push_str("Nothing is left to review.\n"),
        1 => text.push_str("1 snapshot still awaits review: `draftgate review` goes on with it.\n"),
        left => text.push_str(&format!("{left} snapshots still await review: `draftgate review` goes on with them.\n")),
    }
    text
}
