//! `draftgate lint`: every file is read and checked, nothing is sent.

use super::Environment;
use super::args::LintArguments;
use super::exit::Exit;
use super::output::Output;
use super::prepare::{refuse, scenarios};
use super::settings::place;
use crate::source::Sources;

/// Checks scenarios and flow definitions.
pub(super) fn lint(_: &Environment, arguments: &LintArguments, output: &Output) -> Exit {
    let mut sources = Sources::default();
    let place = match place(&arguments.select, &arguments.target) {
        Ok(place) => place,
        Err(error) => return refuse(error, output, &sources),
    };
    if let Some(config) = &place.config
        && let Err(mistakes) = super::config::read(config, &mut sources)
    {
        output.mistakes(&mistakes, &sources);
        return Exit::Usage;
    }
    let (found, suite) = match scenarios(&place, &mut sources, output) {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    if let Err(mistakes) = crate::sandbox::load(&mut sources, &found.flows) {
        output.mistakes(&mistakes, &sources);
        return Exit::Invalid;
    }
    if suite.scenarios.is_empty() {
        output.complain("error: there are no scenarios here");
        return Exit::Nothing;
    }
    let tests = suite.tests().count();
    output.say(&format!("{} scenarios with {tests} tests, no mistakes\n", suite.scenarios.len()));
    Exit::Passed
}
