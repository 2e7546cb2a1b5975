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
use crate::held::file::{FORMAT, HeldPlace};
use crate::held::judge::goal;
use crate::held::{CutShort, Held, Holding, hold as make_stand};
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
    let mut held = Held {
        format: FORMAT,
        draftgate: env!("CARGO_PKG_VERSION").to_owned(),
        flow: arguments.flow.clone(),
        id: reached.course.flow.clone(),
        version: version.word().to_owned(),
        language: arguments.language.clone(),
        server: address,
        at: to_the_second((environment.now)()).to_string(),
        seed: plan.growth.seed,
        today: plan.growth.today.to_string(),
        services: plan.services,
        places: Vec::new(),
        missed: Vec::new(),
    };
    let went = carry_out(arguments, &plan, &reached, &held, (&path, &place), output);
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
    held.at = to_the_second((environment.now)()).to_string();
    (held.places, held.missed) = (holding.places.clone(), holding.missed.clone());
    keep_secret(&held, output);
    let cut_short = holding.cut_short.as_ref().map(|cut| match cut {
        CutShort::Interrupted => {
            let who = if held.places.is_empty() { "nobody is held" } else { "those who stand somewhere are held" };
            output.complain(&format!("interrupted: {who}"));
            Exit::Interrupted
        }
        CutShort::NoAnswer(error) => unreachable_api(error, output),
    });
    if held.places.is_empty() {
        if let Some(exit) = cut_short {
            return Err(exit);
        }
        output.say(&holding::held(&arguments.flow, version.word(), &holding, output.color));
        output.complain("error: nobody is held");
        return Err(Exit::Nothing);
    }
    output.say(&holding::held(&arguments.flow, version.word(), &holding, output.color));
    keep(&held, &path, &place, let_go, output)?;
    Ok(cut_short.unwrap_or(Exit::Passed))
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

/// Makes applicants stand, and keeps them as they come to: what was left by then is there whatever ends the program.
fn carry_out(
    arguments: &HoldArguments,
    plan: &Plan,
    reached: &Reached,
    held: &Held,
    (path, place): (&Path, &Place),
    output: &Output,
) -> Result<Holding, Exit> {
    let mut wrong = None;
    let mut keep = |places: &[HeldPlace]| {
        if !places.is_empty() && wrong.is_none() {
            let held = Held { places: places.to_vec(), ..held.clone() };
            keep_secret(&held, output);
            wrong = write(path, &held, place, output).err();
        }
    };
    let limits = (arguments.each, arguments.max_sessions);
    let went =
        reached.runtime.block_on(async { make_stand(&reached.course, plan, limits, &mut keep, interrupted()).await });
    match wrong {
        Some(exit) => Err(exit),
        None => went.map_err(|error| unreachable_api(&error, output)),
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
