//! Arguments of `report`, and those by which `run` writes the same reports.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Color;

/// What is written of a run beside what the terminal shows.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Reports")]
pub struct Reports {
    /// Write JUnit XML, a test case a test
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write one HTML page with everything that was sent and came back
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the journal: JSON lines, while it happens, of which every other report can be made
    #[arg(long, value_name = "FILE")]
    pub jsonl: Option<PathBuf>,
    /// Write a summary in Markdown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write GitLab's code-quality report
    #[arg(long, value_name = "FILE")]
    pub gitlab: Option<PathBuf>,
    /// Annotate files as GitHub Actions has it, and write the job's summary (by itself where GITHUB_ACTIONS is set)
    #[arg(long)]
    pub github: bool,
    /// Say at the end how much of each flow is covered
    #[arg(long)]
    pub coverage: bool,
    /// Mask what applicants entered, too
    #[arg(long)]
    pub mask_data: bool,
    /// Show the ids of sessions whole
    #[arg(long)]
    pub show_sessions: bool,
}

impl Reports {
    /// The files that are written.
    pub fn files(&self) -> Vec<&PathBuf> {
        let Reports { junit, html, jsonl, markdown, gitlab, .. } = self;
        [html, junit, markdown, gitlab, jsonl].into_iter().flatten().collect()
    }

    /// Whether anything is written but what the terminal shows.
    pub fn any(&self) -> bool {
        !self.files().is_empty() || self.github || self.coverage
    }

    /// Whether a report shows requests and answers of steps that pass.
    pub fn shows_exchanges(&self) -> bool {
        self.html.is_some() || self.jsonl.is_some()
    }
}

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  \
    draftgate run --jsonl run.jsonl\n  \
    draftgate report html run.jsonl -o report.html\n  \
    draftgate report merge shard-*.jsonl -o run.jsonl\n  \
    draftgate report junit shard-*.jsonl -o junit.xml\n  \
    draftgate report summary shard-*.jsonl --exit-code\n  \
    draftgate report flows run.jsonl -o flows")]
pub struct ReportArguments {
    /// What to make
    #[command(subcommand)]
    pub command: ReportCommand,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN", global = true)]
    pub color: Option<Color>,
}

/// What can be made of journals.
#[derive(Debug, Clone, Subcommand)]
pub enum ReportCommand {
    /// What the terminal shows at the end of a run
    Summary(Journals),
    /// One HTML page
    Html(Journals),
    /// JUnit XML
    Junit(Journals),
    /// A summary in Markdown
    Markdown(Journals),
    /// GitLab's code-quality report
    Gitlab(Journals),
    /// Annotations for GitHub Actions
    Github(Journals),
    /// One journal of all shards
    Merge(Journals),
    /// A picture of each flow, with what the run went of it: SVG files
    Flows(Flows),
}

/// What pictures are made of, and where they go.
#[derive(Debug, Clone, Args)]
pub struct Flows {
    /// The journals
    #[command(flatten)]
    pub parts: Parts,
    /// The folder to write them into, FLOW.svg each
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
}

/// What a report is made of, and where it goes.
#[derive(Debug, Clone, Args)]
pub struct Journals {
    /// The journals
    #[command(flatten)]
    pub parts: Parts,
    /// The file to write, in place of the standard output
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// End as the run ended; one that did not come to its end, with 130
    #[arg(long)]
    pub exit_code: bool,
}

/// The journals of one run.
#[derive(Debug, Clone, Args)]
pub struct Parts {
    /// A run's journal, or those of all its shards
    #[arg(value_name = "RUN.jsonl", required = true)]
    pub files: Vec<PathBuf>,
    /// Make it also where shards are missing
    #[arg(long)]
    pub partial: bool,
}
