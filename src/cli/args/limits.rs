//! Arguments of the commands that explore: what they may use.

use std::time::Duration;

use clap::Args;

use super::run::duration;

/// What exploring may use. Of two sides that are explored, each may use so much.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct LimitArguments {
    /// How many sessions are begun at most
    #[arg(long, value_name = "NUMBER", default_value_t = 500, help_heading = "Limits")]
    pub max_sessions: usize,
    /// How many requests are sent at most, those aside that ask whether a service is done
    #[arg(long, value_name = "NUMBER", default_value_t = 5000, help_heading = "Limits")]
    pub max_requests: usize,
    /// How often services are run at most: an identity check may cost money
    #[arg(long, value_name = "NUMBER", help_heading = "Limits")]
    pub max_service_runs: Option<usize>,
    /// How long it may take, such as 5m
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Limits")]
    pub budget: Option<Duration>,
    /// Try all that was entered before a fork with each way on from it, however many requests that takes
    #[arg(long, help_heading = "Limits")]
    pub thorough: bool,
}
