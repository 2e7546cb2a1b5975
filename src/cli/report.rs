//! `draftgate report`: reports of journals that runs left behind.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::args::{Flows, Parts, ReportArguments, ReportCommand};
use super::exit::{Exit, Tally};
use super::output::Output;
use super::overwrite::{all_may_be_written, may_be_written};
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
        && let Err(error) = may_be_written(out)
    {
        output.complain(&format!("error: {error}"));
        return Exit::Usage;
    }
    let merges = matches!(arguments.command, ReportCommand::Merge(_));
    let journal = match gather(&journals.parts, merges, output) {
        Ok(journal) => journal,
        Err(exit) => return exit,
    };
    if let Some(out) = &journals.out
        && journals.parts.files.iter().any(|file| canonical(file) == canonical(out))
    {
        output.complain(&format!("error: {} is read and would be written over; name another file", out.display()));
        return Exit::Usage;
    }
    let bytes = make(&journal, output);
    let ended = if journals.exit_code { ended(&journal) } else { Exit::Passed };
    match &journals.out {
        Some(file) => write(file, bytes, output).err().unwrap_or(ended),
        None => output.deliver(&String::from_utf8_lossy(&bytes)).err().unwrap_or(ended),
    }
}

/// What the run ended with. One that did not come to its end counts as interrupted.
fn ended(journal: &Journal) -> Exit {
    journal.ended.as_ref().filter(|_| journal.is_whole()).map_or(Exit::Interrupted, |ended| Exit::of_code(ended.exit))
}

/// Reads the journals, and puts them together. Only one is reported of as it is, also if it is that of a shard.
fn gather(given: &Parts, merges: bool, output: &Output) -> Result<Journal, Exit> {
    let refuse = |why: &dyn std::fmt::Display| {
        output.complain(&format!("error: {why}"));
        Exit::Usage
    };
    let mut parts = Vec::new();
    for file in &given.files {
        let name = file.display().to_string();
        let journal = read(file).map_err(|why| refuse(&format!("{name}: {why}")))?;
        if !journal.started.missing.is_empty() {
            let missing = Shard::are_missing(&journal.started.missing);
            output.complain(&format!("warning: {name}: {missing}: what the others did is told"));
        } else if !journal.is_whole() {
            output
                .complain(&format!("warning: {name}: the run did not come to its end: what it did until then is told"));
        }
        parts.push((name, journal));
    }
    if let (1, false, Some((_, only))) = (parts.len(), merges, parts.first_mut()) {
        return Ok(std::mem::take(only));
    }
    let exit = |tests: &[Test]| Tally::of(tests).exit() as u8;
    let journal = Journal::merge(parts, given.partial, exit).map_err(|why| {
        let advice = match why {
            MergeError::Missing(_) => "; `--partial` makes the report without",
            _ => "",
        };
        refuse(&format!("{why}{advice}"))
    })?;
    if !journal.started.missing.is_empty() {
        let missing = Shard::are_missing(&journal.started.missing);
        output.complain(&format!("warning: {missing}: what the others did is told"));
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
    let journal = match gather(&arguments.parts, false, output) {
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
