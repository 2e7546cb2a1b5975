//! What exploring the draft shows, where nothing is compared with it.

use crate::api::operation::Version;
use crate::cli::Environment;
use crate::cli::args::GateArguments;
use crate::cli::exit::Exit;
use crate::cli::explore::judged::judged;
use crate::cli::explore::{allowance, personas};
use crate::cli::output::Output;
use crate::cli::reach::{FLOW_NOT_FOUND, Wanted, anywhere, reach, unknown, unreachable_api};
use crate::cli::signal::interrupted;
use crate::explore::model::Goal;
use crate::explore::verdict::Verdict;
use crate::explore::{Exploration, Explored};
use crate::session::entry::Growth;

/// Explores the draft: what is wrong with it.
pub(super) fn explored(environment: &Environment, arguments: &GateArguments, output: &Output) -> Result<Verdict, Exit> {
    let configured = (&arguments.target, &arguments.server);
    let place = anywhere(environment, configured.0, configured.1, output)?;
    let people = personas(&place, output)?;
    let wanted = Wanted { flow: &arguments.flow, version: Version::Draft, language: None };
    let reached = reach(environment, &place, configured, &wanted, output)?;
    let exploration = Exploration {
        course: reached.course.clone(),
        growth: Growth { seed: reached.settings.world.seed, today: reached.settings.world.today() },
        people: people.into(),
        allowance: allowance(&arguments.limits),
        thorough: arguments.limits.thorough,
    };
    let went = reached.runtime.block_on(async {
        let work = async {
            let explored = exploration.explore(Vec::new(), &mut |_: &Explored| {}).await?;
            let verdict = judged(&arguments.flow, &exploration, &explored, &reached.settings).await?;
            Ok((explored.model.beginnings.first() == Some(&Goal::Refused(FLOW_NOT_FOUND)), verdict))
        };
        let stopped = interrupted();
        tokio::select! {
            went = work => Some(went),
            () = stopped => None,
        }
    });
    let settings = reached.leave();
    match went {
        Some(Ok((true, _))) => Err(unknown(&arguments.flow, &settings, output)),
        Some(Ok((false, verdict))) => Ok(verdict),
        Some(Err(error)) => Err(unreachable_api(&error, output)),
        None => {
            output.complain("interrupted");
            Err(Exit::Interrupted)
        }
    }
}
