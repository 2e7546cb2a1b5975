//! Files that a command was asked for by name: written atomically, each said.

use std::path::Path;

use super::exit::Exit;
use super::output::Output;
use crate::source::write_file;

/// Writes a file, or says why it cannot be written.
pub(super) fn write(path: &Path, bytes: impl AsRef<[u8]>, output: &Output) -> Result<(), Exit> {
    write_file(path, bytes).map_err(|error| {
        output.complain(&format!("error: {} cannot be written: {error}", path.display()));
        Exit::Usage
    })
}

/// Writes files into a folder, which is made where there is none. Nothing is left half written.
pub(super) fn write_all(folder: &Path, files: &[(String, Vec<u8>)], output: &Output) -> Exit {
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Err(exit) = write(&path, bytes, output) {
            return exit;
        }
        output.say(&format!("{}\n", path.display()));
    }
    Exit::Passed
}
