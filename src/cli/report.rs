//! `draftgate report`: reports of journals that runs left behind.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::args::{Flows, ReportArguments, ReportCommand};
use super::exit::Exit;
use super::output::Output;
use super::write::{write, write_all};
use crate::journal::Journal;
use crate::report::picture::{Picture, pictures};
use crate::report::{gitlab, html, jsonl, junit, markdown, terminal};

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
        ReportCommand::Merge(journals) => (|journal, _| jsonl::lines(journal), journals),
        ReportCommand::Flows(flows) => return draw(flows, output),
    };
    let journal = match whole(&journals.files, output) {
        Ok(journal) => journal,
        Err(exit) => return exit,
    };
    let bytes = make(&journal, output);
    match &journals.out {
        Some(file) => write(file, bytes, output).err().unwrap_or(Exit::Passed),
        None => {
            output.say(&String::from_utf8_lossy(&bytes));
            Exit::Passed
        }
    }
}

/// The run that these journals are of.
fn whole(files: &[PathBuf], output: &Output) -> Result<Journal, Exit> {
    let mut read = Vec::new();
    for file in files {
        match journal(file) {
            Ok(journal) => read.push(journal),
            Err(why) => {
                output.complain(&format!("error: {}: {why}", file.display()));
                return Err(Exit::Usage);
            }
        }
    }
    read.pop().ok_or(Exit::Usage)
}

/// Writes the pictures of flows.
fn draw(arguments: &Flows, output: &Output) -> Exit {
    let journal = match whole(&arguments.files, output) {
        Ok(journal) => journal,
        Err(exit) => return exit,
    };
    let files: Vec<(String, Vec<u8>)> =
        pictures(&journal).iter().map(|picture| (file_name(picture), picture.standalone().into_bytes())).collect();
    if files.is_empty() {
        output.complain("error: there is no picture: no test went anywhere, and no flow was known before");
        return Exit::Nothing;
    }
    write_all(&arguments.out, &files, output)
}

/// `retail.svg`; `retail.live.fr-FR.svg` for what is not the draft without a language.
fn file_name(picture: &Picture) -> String {
    let version = Some(picture.version.as_str()).filter(|version| *version != "draft");
    let parts = [Some(picture.flow.as_str()), version, picture.language.as_deref(), Some("svg")];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(".");
    name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect()
}

fn journal(path: &Path) -> Result<Journal, crate::journal::JournalError> {
    Journal::read(BufReader::new(File::open(path)?))
}
