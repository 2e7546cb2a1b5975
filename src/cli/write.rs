//! Files that a command was asked for by name: written atomically, each said.

use std::io::Write;
use std::path::Path;

use super::exit::Exit;
use super::output::Output;

/// Writes files into a folder, which is made where there is none. Nothing is left half written.
pub(super) fn write_all(folder: &Path, files: &[(String, Vec<u8>)], output: &Output) -> Exit {
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Err(error) = write(&path, bytes) {
            output.complain(&format!("error: {} cannot be written: {error}", path.display()));
            return Exit::Usage;
        }
        output.say(&format!("{}\n", path.display()));
    }
    Exit::Passed
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".draftgate-").suffix(".tmp");
    // Others read these files: the umask decides, not the caution of temporary files.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
