//! The HTML report in a real browser, opened from a file: what one who looks for what went wrong does there.
//!
//! Debian has the browser in `chromium` and its driver in `chromium-driver`; where there is none, each test says that it was
//! left out.

#[allow(dead_code, reason = "each test binary uses its own part of the fixture")]
#[path = "../project/mod.rs"]
mod project;

mod access;
mod failing;
mod flows;
mod list;
mod runs;
mod safety;
mod webdriver;
