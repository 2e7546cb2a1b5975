//! `draftgate resume`: whether the applicants who were held are still on the way, and can finish.

use std::path::Path;

use super::Environment;
use super::args::ResumeArguments;
use super::exit::Exit;
use super::held::{check_live, file_of, keep_secret, read, server, write};
use super::output::Output;
use super::overwrite::all_may_be_written;
use super::reach::{Wanted, anywhere, reach, unreachable_api};
use super::signal::interrupted;
use super::write as written;
use crate::held::file::GoneOn;
use crate::held::judge::Grade;
use crate::held::verdict::Resumption;
use crate::held::{Held, Manner, Resumed, resume as look_after};
use crate::phrase::counted;
use crate::report::holding;
use crate::session::driver::Course;
use crate::source::from_here;

/// Resumes.
pub(super) fn resume(environment: &Environment, arguments: &ResumeArguments, output: &Output) -> Exit {
    try_resume(environment, arguments, output).unwrap_or_else(|exit| exit)
}

fn try_resume(environment: &Environment, arguments: &ResumeArguments, output: &Output) -> Result<Exit, Exit> {
    let usage = |error: &dyn std::fmt::Display| {
        output.complain(&format!("error: {error}"));
        Exit::Usage
    };
    all_may_be_written(&arguments.files()).map_err(|error| usage(&error))?;
    let what = "applicants of the live version are gone on with";
    let version = check_live(arguments.version, &arguments.server, what, output)?;
    let place = anywhere(environment, &arguments.target, &arguments.server, output)?;
    let configured = (&arguments.target, &arguments.server);
    let address = server(environment, configured, &place, output)?;
    let path = arguments.file.clone().unwrap_or_else(|| file_of(&place, &arguments.flow, version));
    let mut held = who(&path, arguments, output)?;
    keep_secret(&held, output);
    if held.server != address {
        return Err(usage(&format!("they were held at {}, and {address} is configured", held.server)));
    }
    if held.version() != version {
        return Err(usage(&format!("they are held in the {} version: say --version {0}", held.version)));
    }
    let (when, growth) = (held.when().map_err(|error| usage(&error))?, held.growth().map_err(|error| usage(&error))?);
    if held.standing() == 0 {
        output.complain(&format!(
            "error: {} held at {}, and gone on with since: hold others, `draftgate hold {}`",
            were(held.sessions().count()),
            held.at,
            held.flow
        ));
        return Err(Exit::Nothing);
    }
    let language = held.language.clone();
    let wanted = Wanted { flow: &arguments.flow, version, language: language.as_deref() };
    let reached = reach(environment, &place, configured, &wanted, output)?;
    let course = Course { flow: held.id.clone(), ..reached.course.clone() };
    let now = (environment.now)();
    let manner = match (arguments.stay, arguments.open_pages) {
        (true, _) => Manner::Stay,
        (false, true) => Manner::OpenPage,
        (false, false) => Manner::GoOn,
    };
    let resumed = reached.runtime.block_on(async { look_after(&course, &held, growth, manner, interrupted()).await });
    reached.leave();
    let seconds = u64::try_from(now.duration_since(when).as_secs()).unwrap_or(0);
    let resumption = Resumption::of(&held, &resumed, seconds, manner);
    if use_up(&mut held, &resumed, &now.to_string()) {
        write(&path, &held, &place, output)?;
    }
    report(arguments, &resumption, output)?;
    Ok(tell(arguments, &held, &resumed, &resumption, output))
}

fn were(count: usize) -> String {
    format!("{} {}", counted(count, "applicant"), if count == 1 { "was" } else { "were" })
}

/// Who is held.
fn who(path: &Path, arguments: &ResumeArguments, output: &Output) -> Result<Held, Exit> {
    let (flow, shown) = (&arguments.flow, from_here(path));
    let refuse = |why: String| {
        output.complain(&format!("error: {why}"));
        Exit::Usage
    };
    let live = if arguments.server.allow_live { " --version live --allow-live" } else { "" };
    match read(path) {
        Ok(Some(held)) if held.flow == *flow => Ok(held),
        Ok(Some(held)) => Err(refuse(format!("{} holds applicants of {}, not of {flow}", shown.display(), held.flow))),
        Ok(None) => Err(refuse(format!(
            "nobody is held in {flow}: there is no {}\n  `draftgate hold {flow}{live}` holds applicants, before the flow is published",
            shown.display()
        ))),
        Err(error) => Err(refuse(format!("{} is not read: {error}\n  hold applicants anew", shown.display()))),
    }
}

/// Notes who does not stand any more where they were left: whether anybody.
fn use_up(held: &mut Held, resumed: &Resumed, now: &str) -> bool {
    let met = resumed.met.iter().filter(|met| met.moved);
    let grade = |found: &Result<crate::held::Found, _>| found.as_ref().ok().map(|found| found.grade);
    let met = met.map(|met| ((met.place, met.session), grade(&met.found)));
    let all: Vec<_> = met.chain(resumed.broken_off.iter().map(|one| (*one, None))).collect();
    for ((place, session), grade) in &all {
        let session = held.places.get_mut(*place).and_then(|place| place.sessions.get_mut(*session));
        if let Some(session) = session {
            session.gone_on = Some(GoneOn { at: now.to_owned(), grade: *grade });
        }
    }
    !all.is_empty()
}

fn report(arguments: &ResumeArguments, resumption: &Resumption, output: &Output) -> Result<(), Exit> {
    output.say(&holding::resumed(resumption, output.color));
    let masked = |text: &str| output.redactor.mask(text).into_owned().into_bytes();
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(resumption).unwrap_or_default();
        written::write(path, masked(&format!("{text}\n")), output)?;
    }
    if let Some(path) = &arguments.markdown {
        written::write(path, masked(&holding::markdown::page(resumption)), output)?;
    }
    Ok(())
}

/// Says what is to be said beside the table, and what that comes to.
fn tell(arguments: &ResumeArguments, held: &Held, resumed: &Resumed, resumption: &Resumption, output: &Output) -> Exit {
    let mut exit = match resumption.worst() {
        None => Exit::Nothing,
        Some(Grade::Lost) => Exit::Failed,
        Some(Grade::Hindered) if arguments.strict => Exit::Failed,
        Some(Grade::Hindered | Grade::Fine) => Exit::Passed,
    };
    if let Some(error) = resumed.met.iter().find_map(|met| met.found.as_ref().err()) {
        exit = exit.graver(unreachable_api(error, output));
    }
    if resumed.interrupted {
        output.complain("interrupted: run it again for those who were not looked after");
        return Exit::Interrupted;
    }
    if held.standing() > 0 && !arguments.stay {
        let left = were(held.standing());
        output.say(&format!("  {left} not gone on with, and can be looked after again\n"));
    }
    exit
}
