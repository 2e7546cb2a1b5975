//! `draftgate schema`: JSON Schemas for editors.

use super::args::SchemaArguments;
use super::exit::Exit;
use super::output::Output;
use super::write::write_all;
use crate::schema::{SCHEMAS, SchemaKind, schema as text_of};

/// Prints one schema, or writes all.
pub(super) fn schema(arguments: &SchemaArguments, output: &Output) -> Exit {
    let Some(folder) = &arguments.out else {
        let text = text_of(arguments.kind.unwrap_or(SchemaKind::Any));
        return output.deliver(&text).err().unwrap_or(Exit::Passed);
    };
    let files = SCHEMAS.map(|(kind, _, file)| (file.to_owned(), text_of(kind).into_bytes()));
    write_all(folder, &files, output)
}
