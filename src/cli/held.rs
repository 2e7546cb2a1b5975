//! The file of applicants who are held: where it is, and who may read it.

use std::io;
use std::path::{Path, PathBuf};

use super::Environment;
use super::args::{ServerArguments, Target, VersionWord};
use super::exit::Exit;
use super::last_run::{FOLDER, own_folder};
use super::output::Output;
use super::prepare::refuse;
use super::settings::{Place, Settings, store_root};
use super::written::file_stem;
use crate::api::operation::Version;
use crate::held::Held;
use crate::source::{FileError, Sources, read_file, write_private_file};

/// The folder in that of what is remembered.
const HELD: &str = "held";
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// The file of a flow, where no other is named.
pub(super) fn file_of(place: &Place, flow: &str, version: Version) -> PathBuf {
    let version = if version == Version::Live { ".live" } else { "" };
    store_root(place).join(FOLDER).join(HELD).join(format!("{}{version}.json", file_stem(flow)))
}

/// Who is held by a file; none where there is no such file.
///
/// # Errors
///
/// Why the file is none.
pub(super) fn read(path: &Path) -> Result<Option<Held>, Box<dyn std::error::Error>> {
    match read_file(path, MAX_BYTES) {
        Ok(bytes) => Ok(Some(Held::read(&bytes)?)),
        Err(FileError::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Keeps who is held. Secrets of the configuration are not in the file, and sessions, once they are in it, in no output.
pub(super) fn write(path: &Path, held: &Held, place: &Place, output: &Output) -> Result<(), Exit> {
    let written = || -> io::Result<()> {
        if path.starts_with(store_root(place).join(FOLDER)) {
            own_folder(&store_root(place))?;
        }
        write_private_file(path, held.text()?)
    };
    written().map_err(|error| {
        output.complain(&format!("error: {} cannot be written: {error}", path.display()));
        Exit::Usage
    })
}

/// Takes care that no session is told.
pub(super) fn keep_secret(held: &Held, output: &Output) {
    held.sessions().for_each(|session| output.redactor.add(&session.session));
}

/// The server at which applicants outlive this program.
pub(super) fn server(
    environment: &Environment,
    (target, server): (&Target, &ServerArguments),
    place: &Place,
    output: &Output,
) -> Result<String, Exit> {
    let mut sources = Sources::default();
    let settings = Settings::resolve(environment, target, server, place, &output.redactor, &mut sources);
    let settings = settings.map_err(|error| refuse(error, output, &sources))?;
    settings.server.map(|server| server.base_url.to_string()).ok_or_else(|| {
        output.complain(
            "error: no server is configured, and the embedded sandbox forgets its applicants when this command ends\n  \
             serve it by itself with `draftgate sandbox`, and name it: --base-url http://127.0.0.1:PORT/wfs/interpreter-v2",
        );
        Exit::Usage
    })
}

/// Refuses the live version unless it is allowed.
pub(super) fn check_live(
    version: VersionWord,
    server: &ServerArguments,
    what: &str,
    output: &Output,
) -> Result<Version, Exit> {
    let version = Version::from(version);
    if version == Version::Live && !server.allow_live {
        output.complain(&format!("error: {what} only with --allow-live"));
        return Err(Exit::Usage);
    }
    Ok(version)
}
