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

/// Writes a file with the folders that it needs. A link keeps leading to what it led to, a file keeps its permissions, and
/// what is no ordinary file (a pipe, a device, the standard output by its name) is written to.
///
/// # Errors
///
/// When it cannot be written; then what was there before is there still.
pub fn write_file(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    write_for(Readers::Umask, path, text.as_ref())
}

/// Writes a file as [`write_file`] does, that nobody but its owner may read, whatever it was before.
///
/// # Errors
///
/// As there.
pub fn write_private_file(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    write_for(Readers::Owner, path, text.as_ref())
}

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readers {
    /// Others in the team, too: the umask decides, not the caution of temporary files.
    Umask,
    /// Its owner.
    Owner,
}

fn write_for(readers: Readers, path: &Path, text: &[u8]) -> io::Result<()> {
    if is_open_end(path) {
        return std::fs::OpenOptions::new().write(true).open(path)?.write_all(text);
    }
    let path = canonical(path);
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED.0).suffix(UNFINISHED.1);
    // A temporary file is its owner's, unless said otherwise.
    #[cfg(unix)]
    if readers == Readers::Umask {
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(dir).map_err(plain)?;
    if let (Readers::Umask, Ok(before)) = (readers, std::fs::metadata(&path)) {
        file.as_file().set_permissions(before.permissions())?;
    }
    file.as_file_mut().write_all(text)?;
    file.persist(&path).map(|_| ()).map_err(|error| error.error)
}

/// The error itself, without the name of the unfinished file: nobody knows that one.
fn plain(error: io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|with_path| with_path.source());
    let code = inner.and_then(|error| error.downcast_ref::<io::Error>()).and_then(io::Error::raw_os_error);
    code.map_or(error, io::Error::from_raw_os_error)
}

/// Whether what is written to a path goes on to somebody else. The names of a process's own files lead to ordinary files
/// at times, which those who opened them go on writing to.
pub fn is_open_end(path: &Path) -> bool {
    let of_process = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    std::fs::metadata(path).is_ok_and(|found| !found.is_dir() && (of_process || !found.is_file()))
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_pipe_stays_one_and_its_reader_gets_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || {
                let mut text = String::new();
                std::fs::File::open(pipe).unwrap().read_to_string(&mut text).unwrap();
                text
            }
        });
        write_file(&pipe, "what is written").unwrap();
        assert_eq!(reader.join().unwrap(), "what is written");
        assert!(!std::fs::metadata(&pipe).unwrap().is_file());
    }

    #[test]
    fn a_file_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        write_file(&file, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_private_file_is_its_owners_whatever_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("held").join("file");
        let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        write_private_file(&file, "new").unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        write_private_file(&file, "newer").unwrap();
        assert_eq!((mode(), std::fs::read_to_string(&file).unwrap().as_str()), (0o600, "newer"));
    }
}
