//! The program itself, run in a temporary project with nothing of the surrounding environment: what it says, how it ends,
//! and what it leaves in files.

#[path = "../blocks/mod.rs"]
mod blocks;
#[allow(dead_code, reason = "each test binary uses its own part of the fixture")]
#[path = "../project/mod.rs"]
mod project;
#[allow(dead_code, reason = "each test binary uses its own part of the fixture")]
#[path = "../scripted/mod.rs"]
mod scripted;
#[path = "../unpacked/mod.rs"]
mod unpacked;
#[allow(dead_code, reason = "each test binary uses its own part of the fixture")]
#[path = "../wire/mod.rs"]
mod wire;

#[cfg(unix)]
mod action;
mod bad_files;
#[cfg(unix)]
mod conform;
mod consumers;
mod coverage;
mod diagnostics;
mod diff;
mod editor_files;
mod explain;
mod explanations;
mod explore;
#[cfg(unix)]
mod explore_more;
mod failed;
mod false_alarms;
mod flows;
mod gate;
mod github;
mod gitlab;
#[cfg(unix)]
mod hold;
mod html;
mod import;
mod insta_tool;
mod journal;
mod junit;
mod libtest;
mod limits;
mod lint;
mod lint_fix;
mod markdown;
mod masked_data;
mod masked_files;
mod masking;
mod merging;
mod minimise;
mod mixed;
mod new;
#[cfg(unix)]
#[cfg(unix)]
mod no_folder;
mod option_ids;
mod patterns;
mod record;
mod report_files;
mod reports;
mod retries;
mod review;
#[cfg(unix)]
mod review_terminal;
mod safety;
#[cfg(unix)]
mod sandbox;
mod secrets;
mod settings;
mod shards;
mod snapshot_files;
mod snapshots;
#[cfg(unix)]
mod spoiling;
mod terminal;
mod waiting;
mod warnings;
#[cfg(unix)]
mod watch;
