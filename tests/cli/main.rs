//! The program itself, run in a temporary project with nothing of the surrounding environment: what it says, how it ends,
//! and what it leaves in files.

#[allow(dead_code, reason = "each test binary uses its own part of the fixture")]
#[path = "../project/mod.rs"]
mod project;
#[allow(dead_code, reason = "each test binary uses its own part of the fixture")]
#[path = "../scripted/mod.rs"]
mod scripted;
#[allow(dead_code, reason = "each test binary uses its own part of the fixture")]
#[path = "../wire/mod.rs"]
mod wire;

mod bad_files;
mod explain;
mod flows;
mod import;
mod libtest;
mod lint;
mod new;
#[cfg(unix)]
mod record;
mod reports;

mod safety;
#[cfg(unix)]
mod sandbox;
mod secrets;
mod settings;
mod snapshot_files;
mod snapshots;
mod waiting;
