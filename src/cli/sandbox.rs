//! `draftgate sandbox`: the embedded flow API, served by itself until Ctrl-C.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use notify_debouncer_full::notify::{EventKind, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, new_debouncer};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::args::SandboxArguments;
use super::exit::Exit;
use super::output::Output;
use super::settings::default_folder;
use crate::api::operation::{OPERATIONS, Version};
use crate::sandbox::definition::Flow;
use crate::sandbox::fault::FAULT_HEADER;
use crate::sandbox::{Library, Server, ServerOptions};
use crate::scenario::discover;
use crate::source::{Diagnostic, Sources};

/// How long changes are gathered before the definitions are read again: editors write a file in several goes.
const SETTLE: Duration = Duration::from_millis(100);

/// Serves the sandbox.
pub(super) fn sandbox(arguments: &SandboxArguments, output: &Output) -> Exit {
    let Some(folder) = arguments.flows.clone().or_else(default_folder) else {
        output.complain("error: there are no flow definitions here: name their folder with --flows");
        return Exit::Usage;
    };
    if !folder.is_dir() {
        output.complain(&format!("error: there is no folder {}", folder.display()));
        return Exit::Usage;
    }
    let mut sources = Sources::default();
    let library = match read(&folder, &mut sources) {
        Ok(library) => library,
        Err(mistakes) => {
            output.mistakes(&mistakes, &sources);
            return Exit::Invalid;
        }
    };
    if library.flows.is_empty() {
        let folder = folder.display();
        output.complain(&format!("error: {folder} has no flow definition, which is a file called NAME.flow.yaml"));
        return Exit::Nothing;
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.complain(&format!("error: the program's threads cannot be started: {error}"));
            return Exit::Usage;
        }
    };
    runtime.block_on(serve(arguments, &folder, library, output))
}

/// Every definition below a folder.
fn read(folder: &Path, sources: &mut Sources) -> Result<Library, Vec<Diagnostic>> {
    let found = discover(folder, sources);
    let library = crate::sandbox::load(sources, &found.flows);
    match found.mistakes.is_empty() {
        true => library,
        false => Err(found.mistakes.into_iter().chain(library.err().unwrap_or_default()).collect()),
    }
}

async fn serve(arguments: &SandboxArguments, folder: &Path, library: Library, output: &Output) -> Exit {
    let address = SocketAddr::new(arguments.host, arguments.port);
    let options = ServerOptions { address, browsers: true, ..ServerOptions::default() };
    let banner = flows(&library);
    // Signals are listened for before anybody is told that there is something to stop.
    let stopped = match stop_signal() {
        Ok(stopped) => stopped,
        Err(error) => {
            output.complain(&format!("error: Ctrl-C cannot be listened for: {error}"));
            return Exit::Usage;
        }
    };
    let server = match Server::start(library, options).await {
        Ok(server) => server,
        Err(error) => {
            output.complain(&format!("error: {address} cannot be listened at: {error}; choose another --port"));
            return Exit::Usage;
        }
    };
    let (watcher, mut changes) = match watch(folder) {
        Ok((watcher, changes)) => (Some(watcher), changes),
        Err(error) => {
            output.complain(&format!("warning: changed definitions will not be noticed: {error}"));
            (None, unbounded_channel().1)
        }
    };
    output.say(&format!("Serving the flows of {} at http://{}\n\n", folder.display(), server.address()));
    output.say(&banner);
    output.say(&routes(&server));
    output.say("\nA changed definition is taken at once. Ctrl-C stops.\n");
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => break,
            Some(()) = changes.recv() => reload(folder, &server, output),
        }
    }
    drop(watcher);
    server.stop().await;
    output.say("\nStopped.\n");
    Exit::Passed
}

/// Reads the definitions again. One with a mistake changes nothing: what was served last is served on.
fn reload(folder: &Path, server: &Server, output: &Output) {
    let mut sources = Sources::default();
    match read(folder, &mut sources) {
        Ok(library) => {
            let changed = server.publish(library);
            let flows = if changed.is_empty() { "no flow has changed".to_owned() } else { changed.join(", ") };
            output.say(&format!("Reloaded: {flows}\n"));
        }
        Err(mistakes) => {
            output.mistakes(&mistakes, &sources);
            output.complain("Nothing was reloaded; the definitions served so far are served on.");
        }
    }
}

type Watcher = Box<dyn std::any::Any + Send>;

/// Tells of changes below a folder, for as long as the watcher lives.
fn watch(folder: &Path) -> notify_debouncer_full::notify::Result<(Watcher, UnboundedReceiver<()>)> {
    let (sender, changes) = unbounded_channel();
    let tell = move |events: DebounceEventResult| {
        // Reading the definitions opens them: that is no change.
        let changed = |events: &Vec<notify_debouncer_full::DebouncedEvent>| {
            events.iter().any(|event| !matches!(event.kind, EventKind::Access(_)))
        };
        if events.as_ref().map_or(true, changed) {
            let _nobody_left = sender.send(());
        }
    };
    let mut watcher = new_debouncer(SETTLE, None, tell)?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok((Box::new(watcher), changes))
}

/// Listens from now on for Ctrl-C, and for the signal that a service manager sends; what is returned waits for either.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { drop(interrupt.recv().await) })
}

/// The flows, each with its id and the versions that are there.
fn flows(library: &Library) -> String {
    let width = library.flows.iter().map(|flow| flow.id.chars().count()).max().unwrap_or_default();
    let mut text = String::from("Flows:\n");
    let mut flows: Vec<&Flow> = library.flows.iter().collect();
    flows.sort_by(|one, other| one.id.cmp(&other.id));
    for flow in flows {
        let versions: Vec<&str> = [(Version::Draft, "draft"), (Version::Live, "live")]
            .into_iter()
            .filter_map(|(version, name)| flow.version(version).map(|_| name))
            .collect();
        let authenticated = flow.draft.iter().chain(&flow.live).any(|definition| definition.authenticated);
        let note = if authenticated { ", needs a token" } else { "" };
        text.push_str(&format!("  {:width$}  {}{note}\n", flow.id, versions.join(" and ")));
    }
    text
}

/// The routes, and what the sandbox has beside the API's own.
fn routes(server: &Server) -> String {
    let mut text =
        String::from("\nRoutes of the live version; the draft's have /test before /flow, /submit and the rest:\n");
    for row in &OPERATIONS {
        text.push_str(&format!("  {:6} {}\n", row.method, server.url_of(row)));
    }
    text.push_str(&format!("  {:6} {}\n", "POST", server.token_url()));
    text.push_str("\nThe sandbox's own:\n");
    text.push_str(&format!("  {:6} {}\n", "POST", server.capture_url()));
    text.push_str("         what the document verification's SDK captured, a JSON object or nothing\n");
    text.push_str(&format!("  {FAULT_HEADER}: 503;times=1\n"));
    text.push_str("         on any request asks for a fault: an error code, a status, latency, close, ...\n");
    text
}
