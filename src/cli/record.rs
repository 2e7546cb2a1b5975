//! `draftgate record`: a proxy in front of the API, and scenarios of what passes through it.

mod keep;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::Environment;
use super::args::RecordArguments;
use super::exit::Exit;
use super::output::Output;
use super::prepare::{Connection, connect_with, definitions, refuse};
use super::settings::{Place, Settings, place};
use super::signal::stop_signal;
use super::written::must_be_named_in_ci;
use crate::api::client::Client;
use crate::api::operation::Version;
use crate::compose::recording::recognise::{Paths, by_path};
use crate::compose::{Options, Treatment};
use crate::proxy::{Guard, Proxy, Upstream};
use crate::sandbox::ServerOptions;
use crate::source::{Sources, from_here};
use keep::Keeper;

/// The folder in the scenario folder that recordings go to.
const FOLDER: &str = "recorded";

/// Records.
pub(super) fn record(environment: &Environment, arguments: &RecordArguments, output: &Output) -> Exit {
    match try_record(environment, arguments, output) {
        Ok(exit) => exit,
        Err(exit) => exit,
    }
}

fn try_record(environment: &Environment, arguments: &RecordArguments, output: &Output) -> Result<Exit, Exit> {
    let mut sources = Sources::default();
    let place = place(&[], &arguments.target).map_err(|error| refuse(error, output, &sources))?;
    let folder = folder(environment, arguments, &place, output)?;
    let settings =
        Settings::resolve(environment, &arguments.target, &arguments.server, &place, &output.redactor, &mut sources);
    let mut settings = settings.map_err(|error| refuse(error, output, &sources))?;
    let library = definitions(&place, &settings, &mut sources, output)?;
    // Pages from elsewhere are what a front end under development is.
    let options = ServerOptions { browsers: true, ..ServerOptions::default() };
    let Connection { client, sandbox, runtime } = connect_with(&mut settings, library, options, false, output)?;
    let allow_live = arguments.server.allow_live || sandbox.is_some();
    let keeper = Keeper::new(folder, options_of(arguments, &settings), output.clone());
    let exit = runtime.block_on(serve(arguments, &client, allow_live, sandbox.is_some(), keeper, output));
    if let Some(sandbox) = sandbox {
        runtime.block_on(sandbox.stop());
    }
    runtime.shutdown_background();
    Ok(exit)
}

fn folder(
    environment: &Environment,
    arguments: &RecordArguments,
    place: &Place,
    output: &Output,
) -> Result<PathBuf, Exit> {
    let folder = match &arguments.out {
        Some(out) => out.clone(),
        None => {
            must_be_named_in_ci(environment, "folder", output)?;
            from_here(&place.root).join(FOLDER)
        }
    };
    if folder.exists() && !folder.is_dir() {
        output.complain(&format!("error: {} is no folder", folder.display()));
        return Err(Exit::Usage);
    }
    Ok(folder)
}

fn options_of(arguments: &RecordArguments, settings: &Settings) -> Options {
    Options {
        flow: arguments.flow.clone(),
        flows: settings.flows.clone(),
        paths: settings.config.paths.clone(),
        treatment: if arguments.keep_data { Treatment::Keep } else { Treatment::Replace },
        rules: false,
        seed: settings.world.seed,
        today: settings.world.today(),
        unit: "request",
    }
}

/// Only the draft is called, unless the published flow is asked for.
fn guard(paths: Paths, allow_live: bool) -> Guard {
    Box::new(move |method, url| {
        let call = by_path(method, url, &paths).filter(|_| !allow_live)?;
        let live = call.operation().is_some() && call.version == Version::Live;
        live.then(|| {
            "this calls the published flow, which is not allowed: let the front end call the paths below /test, or start with --allow-live".to_owned()
        })
    })
}

async fn serve(
    arguments: &RecordArguments,
    client: &Client,
    allow_live: bool,
    sandbox: bool,
    mut keeper: Keeper,
    output: &Output,
) -> Exit {
    // Signals are listened for before anybody is told that there is something to stop.
    let stopped = match stop_signal() {
        Ok(stopped) => stopped,
        Err(error) => {
            output.complain(&format!("error: Ctrl-C cannot be listened for: {error}"));
            return Exit::Usage;
        }
    };
    let config = client.config();
    let upstream =
        Upstream { base: config.base_url.clone(), export: config.export_url.clone(), token: config.token_url.clone() };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.listen));
    let started = Proxy::start(address, upstream.clone(), guard(config.paths.clone(), allow_live)).await;
    let (proxy, mut passing) = match started {
        Ok(started) => started,
        Err(error) => {
            output.complain(&format!("error: {error}"));
            return Exit::Usage;
        }
    };
    output.say(&banner(proxy.address(), &upstream, sandbox, keeper.folder()));
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => break,
            Some(passed) = passing.recv() => {
                keeper.take(passed);
                while let Ok(passed) = passing.try_recv() {
                    keeper.take(passed);
                }
                keeper.write_ended();
            }
        }
    }
    proxy.stop().await;
    // What was on its way when the stop was asked for belongs to the recording too.
    while let Ok(passed) = passing.try_recv() {
        keeper.take(passed);
    }
    keeper.finish()
}

fn banner(address: SocketAddr, upstream: &Upstream, sandbox: bool, folder: &std::path::Path) -> String {
    let what = if sandbox { "the embedded sandbox" } else { upstream.base.host_str().unwrap_or_default() };
    let here = |url: &reqwest::Url| format!("http://{address}{}", url.path().trim_end_matches('/'));
    let mut text = format!("Recording at http://{address}, in front of {what}.\n\nLet the front end call\n");
    let services = [&upstream.base, &upstream.export, &upstream.token].map(|url| (here(url), url));
    let width = services.iter().map(|(mine, _)| mine.len()).max().unwrap_or_default();
    for (mine, theirs) in services {
        text.push_str(&format!("  {mine:width$}   in place of {theirs}\n"));
    }
    text.push_str(&format!(
        "\nA scenario is written to {} when an applicant gets to the end, the others at the end. Ctrl-C stops.\n",
        folder.display()
    ));
    text
}
