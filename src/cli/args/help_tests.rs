//! Every command's help, read as somebody does who has a terminal of 80 columns and wants an example.

use clap::{Command, CommandFactory, Parser};

use super::Arguments;
use crate::cli::exit::Exit;

/// The columns of a terminal.
const WIDTH: usize = 80;

/// The program and each of its commands, with its help.
fn all_help() -> Vec<(String, String)> {
    let mut program = Arguments::command().term_width(WIDTH);
    program.build();
    let commands: Vec<Command> =
        program.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect();
    let help = |mut command: Command| (command.get_name().to_owned(), command.render_long_help().to_string());
    std::iter::once(program).chain(commands).map(help).collect()
}

/// The command lines among the examples, without what a shell or a reader does with the rest of the line.
fn examples(help: &str) -> Vec<Vec<&str>> {
    let after = help.split_once("\nExamples").map_or("", |(_, after)| after);
    let lines = after.lines().skip(1).take_while(|line| !line.is_empty());
    lines
        .filter_map(|line| line.strip_prefix("  ").filter(|line| line.starts_with("draftgate")))
        .filter_map(|line| line.split("  ").next()?.split(['>', '|']).next())
        .map(|command| command.split_whitespace().collect())
        .collect()
}

#[test]
fn every_command_has_examples_that_can_be_typed() {
    for (name, help) in all_help() {
        let examples = examples(&help);
        assert!(
            !examples.is_empty(),
            "the help of {name} has no part \"Examples:\" with a line of draftgate in it:\n{help}"
        );
        for example in examples {
            if let Err(error) = Arguments::try_parse_from(&example) {
                // Help is no mistake.
                assert!(!error.use_stderr(), "the help of {name} shows what cannot be typed, {example:?}:\n{error}");
            }
        }
    }
}

#[test]
fn every_help_fits_into_a_terminal() {
    for (name, help) in all_help() {
        for line in help.lines() {
            assert!(line.chars().count() <= WIDTH, "the help of {name} is wider than {WIDTH} columns:\n{line}");
        }
    }
}

#[test]
fn every_command_says_in_one_line_what_it_does() {
    for command in Arguments::command().get_subcommands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!((10..80).contains(&about.len()) && !about.ends_with('.'), "{}: {about:?}", command.get_name());
    }
}

#[test]
fn the_help_of_the_program_names_the_variables_and_the_exit_codes() {
    let help = Arguments::command().render_long_help().to_string();
    let settings = include_str!("../settings.rs");
    let mut variables: Vec<&str> = settings.split('"').filter(|text| text.starts_with("DRAFTGATE_")).collect();
    variables.retain(|name| name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'));
    assert!(variables.len() > 5, "{variables:?}");
    for variable in variables {
        assert!(help.contains(variable), "the help does not name {variable}");
    }
    let exits = include_str!("../exit.rs");
    let code = |rest: &str| rest.split(',').next().and_then(|code| code.parse::<u8>().ok());
    let codes: Vec<u8> = exits.split(" = ").skip(1).filter_map(code).collect();
    assert!(codes.contains(&6), "{codes:?}");
    for code in codes.into_iter().chain([Exit::Interrupted as u8]) {
        assert!(help.contains(&format!("\n  {code} ")), "the help does not name the exit code {code}");
    }
}
