//! Arguments of `schema`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::schema::{SCHEMAS, SchemaKind};

/// Arguments of `schema`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct SchemaArguments {
    /// What to print the schema of; left out, one schema for every YAML file of a scenario folder
    #[arg(value_enum, value_name = "KIND", conflicts_with = "out")]
    pub kind: Option<SchemaKind>,
    /// Write all schemas into this folder, in place of printing one
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  draftgate schema --out schemas         write all of them
  draftgate schema scenario              print one

To switch it on in VS Code, install the extension YAML (Red Hat) and put this
into .vscode/settings.json:
  \"yaml.schemas\": { \"schemas/draftgate.schema.json\": \"scenarios/**/*.yaml\" }";

impl ValueEnum for SchemaKind {
    fn value_variants<'a>() -> &'a [Self] {
        const KINDS: [SchemaKind; SCHEMAS.len()] = {
            let mut kinds = [SchemaKind::Any; SCHEMAS.len()];
            let mut at = 0;
            while at < SCHEMAS.len() {
                kinds[at] = SCHEMAS[at].0;
                at += 1;
            }
            kinds
        };
        &KINDS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let row = SCHEMAS.iter().find(|(kind, ..)| kind == self)?;
        Some(PossibleValue::new(row.1))
    }
}
