//! `draftgate report`: reports of journals that runs left behind.

use std::borrow::Cow;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::args::{Flows, Parts, ReportArguments, ReportCommand};
use super::exit::{Exit, Tally};
use super::output::Output;
use super::overwrite::{all_may_be_written, clear};
use super::write::{write, write_all};
use crate::journal::{Journal, JournalError, MergeError, Shard, Test};
use crate::report::picture::{Picture, pictures};
use crate::report::{github, gitlab, html, jsonl, junit, markdown, terminal};
use crate::source::canonical;

/// Makes a report.
pub(super) fn report(arguments: &ReportArguments, output: &Output) -> Exit {
    let (make, journals): (fn(&Journal, &Output) -> Vec<u8>, _) = match &arguments.command {
        ReportCommand::Summary(journals) => {
            (|journal, output| terminal::summary(journal, output.color).into_bytes(), journals)
        }
        ReportCommand::Html(journals) => (|journal, _| html::page(journal).into_bytes(), journals),
        ReportCommand::Junit(journals) => (|journal, _| junit::document(journal), journals),
        ReportCommand::Markdown(journals) => (|journal, _| markdown::summary(journal).into_bytes(), journals),
        ReportCommand::Gitlab(journals) => (|journal, _| gitlab::code_quality(journal).into_bytes(), journals),
        ReportCommand::Github(journals) => (|journal, _| github::annotations(journal).into_bytes(), journals),
        ReportCommand::Merge(journals) => (|journal, _| jsonl::lines(journal), journals),
        ReportCommand::Flows(flows) => return draw(flows, output),
    };
    if let Some(out) = &journals.out
        && journals.parts.files.iter().any(|file| canonical(file) == canonical(out))
    {
        output.complain(&format!("error: {} is read and would be written over; name another file", out.display()));
        return Exit::Usage;
    }
    // What an earlier one left there goes away, as with a run.
    if let Err(error) = clear(&journals.out.iter().collect::<Vec<_>>()) {
        output.complain(&format!("error: {error}"));
        return Exit::Usage;
    }
    let journal = match gather(&journals.parts, output) {
        Ok(journal) => journal,
        Err(exit) => return exit,
    };
    let bytes = make(&journal, output);
    let ended = if journals.exit_code { ended(&journal) } else { Exit::Passed };
    let delivered = match &journals.out {
        Some(file) => write(file, bytes, output),
        None => output.deliver(&printed(&arguments.command, &String::from_utf8_lossy(&bytes), output)),
    };
    delivered.err().unwrap_or(ended)
}

/// A report as it is printed. Where GitHub Actions reads it, nothing that an API answered is a command there: text for people
/// stands where the runner takes none, and a document says the same in other letters, as far as its format has some.
fn printed<'a>(command: &ReportCommand, text: &'a str, output: &Output) -> Cow<'a, str> {
    if !output.in_actions {
        return Cow::Borrowed(text);
    }
    match command {
        ReportCommand::Summary(_) => {
            let token = github::token();
            Cow::Owned(format!("{}{text}{}", github::stop(&token), github::resume(&token)))
        }
        ReportCommand::Junit(_) => github::harmless_xml(text),
        ReportCommand::Gitlab(_) | ReportCommand::Merge(_) => github::harmless_json(text),
        ReportCommand::Html(_) | ReportCommand::Markdown(_) => github::harmless(text),
        // They are commands.
        ReportCommand::Github(_) | ReportCommand::Flows(_) => Cow::Borrowed(text),
    }
}

/// What the run ended with: what it said itself or what its tests say, whichever is graver. One that did not come to its end, or
/// of which a part is missing, counts as interrupted.
fn ended(journal: &Journal) -> Exit {
    let whole = journal.is_whole() && journal.started.missing.is_empty() && journal.unfinished().is_empty();
    match &journal.ended {
        Some(ended) if whole => Exit::of_code(ended.exit).graver(Tally::of(&journal.tests).exit()),
        _ => Exit::Interrupted,
    }
}

/// Reads the journals, and puts them together. That of a shard alone is a run whose other shards are missing.
pub(super) fn gather(given: &Parts, output: &Output) -> Result<Journal, Exit> {
    let refuse = |why: &dyn std::fmt::Display, can_do_without: bool| {
        let advice = if can_do_without { "; `--partial` makes the report without" } else { "" };
        output.complain(&format!("error: {why}{advice}"));
        Exit::Usage
    };
    let mut parts = Vec::new();
    for file in &given.files {
        let name = file.display().to_string();
        match read(file) {
            Ok(journal) => {
                if journal.started.missing.is_empty() && !journal.is_whole() {
                    let what = "the run did not come to its end: what it did until then is told";
                    output.complain(&format!("warning: {name}: {what}"));
                }
                parts.push((name, journal));
            }
            // Whoever ran it had no room on the disk, or no time.
            Err(why @ (JournalError::Empty | JournalError::Torn)) if given.partial => {
                output.complain(&format!("warning: {name} is passed over: {why}"));
            }
            Err(why) => {
                let nothing = matches!(why, JournalError::Empty | JournalError::Torn);
                return Err(refuse(&format!("{name}: {why}"), nothing && given.files.len() > 1));
            }
        }
    }
    let only = parts.first().filter(|_| parts.len() == 1).map(|(name, _)| format!("{name}: ")).unwrap_or_default();
    let exit = |tests: &[Test]| Tally::of(tests).exit() as u8;
    let journal = Journal::merge(parts, given.partial, exit).map_err(|why| {
        let missing = matches!(why, MergeError::Missing(_));
        refuse(&format!("{}{why}", if missing { only.as_str() } else { "" }), missing)
    })?;
    if !journal.started.missing.is_empty() {
        let missing = Shard::are_missing(&journal.started.missing);
        output.complain(&format!("warning: {only}{missing}: what the others did is told"));
    }
    Ok(journal)
}

/// Writes the pictures of flows.
fn draw(arguments: &Flows, output: &Output) -> Exit {
    let out = &arguments.out;
    if out.exists() && !out.is_dir() {
        output.complain(&format!("error: {} is no folder: name one for the pictures, such as flows", out.display()));
        return Exit::Usage;
    }
    let journal = match gather(&arguments.parts, output) {
        Ok(journal) => journal,
        Err(exit) => return exit,
    };
    let files: Vec<(String, Vec<u8>)> =
        pictures(&journal).iter().map(|picture| (file_name(picture), picture.standalone().into_bytes())).collect();
    if files.is_empty() {
        output.complain("error: there is no picture: no test went anywhere, and no flow was known before");
        return Exit::Nothing;
    }
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| out.join(name)).collect();
    if let Err(error) = all_may_be_written(&paths.iter().collect::<Vec<_>>()) {
        output.complain(&format!("error: {error}"));
        return Exit::Usage;
    }
    write_all(out, &files, output)
}

/// `retail.svg`; `retail.live.fr-FR.svg` for what is not the draft without a language.
fn file_name(picture: &Picture) -> String {
    let version = Some(picture.version.as_str()).filter(|version| *version != "draft");
    let parts = [Some(picture.flow.as_str()), version, picture.language.as_deref(), Some("svg")];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(".");
    name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}

fn read(path: &Path) -> Result<Journal, JournalError> {
    Journal::read(BufReader::new(File::open(path)?))
}
