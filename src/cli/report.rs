//! `draftgate report`: reports of journals that runs left behind.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::args::{ReportArguments, ReportCommand};
use super::exit::Exit;
use super::output::Output;
use super::write::write;
use crate::journal::Journal;
use crate::report::{github, gitlab, html, jsonl, junit, markdown, terminal};

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
    };
    let mut read = Vec::new();
    for file in &journals.files {
        match journal(file) {
            Ok(journal) => read.push(journal),
            Err(why) => {
                output.complain(&format!("error: {}: {why}", file.display()));
                return Exit::Usage;
            }
        }
    }
    let Some(journal) = read.pop() else { return Exit::Usage };
    let bytes = make(&journal, output);
    match &journals.out {
        Some(file) => write(file, bytes, output).err().unwrap_or(Exit::Passed),
        None => {
            output.say(&String::from_utf8_lossy(&bytes));
            Exit::Passed
        }
    }
}

fn journal(path: &Path) -> Result<Journal, crate::journal::JournalError> {
    Journal::read(BufReader::new(File::open(path)?))
}
