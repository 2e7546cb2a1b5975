//! `draftgate man`: manual pages, made from the same texts as `--help`.

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::args::{Arguments, ManArguments};
use super::exit::Exit;
use super::output::Output;
use super::write::write_all;

/// Prints one page, or writes all.
pub(super) fn man(arguments: &ManArguments, output: &Output) -> Exit {
    let pages = pages();
    if let Some(folder) = &arguments.out {
        return write_all(folder, &pages, output);
    }
    let wanted = match &arguments.command {
        Some(command) => format!("draftgate-{command}.1"),
        None => "draftgate.1".to_owned(),
    };
    match pages.iter().find(|(file, _)| *file == wanted) {
        Some((_, page)) => {
            output.say(&String::from_utf8_lossy(page));
            Exit::Passed
        }
        None => {
            let commands = pages.iter().filter_map(|(file, _)| file.strip_prefix("draftgate-")?.strip_suffix(".1"));
            let commands: Vec<&str> = commands.collect();
            let command = arguments.command.as_deref().unwrap_or_default();
            output.complain(&format!("error: there is no command `{command}`; there are {}", commands.join(", ")));
            Exit::Usage
        }
    }
}

/// Each page with its file's name: that of the program, then one a command.
fn pages() -> Vec<(String, Vec<u8>)> {
    let mut program = Arguments::command().disable_help_subcommand(true);
    program.build();
    let commands = program.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let all: Vec<Command> = std::iter::once(program.clone()).chain(commands).collect();
    all.into_iter().map(|command| page(&command)).collect()
}

fn page(command: &Command) -> (String, Vec<u8>) {
    let man = Man::new(command.clone()).source(concat!("draftgate ", env!("CARGO_PKG_VERSION"))).manual("draftgate");
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    drop(man.render_title(&mut page));
    drop(man.render_name_section(&mut page));
    drop(man.render_synopsis_section(&mut page));
    drop(man.render_description_section(&mut page));
    drop(man.render_options_section(&mut page));
    if command.has_subcommands() {
        drop(man.render_subcommands_section(&mut page));
    }
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    page.extend_from_slice(sections(&after).as_bytes());
    (man.get_filename(), page)
}

/// What stands below the options of a help text, each of its parts a section, its lines kept as they are.
fn sections(after: &str) -> String {
    let mut roff = String::new();
    for part in after.split("\n\n").filter(|part| !part.trim().is_empty()) {
        let lines = match part.split_once('\n') {
            Some((title, lines)) if lines.starts_with("  ") => {
                let title = title.split([',', ':']).next().unwrap_or_default();
                roff.push_str(&format!(".SH \"{}\"\n", escaped(title).to_uppercase()));
                lines
            }
            _ => {
                roff.push_str(".PP\n");
                part
            }
        };
        roff.push_str(".nf\n");
        for line in lines.lines() {
            roff.push_str(&format!("\\&{}\n", escaped(line)));
        }
        roff.push_str(".fi\n");
    }
    roff
}

/// A text in which roff's own signs mean nothing.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_help_text_are_sections_with_their_lines() {
        let roff = sections("Examples, so:\n  a --b\n  .c\\d\n\nExit codes:\n  0  fine\n\nWords.");
        assert_eq!(
            roff,
            ".SH \"EXAMPLES\"\n.nf\n\\&  a \\-\\-b\n\\&  .c\\ed\n.fi\n.SH \"EXIT CODES\"\n.nf\n\\&  0  fine\n.fi\n.PP\n.nf\n\\&Words.\n.fi\n"
        );
    }
}
