//! The schemas in the repository are those that the program prints.

use std::path::Path;

use draftgate::schema::{SCHEMAS, schema};

#[test]
fn the_committed_schemas_are_the_programs_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (kind, _, file) in SCHEMAS {
        let committed = std::fs::read_to_string(folder.join(file)).unwrap_or_default().replace("\r\n", "\n");
        assert!(
            committed == schema(kind),
            "schemas/{file} is not what the program prints: renew it with `cargo run -- schema --out schemas`"
        );
    }
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let strangers: Vec<String> = files.filter(|name| SCHEMAS.iter().all(|(.., file)| file != name)).collect();
    assert!(strangers.is_empty(), "nobody writes {strangers:?}");
}
