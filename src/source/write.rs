//! Writing a whole file: it is either old or new, whatever happens meanwhile.

use std::io::{self, Write as _};
use std::path::Path;

use super::canonical;

/// What a file is called while it is being written.
const UNFINISHED: (&str, &str) = (".draftgate-", ".tmp");

/// Whether a file is named as [`write_file`] names one that is not whole yet. One that stays was left behind by a process that
/// was ended.
pub fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1)
}

/// Writes a file with the folders that it needs. A link keeps leading to what it led to.
///
/// # Errors
///
/// When it cannot be written; then what was there before is there still.
pub fn write_file(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    let path = canonical(path);
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED.0).suffix(UNFINISHED.1);
    // Others in the team read these files: the umask decides, not the caution of temporary files.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(dir)?;
    file.write_all(text.as_ref())?;
    file.persist(&path).map(|_| ()).map_err(|error| error.error)
}
