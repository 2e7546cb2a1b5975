//! What the draft is compared with.

use std::path::PathBuf;

use crate::api::operation::Version;
use crate::cli::Environment;
use crate::cli::args::{DiffArguments, ServerArguments, Target};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::prepare::refuse;
use crate::cli::reach::{Reached, Wanted, reach};
use crate::cli::settings::{Place, configured};
use crate::map::{FlowMap, store};
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Sources, from_here};

/// That live is not read unless that is allowed.
pub(super) const LIVE_NOT_ALLOWED: &str = "error: the draft is compared with the live version only with --allow-live: applicants are made in it\n  \
     --map compares with the stored map, --against with another server";

/// What the draft is compared with.
pub(super) enum Before {
    /// The live version, where the draft is.
    Live,
    /// The draft on another server.
    Elsewhere(Box<Reached>, String),
    /// A map.
    Stored(Box<FlowMap>),
}

/// Another server: an environment of the configuration, or a base URL.
pub(super) fn elsewhere(
    environment: &Environment,
    place: &Place,
    arguments: &DiffArguments,
    word: &str,
    output: &Output,
) -> Result<(Target, ServerArguments), Exit> {
    let (target, server) = (arguments.target.clone(), arguments.server.clone());
    if word.contains("://") {
        let server = ServerArguments { base_url: Some(word.to_owned()), export_url: None, token_url: None, ..server };
        return Ok((target, server));
    }
    let mut sources = Sources::default();
    let own = Target { env: None, ..target.clone() };
    let quiet = Environment { variables: Default::default(), ..environment.clone() };
    let config = configured(&quiet, &own, place, &mut sources).map_err(|error| refuse(error, output, &sources))?.1;
    let names: Vec<&str> = config.environments.iter().map(|(name, ..)| name.as_str()).collect();
    if !names.contains(&word) {
        let known = if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
        let near = nearest(word, names.iter().copied()).map_or(known, did_you_mean);
        output.complain(&format!(
            "error: the configuration has no environment `{word}`; {near}\n  --against takes an environment's name or a base URL, such as https://flows.example.com"
        ));
        return Err(Exit::Usage);
    }
    let server = ServerArguments { base_url: None, export_url: None, token_url: None, ..server };
    Ok((Target { env: Some(word.to_owned()), ..target }, server))
}

/// What the draft is compared with.
pub(super) fn before(
    environment: &Environment,
    place: &Place,
    arguments: &DiffArguments,
    (reached, elsewhere): (&Reached, Option<(Target, ServerArguments)>),
    output: &Output,
) -> Result<Before, Exit> {
    let flow = arguments.flow.as_deref().unwrap_or_default();
    if let Some((target, server)) = elsewhere {
        let wanted = Wanted { flow, version: Version::Draft, language: None };
        let word = arguments.changes.against.clone().unwrap_or_default();
        let other = reach(environment, place, (&target, &server), &wanted, output)?;
        return Ok(Before::Elsewhere(Box::new(other), format!("draft at {word}")));
    }
    if let Some(file) = &arguments.changes.map {
        return stored(flow, file.as_ref(), reached, output).map(|map| Before::Stored(Box::new(map)));
    }
    if reached.settings.server.is_some() && !arguments.server.allow_live {
        output.complain(LIVE_NOT_ALLOWED);
        return Err(Exit::Usage);
    }
    Ok(Before::Live)
}

/// The stored map.
fn stored(flow: &str, file: Option<&PathBuf>, reached: &Reached, output: &Output) -> Result<FlowMap, Exit> {
    let snapshots = &reached.settings.snapshots;
    let (path, map) = match file {
        Some(path) => (path.clone(), store::read_file(path, flow)),
        None => (store::path(snapshots, flow), store::read(snapshots, flow)),
    };
    match map {
        Ok(Some(map)) => Ok(map),
        Ok(None) => {
            let path = from_here(&path);
            output.complain(&format!(
                "error: there is no map of `{flow}` at {}; `draftgate explore {flow}` writes one",
                path.display()
            ));
            Err(Exit::Usage)
        }
        Err(error) => {
            output.complain(&format!("error: {error}"));
            Err(Exit::Usage)
        }
    }
}
