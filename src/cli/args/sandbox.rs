//! Arguments of `sandbox`.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::Args;

use super::Color;

/// Arguments of `sandbox`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  draftgate sandbox --port 4000\n  draftgate sandbox --flows scenarios/retail --port 4000"
)]
pub struct SandboxArguments {
    /// The folder with the flow definitions (*.flow.yaml) and sandbox.yaml; left out, the scenario folder that is found
    /// here
    #[arg(long, value_name = "DIR")]
    pub flows: Option<PathBuf>,
    /// The port; 0 takes one that is free
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// The address to listen at. Anything but a loopback address lets others in
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub host: IpAddr,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<Color>,
}
