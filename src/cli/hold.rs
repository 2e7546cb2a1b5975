//! `draftgate hold`: applicants are made to stand on every step of a flow, and left there while it is published.

use std::path::Path;

use super::Environment;
use super::args::HoldArguments;
use super::exit::Exit;
use super::held::{check_live, file_of, keep_secret, read, server, write};
use super::output::Output;
use super::overwrite::all_may_be_written;
use super::reach::{FLOW_NOT_FOUND, Reached, Wanted, anywhere, check_language, reach, unknown, unreachable_api};
use super::settings::Place;
use super::signal::interrupted;
use crate::api::operation::Version;
use crate::compose::walk::Stop;
use crate::conform::Plan;
use crate::held::file::FORMAT;
use crate::held::judge::goal;
use crate::held::{Held, Holding, hold as make_stand};
use crate::map::store;
use crate::phrase::counted;
use crate::report::holding;
use crate::session::entry::Growth;
use crate::source::from_here;

/// Holds.
pub(super) fn hold(environment: &Environment, arguments: &HoldArguments, output: &Output) -> Exit {
    try_hold(environment, arguments, output).unwrap_or_else(|exit| exit)
}

fn try_hold(environment: &Environment, arguments: &HoldArguments, output: &Output) -> Result<Exit, Exit> {
    check_language(arguments.language.as_deref(), output)?;
    let what = "applicants are made in the live version";
    let version = check_live(arguments.version, &arguments.server, what, output)?;
    let place = anywhere(environment, &arguments.target, &arguments.server, output)?;
    let configured = (&arguments.target, &arguments.server);
    let address = server(environment, configured, &place, output)?;
    let path = arguments.out.clone().unwrap_or_else(|| file_of(&place, &arguments.flow, version));
    let let_go = earlier(&path, arguments, output)?;
    let wanted = Wanted { flow: &arguments.flow, version, language: arguments.language.as_deref() };
    let reached = reach(environment, &place, configured, &wanted, output)?;
    let plan = plan(arguments, &reached, version);
    let went = carry_out(arguments, &plan, &reached, output);
    let (id, seed) = (reached.course.flow.clone(), plan.growth.seed);
    let settings = reached.leave();
    let holding = went?;
    match &holding.refused {
        Some(Stop::Refused(FLOW_NOT_FOUND, _)) => return Err(unknown(&arguments.flow, &settings, output)),
        Some(stop) => {
            output.complain(&format!("error: nobody can begin {}: {}", arguments.flow, goal(stop)));
            return Err(Exit::Nothing);
        }
        None => {}
    }
    let held = Held {
        format: FORMAT,
        draftgate: env!("CARGO_PKG_VERSION").to_owned(),
        flow: arguments.flow.clone(),
        id,
        version: version.word().to_owned(),
        language: arguments.language.clone(),
        server: address,
        at: to_the_second((environment.now)()).to_string(),
        seed,
        today: plan.growth.today.to_string(),
        services: plan.services,
        places: holding.places.clone(),
        missed: holding.missed.clone(),
    };
    keep_secret(&held, output);
    output.say(&holding::held(&arguments.flow, version.word(), &holding, output.color));
    if held.places.is_empty() {
        output.complain("error: nobody is held");
        return Err(Exit::Nothing);
    }
    keep(&held, &path, &place, let_go, output)?;
    Ok(Exit::Passed)
}

/// How many are held by the file that will be written over.
fn earlier(path: &Path, arguments: &HoldArguments, output: &Output) -> Result<usize, Exit> {
    if let Some(out) = &arguments.out {
        all_may_be_written(&[out]).map_err(|error| {
            output.complain(&format!("error: {error}"));
            Exit::Usage
        })?;
    }
    // What is no such file has nobody in it.
    Ok(read(path).ok().flatten().map_or(0, |held| held.standing()))
}

fn plan(arguments: &HoldArguments, reached: &Reached, version: Version) -> Plan {
    let settings = &reached.settings;
    let map = store::read(&settings.snapshots, &arguments.flow).ok().flatten();
    let growth = Growth { seed: settings.world.seed, today: settings.world.today() };
    Plan {
        known: map.as_ref().and_then(|map| map.view(version, arguments.language.as_deref()).cloned()),
        ..Plan::of(&reached.course, growth)
    }
}

fn carry_out(arguments: &HoldArguments, plan: &Plan, reached: &Reached, output: &Output) -> Result<Holding, Exit> {
    let went = reached.runtime.block_on(async {
        let stopped = interrupted();
        tokio::select! {
            went = make_stand(&reached.course, plan, arguments.each, arguments.max_sessions) => Some(went),
            () = stopped => None,
        }
    });
    match went {
        Some(went) => went.map_err(|error| unreachable_api(&error, output)),
        None => {
            output.complain("interrupted: nobody is held");
            Err(Exit::Interrupted)
        }
    }
}

/// A moment without the parts of its second, which nobody wants to read.
fn to_the_second(now: jiff::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now)
}

fn keep(held: &Held, path: &Path, place: &Place, let_go: usize, output: &Output) -> Result<(), Exit> {
    write(path, held, place, output)?;
    if let_go > 0 {
        output.say(&format!("  {} held before let go\n", counted(let_go, "applicant")));
    }
    let shown = from_here(path);
    output.say(&format!("\nWrote {}: whoever reads it can go on as these applicants\n", shown.display()));
    let live = if held.version() == Version::Live { " --version live --allow-live" } else { "" };
    output.say(&format!("When the flow is published: draftgate resume {}{live}\n", held.flow));
    Ok(())
}
