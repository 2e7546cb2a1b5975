//! A summary in Markdown: for the summary of a job of GitHub Actions, and for notes on merge requests.
//!
//! What it shows comes from files and from an API: nothing in it is Markdown or HTML by itself, nor a mention of somebody
//! (`text`).

pub(super) mod text;

use self::text::{cell, code, html, inline, longest_run, said};
use super::coverage;
use super::gaps::{NOTHING_RAN, gaps, nothing};
use super::notice::{changes, headline, place};
use crate::coverage::Coverage;
use crate::journal::{Journal, Standing, Step, Test, Verdict};
use crate::phrase::{counted, is_unseen};

/// What the first line begins with.
pub(super) const BEGINNING: &str = "## draftgate: ";
/// The most that GitHub takes of a step is a mebibyte; this leaves room for what else the step says.
const MOST_BYTES: usize = 900 * 1024;
/// The most of one test's explanation.
const MOST_OF_ONE: usize = 48 * 1024;
/// The most rows of a table, and items of a list.
const MOST_ROWS: usize = 200;
/// How many of the slowest tests are named.
const SLOWEST: usize = 5;
/// The most characters of a message in a table.
const MOST_LETTERS: usize = 300;

/// The summary.
pub fn summary(journal: &Journal) -> String {
    format!("{BEGINNING}{}", body(journal, &Coverage::of(journal)))
}

/// The summary but for what it begins with: the counts, then what is told of the tests and of what they cover.
pub(super) fn body(journal: &Journal, covered: &Coverage) -> String {
    let mut tests: Vec<&Test> = journal.tests.iter().collect();
    tests.sort_by_key(|test| test.number);
    let of = |wanted: fn(&Test) -> bool| tests.iter().copied().filter(|test| wanted(test)).collect::<Vec<_>>();
    let failed = of(|test| test.verdict.is_failure() && test.verdict != Verdict::Review);
    let review = of(|test| test.verdict == Verdict::Review);
    let mut text = format!("{}\n\n", headline_of(journal, &tests));
    text.push_str(&partial(journal));
    text.push_str(&failures(&failed, journal));
    text.push_str(&snapshots(&tests));
    let mut tail = coverage::markdown(covered);
    tail.push_str(&flaky(&of(Test::is_flaky)));
    tail.push_str(&slowest(&tests));
    tail.push_str(&skipped(&of(|test| test.verdict == Verdict::Skipped)));
    let told: Vec<&Test> = failed.into_iter().chain(review).collect();
    let room = MOST_BYTES.saturating_sub(text.len() + tail.len());
    text.push_str(&details(&told, room));
    text.push_str(&tail);
    text
}

/// The counts: `12 tests: 10 passed, 2 failed, in 3.2 s`.
fn headline_of(journal: &Journal, tests: &[&Test]) -> String {
    let unfinished = journal.unfinished().len();
    let count = |verdict: Verdict| tests.iter().filter(|test| test.verdict == verdict).count();
    let flaky = tests.iter().filter(|test| test.is_flaky()).count();
    let passed = if flaky > 0 { format!("passed ({flaky} flaky)") } else { "passed".to_owned() };
    let failed = match tests.iter().filter(|test| test.not_begun).count() {
        0 => "failed".to_owned(),
        not_begun => format!("failed (of which {not_begun} had not begun)"),
    };
    let parts = [
        (count(Verdict::Passed), passed.as_str()),
        (count(Verdict::Failed), failed.as_str()),
        (count(Verdict::Broken), "broken"),
        (count(Verdict::Refused), "refused"),
        (count(Verdict::Review), "to review"),
        (count(Verdict::Skipped), "skipped"),
        (count(Verdict::Interrupted), "interrupted"),
        (unfinished, "unfinished"),
    ];
    let counts: Vec<String> = (parts.iter().enumerate())
        .filter(|(at, (count, _))| *count > 0 || *at == 0)
        .map(|(_, (count, word))| format!("{count} {word}"))
        .collect();
    let total = counted(tests.len() + unfinished, "test");
    let shard = journal.started.shard.map(|shard| format!(" (shard {} of {})", shard.index, shard.count));
    format!("{total}: {}, in {:.2} s{}", counts.join(", "), journal.seconds(), shard.unwrap_or_default())
}

/// What is missing of a run that is not whole, and what its tests were at; or that nothing ran.
fn partial(journal: &Journal) -> String {
    let gaps = gaps(journal);
    if let Some(nothing) = nothing(journal) {
        let why = nothing.text.trim_start_matches(NOTHING_RAN);
        return format!("> **Nothing ran**{}.\n\n", inline(why));
    }
    if gaps.is_empty() {
        return String::new();
    }
    let texts: Vec<String> = gaps.iter().map(|gap| inline(&gap.text)).collect();
    let mut text = format!("> **This is not the whole run:** {}.\n\n", texts.join("; "));
    let begun: Vec<String> = (journal.unfinished().iter())
        .filter_map(|test| Some(format!("- {}: {}\n", code(test.name), inline(&test.at?.to_string()))))
        .collect();
    if !begun.is_empty() {
        text.push_str(&list(&begun));
        text.push('\n');
    }
    text
}

fn failures(failed: &[&Test], journal: &Journal) -> String {
    if failed.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = (failed.iter())
        .map(|test| {
            let at = place(test);
            let file = journal.started.folder.path_of(&at.file);
            let message = said(&shortened(&headline(test)));
            format!("| {} | {} | {message} |\n", cell(&test.name), cell(&format!("{file}:{}", at.line)))
        })
        .collect();
    format!("### Failed\n\n| test | where | what |\n| --- | --- | --- |\n{}\n", list(&rows))
}

fn snapshots(tests: &[&Test]) -> String {
    let items: Vec<String> = (tests.iter())
        .flat_map(|test| test.steps.iter().map(move |step| (test, step)))
        .filter_map(|(test, step)| snapshot(test, step))
        .collect();
    if items.is_empty() {
        return String::new();
    }
    let way = "`draftgate review` goes through them; `draftgate run --update` takes all.";
    format!("### Snapshots to review\n\n{}\n{way}\n\n", list(&items))
}

fn snapshot(test: &Test, step: &Step) -> Option<String> {
    let snapshot = step.snapshot.as_ref().filter(|snapshot| !snapshot.passes)?;
    let standing = match snapshot.standing {
        Standing::New => "new: nothing was accepted yet",
        Standing::Changed => "changed",
        Standing::Same => "as accepted, and not whole",
    };
    let mut item = format!("- {}, step {} {}: {standing}\n", code(&test.name), step.number, inline(&step.label));
    changes(snapshot).for_each(|change| item.push_str(&format!("  - {}\n", said(&change))));
    Some(item)
}

fn flaky(tests: &[&Test]) -> String {
    if tests.is_empty() {
        return String::new();
    }
    let items: Vec<String> = (tests.iter())
        .map(|test| {
            let first = test.attempts.first().map(|attempt| said(&shortened(&attempt.message))).unwrap_or_default();
            format!(
                "- {}: passed after {}; at first: {first}\n",
                code(&test.name),
                counted(test.attempts.len(), "failed attempt")
            )
        })
        .collect();
    format!("### Flaky\n\n{}\n", list(&items))
}

fn slowest(tests: &[&Test]) -> String {
    let mut ran: Vec<&Test> = tests.iter().copied().filter(|test| test.verdict != Verdict::Skipped).collect();
    if ran.len() < 2 {
        return String::new();
    }
    ran.sort_by(|one, other| other.seconds.total_cmp(&one.seconds));
    let rows: String = (ran.iter().take(SLOWEST))
        .map(|test| {
            let times = [test.seconds, test.request_seconds, test.pending_seconds].map(|time| format!("{time:.3} s"));
            format!("| {} | {} |\n", cell(&test.name), times.join(" | "))
        })
        .collect();
    format!("### Slowest\n\n| test | time | requests | pending |\n| --- | ---: | ---: | ---: |\n{rows}\n")
}

fn skipped(tests: &[&Test]) -> String {
    if tests.is_empty() {
        return String::new();
    }
    let items: Vec<String> = (tests.iter())
        .map(|test| {
            format!("- {}: {}\n", code(&test.name), inline(test.reason.as_deref().unwrap_or("no reason is given")))
        })
        .collect();
    format!("### Skipped\n\n{}\n", list(&items))
}

/// What is to be said of each test that did not pass, folded, as far as there is room.
fn details(tests: &[&Test], room: usize) -> String {
    let mut text = String::new();
    for (at, test) in tests.iter().enumerate() {
        let block = folded(test);
        // The rest is for the note itself.
        if text.len() + block.len() + 200 > room {
            let left = counted(tests.len() - at, "more explanation");
            text.push_str(&format!("… and {left}: the log and the other reports have all.\n\n"));
            break;
        }
        text.push_str(&block);
    }
    text
}

fn folded(test: &Test) -> String {
    let shown = test.explanation.trim_end();
    let mut cut = shown.len().min(MOST_OF_ONE);
    while !shown.is_char_boundary(cut) {
        cut -= 1;
    }
    let (shown, more) = match cut < shown.len() {
        true => (&shown[..cut], "\n… cut: the log and the other reports have all"),
        false => (shown, ""),
    };
    let body =
        format!("{}{more}", shown.replace(|letter| is_unseen(letter) && letter != '\n' && letter != '\t', "\u{fffd}"));
    let fence = "`".repeat(longest_run(&body).max(2) + 1);
    let summary = format!("{} {}", html(test.verdict.word()), html(&test.name));
    format!(
        "<details><summary><code>{summary}</code></summary>\n\n{}\n\n{fence}text\n{body}\n{fence}\n\n</details>\n\n",
        inline(&test.title)
    )
}

/// As many as a reader goes through, and how many more there are.
fn list(items: &[String]) -> String {
    let mut text = items.iter().take(MOST_ROWS).map(String::as_str).collect::<String>();
    if items.len() > MOST_ROWS {
        text.push_str(&format!("\n… and {} more\n", items.len() - MOST_ROWS));
    }
    text
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_LETTERS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_how_many_it_leaves_out() {
        let items: Vec<String> = (0..MOST_ROWS + 3).map(|at| format!("- {at}\n")).collect();
        assert!(list(&items).ends_with("- 199\n\n… and 3 more\n"));
        assert_eq!(list(&items[..1]), "- 0\n");
    }
}
