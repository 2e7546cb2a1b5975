//! `draftgate sandbox`: the embedded flow API, served by itself until Ctrl-C.

use std::net::SocketAddr;
use std::path::Path;

use notify_debouncer_full::notify;

use super::args::SandboxArguments;
use super::changes::{Changes, is_yaml};
use super::exit::Exit;
use super::output::Output;
use super::prepare::learn_secrets;
use super::settings::default_folder;
use super::signal::stop_signal;
use crate::api::operation::{OPERATIONS, Version};
use crate::sandbox::definition::Flow;
use crate::sandbox::fault::FAULT_HEADER;
use crate::sandbox::{Library, Server, ServerOptions};
use crate::scenario::discover;
use crate::source::Sources;

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
    // What changes from here on is noticed.
    let changes = Changes::below(&folder, None);
    let Some(library) = read(&folder, output) else { return Exit::Invalid };
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
    runtime.block_on(serve(arguments, &folder, library, changes, output))
}

/// Every definition below a folder; none where there are mistakes, which are shown.
fn read(folder: &Path, output: &Output) -> Option<Library> {
    let mut sources = Sources::default();
    let found = discover(folder, &mut sources);
    let library = crate::sandbox::load(&mut sources, &found.flows);
    let mistakes = match library {
        Ok(library) if found.mistakes.is_empty() => return Some(library),
        Ok(_) => found.mistakes,
        Err(mistakes) => found.mistakes.into_iter().chain(mistakes).collect(),
    };
    learn_secrets(&sources, output);
    output.mistakes(&mistakes, &sources);
    None
}

async fn serve(
    arguments: &SandboxArguments,
    folder: &Path,
    library: Library,
    changes: notify::Result<Changes>,
    output: &Output,
) -> Exit {
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
    let mut changes = changes
        .map_err(|error| output.complain(&format!("warning: changed definitions will not be noticed: {error}")))
        .ok();
    output.say(&format!("Serving the flows of {} at http://{}\n\n", folder.display(), server.address()));
    output.say(&banner);
    output.say(&routes(&server));
    output.say("\nA changed definition is taken at once. Ctrl-C stops.\n");
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            () = &mut stopped => break,
            () = changed_definition(&mut changes) => reload(folder, &server, output),
        }
    }
    drop(changes);
    server.stop().await;
    output.say("\nStopped.\n");
    Exit::Passed
}

/// Reads the definitions again. One with a mistake changes nothing: what was served last is served on.
fn reload(folder: &Path, server: &Server, output: &Output) {
    let Some(library) = read(folder, output) else {
        return output.complain("Nothing was reloaded; the definitions served so far are served on.");
    };
    let changed = server.publish(library);
    let flows = if changed.is_empty() { "no flow has changed".to_owned() } else { changed.join(", ") };
    output.say(&format!("Reloaded: {flows}\n"));
}

/// Waits until a definition may have changed.
async fn changed_definition(changes: &mut Option<Changes>) {
    let Some(changes) = changes else { return std::future::pending().await };
    while changes.next().await.is_some_and(|paths| !paths.iter().any(|path| is_yaml(path))) {}
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
