//! `draftgate lint`: every file is read and checked, nothing is sent.

use super::Environment;
use super::args::LintArguments;
use super::exit::Exit;
use super::output::Output;
use super::prepare::{read_folder, refuse};
use super::settings::place;
use crate::source::Sources;

/// Checks scenarios and flow definitions.
pub(super) fn lint(_: &Environment, arguments: &LintArguments, output: &Output) -> Exit {
    let mut sources = Sources::default();
    let place = match place(&arguments.select, &arguments.target) {
        Ok(place) => place,
        Err(error) => return refuse(error, output, &sources),
    };
    if let Some(word) = place.filters.first() {
        output.complain(&format!("error: there is no file or folder {word}"));
        return Exit::Usage;
    }
    if let Some(config) = &place.config
        && let Err(mistakes) = super::config::read(config, &mut sources)
    {
        output.mistakes(&mistakes, &sources);
        return Exit::Usage;
    }
    let suite = match read_folder(&place, &mut sources, output) {
        Ok(folder) => folder.suite,
        Err(exit) => return exit,
    };
    if suite.scenarios.is_empty() {
        output.complain("error: there are no scenarios here");
        return Exit::Nothing;
    }
    let tests = suite.tests().count();
    let count = |count: usize, word: &str| if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") };
    output.say(&format!("{} with {}, no mistakes\n", count(suite.scenarios.len(), "scenario"), count(tests, "test")));
    Exit::Passed
}
