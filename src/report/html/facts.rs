//! What of the page stands there without its program: what the run was, and how it went.

use super::embed::text;
use super::view::{Group, message};
use crate::journal::{Journal, Shard, Test, Verdict};
use crate::report::gaps::{gaps, nothing};

/// How many names are listed before the rest is only counted.
const MOST_NAMES: usize = 200;

/// The title of the window: how it went comes first, as a tab shows little.
pub fn title(journal: &Journal) -> String {
    let when = journal.started.started.get(..16).map(|when| format!(" of {}", when.replace('T', " ")));
    format!("{} · draftgate run{}", headline(journal), when.unwrap_or_default())
}

/// How the run went, in a line.
pub fn headline(journal: &Journal) -> String {
    let count = |group| journal.tests.iter().filter(|test| Group::of(test) == group).count();
    // Among what is to be looked at they count as failed; that they failed nobody knows.
    let interrupted = journal.tests.iter().filter(|test| test.verdict == Verdict::Interrupted).count();
    let counts = [
        (count(Group::Failed) - interrupted, "failed"),
        (interrupted, "interrupted"),
        (count(Group::Review), "to review"),
        (count(Group::Passed), "passed"),
        (count(Group::Skipped), "skipped"),
    ];
    let flaky = journal.tests.iter().filter(|test| test.is_flaky()).count();
    let told: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| match *word == "passed" && flaky > 0 {
            true => format!("{} {word} ({} flaky)", grouped(*count), grouped(flaky)),
            false => format!("{} {word}", grouped(*count)),
        })
        .collect();
    match (told.is_empty(), journal.is_whole()) {
        (true, true) => "No test ran".to_owned(),
        (true, false) => "No test had ended".to_owned(),
        (false, _) => told.join(", "),
    }
}

/// What the run was, as a list of terms.
pub fn facts(journal: &Journal, page: &mut String) {
    let run = &journal.started;
    let mut fact = |name: &str, value: &str| {
        page.push_str(&format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", text(value)));
    };
    let started = run.started.split('.').next().unwrap_or_default().replace('T', " ");
    let zone = if run.started.ends_with('Z') { " UTC" } else { "" };
    fact("Started", &format!("{}{zone}", started.trim_end_matches('Z')));
    match &journal.ended {
        Some(ended) => fact("Took", &duration(ended.seconds)),
        None if !run.missing.is_empty() => fact("Took", &format!("unknown: {}", Shard::are_missing(&run.missing))),
        None => fact("Took", "unknown: the journal has no end"),
    }
    fact("API", run.server.as_deref().unwrap_or("embedded sandbox"));
    if let Some(environment) = &run.environment {
        fact("Environment", environment);
    }
    if let Some(shard) = run.shard {
        fact("Shard", &format!("{} of {}", shard.index, shard.count));
    }
    fact("Seed", &run.seed.to_string());
    if let Some(ended) = &journal.ended {
        fact("Exit code", &ended.exit.to_string());
    }
    fact("draftgate", &run.draftgate);
}

/// That the journal is not whole, where it is not, and what is missing; or that nothing ran.
pub fn notice(journal: &Journal, page: &mut String) {
    if let Some(nothing) = nothing(journal) {
        page.push_str(
            "<section class=\"notice\" aria-labelledby=\"partial\">\n<h2 id=\"partial\">No test ran</h2>\n<p>",
        );
        page.push_str(&text(&format!("This is no success: {}.", nothing.text)));
        page.push_str("</p>\n</section>\n");
    }
    let gaps = gaps(journal);
    if gaps.is_empty() {
        return;
    }
    let unfinished = journal.unfinished();
    let never: Vec<&str> = unfinished.iter().filter(|test| test.at.is_none()).map(|test| test.name).collect();
    let (ended, under_way) = (journal.tests.len(), journal.under_way.len());
    let run = &journal.started;
    // Of a shard only its own tests are asked for.
    let planned = run.tests.len().max(ended + under_way);
    let all = if run.missing.is_empty() { planned } else { run.selected.max(planned) };
    let mut counts = vec![format!("{} ended", grouped(ended))];
    let others =
        [(under_way, "under way"), (never.len(), "never begun"), (all - planned, "in shards that are missing")];
    counts.extend(others.iter().filter(|(count, _)| *count > 0).map(|(count, what)| match count {
        1 => format!("1 was {what}"),
        more => format!("{} were {what}", grouped(*more)),
    }));
    let counts = match counts.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => counts.join(""),
    };
    page.push_str("<section class=\"notice\" aria-labelledby=\"partial\">\n<h2 id=\"partial\">Part of a run</h2>\n<p>");
    let texts: Vec<String> = gaps.into_iter().map(|gap| gap.text).collect();
    page.push_str(&text(&format!(
        "This report is not the whole run: {}. Of {}, {counts}.",
        texts.join("; "),
        counted(all, "test"),
    )));
    page.push_str("</p>\n");
    let under_way: Vec<String> = journal.under_way.iter().map(|(name, at)| format!("{name}, at {at}")).collect();
    list("Under way", &under_way, page);
    list("Never begun", &never, page);
    page.push_str("</section>\n");
}

fn list(heading: &str, names: &[impl AsRef<str>], page: &mut String) {
    if names.is_empty() {
        return;
    }
    page.push_str(&format!("<details><summary>{heading}: {}</summary>\n<ul>\n", grouped(names.len())));
    for name in names.iter().take(MOST_NAMES) {
        page.push_str(&format!("<li>{}</li>\n", text(name.as_ref())));
    }
    more(names.len(), page);
    page.push_str("</ul></details>\n");
}

/// What a browser shows that runs no program: what failed and what awaits review, with the reasons.
pub fn summary(journal: &Journal, tests: &[&Test], page: &mut String) {
    page.push_str(&format!("<p>{} in all: {}.</p>\n", counted(journal.tests.len(), "test"), text(&headline(journal))));
    for (group, heading) in [(Group::Failed, "Failed"), (Group::Review, "To review")] {
        let of_group: Vec<_> = tests.iter().filter(|test| Group::of(test) == group).collect();
        if of_group.is_empty() {
            continue;
        }
        page.push_str(&format!("<h2>{heading}</h2>\n<ul>\n"));
        for test in of_group.iter().take(MOST_NAMES) {
            let place = format!("{}:{}", test.place.file, test.place.line);
            page.push_str(&format!(
                "<li><strong>{}</strong> ({}): {}</li>\n",
                text(&test.name),
                text(&place),
                text(&plain(&message(test)))
            ));
        }
        more(of_group.len(), page);
        page.push_str("</ul>\n");
    }
}

fn more(all: usize, page: &mut String) {
    if let Some(more) = all.checked_sub(MOST_NAMES).filter(|more| *more > 0) {
        page.push_str(&format!("<li>and {} more</li>\n", grouped(more)));
    }
}

/// A sentence without the asterisks that its labels stand between.
fn plain(sentence: &str) -> String {
    let parts: Vec<&str> = sentence.split('*').collect();
    // An asterisk without its like is one of the sentence's own.
    if parts.len() % 2 == 1 { parts.concat() } else { sentence.to_owned() }
}

/// A number of things, as [`counted`](crate::phrase::counted), with its thousands apart.
fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{} {word}s", grouped(count)) }
}

/// A number with its thousands apart.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn duration(seconds: f64) -> String {
    match seconds {
        short if short < 1.0 => format!("{:.0} ms", short * 1000.0),
        some if some < 60.0 => format!("{some:.2} s"),
        long => format!("{:.0} min {:.0} s", (long / 60.0).floor(), (long % 60.0).floor()),
    }
}
