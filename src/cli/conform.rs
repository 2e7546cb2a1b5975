//! `draftgate conform`: flows held to the rules of the API.

use super::Environment;
use super::args::ConformArguments;
use super::exit::Exit;
use super::output::Output;
use super::overwrite::all_may_be_written;
use super::prepare::{definitions, name_flows, refuse};
use super::reach::{Reached, Wanted, anywhere, check_language, options, reach, unknown, unreachable_api};
use super::settings::{Place, Settings};
use super::write::write;
use crate::api::operation::Version;
use crate::conform::rules::{RULES, RuleId};
use crate::conform::verdict::{Conformance, FORMAT, FlowVerdict, Outcome};
use crate::conform::witness::Witness;
use crate::conform::{Examined, Plan, examine};
use crate::map::store;
use crate::phrase::{did_you_mean, nearest};
use crate::report::{conformance, curl};
use crate::session::driver::Course;
use crate::session::entry::Growth;
use crate::source::Sources;

/// Examines the flows.
pub(super) fn conform(environment: &Environment, arguments: &ConformArguments, output: &Output) -> Exit {
    try_conform(environment, arguments, output).unwrap_or_else(|exit| exit)
}

fn try_conform(environment: &Environment, arguments: &ConformArguments, output: &Output) -> Result<Exit, Exit> {
    if let Err(error) = all_may_be_written(&arguments.files()) {
        output.complain(&format!("error: {error}"));
        return Err(Exit::Usage);
    }
    let conformance = examined(environment, arguments, output)?;
    report(arguments, &conformance, output)?;
    Ok(exit(&conformance, arguments.strict))
}

/// How the flows keep the rules; nothing is said of it yet.
pub(super) fn examined(
    environment: &Environment,
    arguments: &ConformArguments,
    output: &Output,
) -> Result<Conformance, Exit> {
    let rules = rules(&arguments.rules, output)?;
    for language in &arguments.languages {
        check_language(Some(language), output)?;
    }
    let place = anywhere(environment, &arguments.target, &arguments.server, output)?;
    let flows = match arguments.flows.as_slice() {
        [] => configured(environment, arguments, &place, output)?,
        flows => flows.to_vec(),
    };
    let Some(first) = flows.first() else {
        output.complain("error: no flow is configured: name one, `draftgate conform FLOW`");
        return Err(Exit::Usage);
    };
    let version = Version::from(arguments.version);
    let wanted = Wanted { flow: first, version, language: None };
    let reached = reach(environment, &place, (&arguments.target, &arguments.server), &wanted, output)?;
    if version == Version::Live && reached.settings.server.is_some() && !arguments.server.allow_live {
        output.complain("error: the live version is examined only with --allow-live: applicants are made in it");
        reached.leave();
        return Err(Exit::Usage);
    }
    let mut verdicts = Vec::new();
    let mut missing = None;
    for flow in &flows {
        let (course, plan) = asked(arguments, &reached, &rules, flow);
        let examined = reached.runtime.block_on(examine(&course, &plan));
        match examined {
            Err(error) => {
                let exit = unreachable_api(&error, output);
                reached.leave();
                return Err(exit);
            }
            Ok(examined) if examined.unknown => missing = missing.or(Some(flow)),
            Ok(examined) => verdicts.push(verdict(flow, &examined, &reached, (&course, &plan))),
        }
        if missing.is_some() {
            break;
        }
    }
    let settings = reached.leave();
    if let Some(flow) = missing {
        return Err(unknown(flow, &settings, output));
    }
    Ok(Conformance { format: FORMAT, draftgate: env!("CARGO_PKG_VERSION").to_owned(), flows: verdicts })
}

/// The rules that were named.
fn rules(named: &[String], output: &Output) -> Result<Vec<RuleId>, Exit> {
    let names: Vec<String> = RULES.iter().map(|rule| rule.id.name()).collect();
    let mut rules = Vec::new();
    for name in named {
        let Some(rule) = RuleId::of_name(name) else {
            let near = nearest(name, names.iter().map(String::as_str)).map(did_you_mean);
            let advice = near.unwrap_or_else(|| "`draftgate explain` lists them".to_owned());
            output.complain(&format!("error: there is no rule `{name}`; {advice}"));
            return Err(Exit::Usage);
        };
        rules.push(rule);
    }
    Ok(rules)
}

/// The flows that the configuration names; where the sandbox is the API, those that it serves.
fn configured(
    environment: &Environment,
    arguments: &ConformArguments,
    place: &Place,
    output: &Output,
) -> Result<Vec<String>, Exit> {
    let mut sources = Sources::default();
    let (target, server) = (&arguments.target, &arguments.server);
    let settings = Settings::resolve(environment, target, server, place, &output.redactor, &mut sources);
    let mut settings = settings.map_err(|error| refuse(error, output, &sources))?;
    if settings.server.is_none() {
        let library = definitions(place, &settings, &mut sources, output)?;
        name_flows(&library, &mut settings.flows);
    }
    let mut flows: Vec<String> = settings.flows.into_keys().collect();
    flows.sort();
    Ok(flows)
}

/// What is asked of one flow.
fn asked(arguments: &ConformArguments, reached: &Reached, rules: &[RuleId], flow: &str) -> (Course, Plan) {
    let settings = &reached.settings;
    let id = settings.flows.get(flow).cloned().unwrap_or_else(|| flow.to_owned());
    let course = Course { flow: id, ..reached.course.clone() };
    let map = store::read(&settings.snapshots, flow).ok().flatten();
    let mut others: Vec<String> = settings.flows.values().cloned().collect();
    others.sort();
    others.dedup();
    let growth = Growth { seed: settings.world.seed, today: settings.world.today() };
    let plan = Plan {
        rules: rules.to_vec(),
        negatives: arguments.negatives,
        languages: arguments.languages.clone(),
        known: map.as_ref().and_then(|map| map.view(course.version, None).cloned()),
        others,
        most_ways: arguments.max_ways,
        ..Plan::of(&course, growth)
    };
    (course, plan)
}

/// What an examination of a flow comes to.
pub(super) fn verdict(
    flow: &str,
    examined: &Examined,
    reached: &Reached,
    (course, plan): (&Course, &Plan),
) -> FlowVerdict {
    let settings = &reached.settings;
    let options = options(flow, settings, false);
    let witness = |finding: &_| Witness::of(finding, &plan.base, &options, &curl::with_files);
    FlowVerdict::of(flow, course.version.word(), examined, &|rule| plan.wants(rule), &witness)
}

fn report(arguments: &ConformArguments, conformance: &Conformance, output: &Output) -> Result<(), Exit> {
    for (at, flow) in conformance.flows.iter().enumerate() {
        let space = if at > 0 { "\n" } else { "" };
        output.say(&format!("{space}{}", conformance::render(flow, arguments.witness, output.color)));
    }
    let masked = |text: &str| output.redactor.mask(text).into_owned().into_bytes();
    if let Some(path) = &arguments.junit {
        let document = conformance::junit::document(conformance, arguments.strict);
        write(path, masked(&String::from_utf8_lossy(&document)), output)?;
    }
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(conformance).unwrap_or_default();
        write(path, masked(&format!("{text}\n")), output)?;
    }
    if let Some(path) = &arguments.markdown {
        write(path, masked(&conformance::markdown::page(conformance)), output)?;
    }
    if let Some(path) = &arguments.badge {
        write(path, masked(&conformance::badge::svg(conformance, arguments.strict)), output)?;
    }
    Ok(())
}

fn exit(conformance: &Conformance, strict: bool) -> Exit {
    let checked = |flow: &FlowVerdict| flow.steps_checked > 0 && flow.count(Outcome::NotApplicable) < flow.rules.len();
    if conformance.flows.iter().any(|flow| flow.is_violated(strict)) {
        Exit::Failed
    } else if conformance.flows.iter().any(checked) {
        Exit::Passed
    } else {
        Exit::Nothing
    }
}
