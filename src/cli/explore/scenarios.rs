//! A scenario for each way through a flow that was found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::cli::Environment;
use crate::cli::args::{ExploreArguments, RunArguments};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::reach::{Reached, options, scenario_folder, unreachable_api};
use crate::cli::run::run;
use crate::cli::settings::Place;
use crate::cli::written::{Goal, deliver, file_stem, must_be_free};
use crate::explore::paths::{Gone, paths};
use crate::explore::retrace::{Retracing, retrace};
use crate::explore::{Exploration, Explored};
use crate::phrase::counted;
use crate::report::exploration::titles;

/// The longest name of a file, without its ending, in characters.
const LONGEST_STEM: usize = 60;

/// The folder that scenarios go to; none where none are asked for. In CI it must be named.
pub(super) fn folder(
    environment: &Environment,
    arguments: &ExploreArguments,
    place: &Place,
    output: &Output,
) -> Result<Option<PathBuf>, Exit> {
    match &arguments.scenarios {
        None => Ok(None),
        Some(Some(folder)) => Ok(Some(folder.clone())),
        Some(None) if environment.in_ci() => {
            output.complain(
                "error: nothing is written in CI unless it is asked for: name the folder, --scenarios=FOLDER",
            );
            Err(Exit::Usage)
        }
        Some(None) => Ok(Some(scenario_folder(place).join(file_stem(&arguments.flow)))),
    }
}

/// Goes the ways that were found once more, for what a scenario of each says.
pub(super) fn go_again(
    exploration: &Exploration,
    explored: &Explored,
    arguments: &ExploreArguments,
    reached: &Reached,
    output: &Output,
) -> Result<Retracing, Exit> {
    let settings = &reached.settings;
    let options = options(&arguments.flow, settings, false);
    let found = paths(explored);
    let went = reached.runtime.block_on(retrace(exploration, explored, &found, &options));
    went.map_err(|error| unreachable_api(&error, output))
}

/// Writes the scenarios, all of them or none.
pub(super) fn write(
    explored: &Explored,
    mut retracing: Retracing,
    folder: &Path,
    arguments: &ExploreArguments,
    output: &Output,
) -> Result<Vec<PathBuf>, Exit> {
    let gone: Vec<Gone> = retracing.ways.iter().map(|way| way.gone.clone()).collect();
    let mut goals: Vec<Goal> = Vec::new();
    for (way, title) in retracing.ways.iter_mut().zip(titles(explored, &gone)) {
        way.composed.draft.head = vec![format!("Written by `draftgate explore {} --scenarios`.", arguments.flow)];
        let stem = stem(&title.short);
        let file = |number: usize| match number {
            1 => folder.join(format!("{stem}.yaml")),
            number => folder.join(format!("{stem}-{number}.yaml")),
        };
        let free = (1..).map(|number| Goal::File(file(number))).find(|goal| !goals.contains(goal));
        goals.extend(free);
        way.composed.draft.title = title.sentence;
    }
    for goal in &goals {
        must_be_free(goal, arguments.force, output)?;
    }
    let notes: BTreeSet<&String> = retracing.ways.iter().flat_map(|way| &way.notes).collect();
    notes.iter().for_each(|note| output.complain(&format!("warning: {note}")));
    let mut written = Vec::new();
    for (way, goal) in retracing.ways.iter().zip(&goals) {
        // What two of them send is the same file.
        let force = arguments.force || !written.is_empty();
        written.extend(deliver(std::slice::from_ref(&way.composed), goal, force, output)?);
    }
    tell(&retracing, &written, output);
    Ok(written)
}

fn tell(retracing: &Retracing, written: &[PathBuf], output: &Output) {
    output.say(&format!("\nWrote {}\n", counted(written.len(), "scenario")));
    for (way, path) in retracing.ways.iter().zip(written) {
        output.say(&format!("  {}\n    {}\n", path.display(), way.composed.draft.title));
    }
    if retracing.lost > 0 {
        let ways = counted(retracing.lost, "way");
        output.say(&format!("  No scenario for {ways} on which nobody got to an end.\n"));
    }
    if retracing.left > 0 {
        let ways = counted(retracing.left, "way");
        output.say(&format!("  No scenario for {ways} not gone again, since a limit was reached.\n"));
    }
}

/// Runs the scenarios once, and accepts what is answered.
pub(super) fn accept(
    environment: &Environment,
    written: &[PathBuf],
    arguments: &ExploreArguments,
    output: &Output,
) -> Exit {
    let run_of = RunArguments {
        select: written.iter().map(|path| path.display().to_string()).collect(),
        target: arguments.target.clone(),
        server: arguments.server.clone(),
        update: true,
        ..RunArguments::default()
    };
    output.say("\n");
    run(environment, &run_of, output)
}

/// A title as the name of a file.
fn stem(title: &str) -> String {
    let letters = title.to_lowercase();
    let words = letters.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut stem = String::new();
    for word in words {
        if stem.chars().count() + word.chars().count() >= LONGEST_STEM {
            break;
        }
        stem = if stem.is_empty() { word.to_owned() } else { format!("{stem}-{word}") };
    }
    file_stem(&stem)
}
