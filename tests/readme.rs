//! The README shows what is there.

#[test]
fn the_scenario_in_the_readme_is_a_bundled_one() {
    let shown = include_str!("../README.md");
    let scenario = include_str!("../scenarios/retail/corrected.yaml");
    assert!(shown.contains(&format!("```yaml\n{scenario}```")));
}

#[test]
fn the_flow_in_the_readme_is_sound() {
    let shown = include_str!("../README.md");
    let start = shown.find("flow: retail-onboarding\nnodes:\n").expect("the README shows a flow");
    let text = shown[start..].split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shown.flow.yaml");
    std::fs::write(&file, text).unwrap();
    let library = draftgate::sandbox::load(&mut Default::default(), &[file]).unwrap();
    assert_eq!(library.flow("retail-onboarding").unwrap().draft.as_ref().unwrap().nodes.len(), 4);
}

/// The commands of draftgate in the fences of a text, as a shell would take them apart: variables stay as they are, and what
/// a workflow puts in is a number.
fn commands(markdown: &str) -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let Some(at) = line.find("draftgate ").filter(|_| fenced) else { continue };
        let before = &line[..at];
        // A word of prose or of a path is none.
        let quote = before.chars().next_back().filter(|last| "'\"".contains(*last));
        if !(before.is_empty() || before.ends_with(' ') || quote.is_some()) || before.trim_start().starts_with('#') {
            continue;
        }
        let rest = match quote {
            Some(quote) => line[at..].split(quote).next().unwrap(),
            None => &line[at..],
        };
        let ends = [" #", " | ", " > ", " >> ", " && ", " || ", ";"];
        let end = ends.iter().filter_map(|end| rest.find(end)).min().unwrap_or(rest.len());
        let words = rest[..end].replace("${{ matrix.shard }}", "1");
        commands.push(words.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect());
    }
    commands
}

#[test]
fn every_command_that_is_shown_can_be_typed() {
    use clap::Parser;
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md")];
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    files.extend(docs.filter(|file| file.extension().is_some_and(|ending| ending == "md")));
    let mut found = std::collections::BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let commands = commands(&text);
        found.insert(file.file_name().unwrap().to_str().unwrap().to_owned(), commands.len());
        for command in commands {
            if let Err(error) = draftgate::cli::args::Arguments::try_parse_from(&command) {
                panic!("{}: {}: {error}", file.display(), command.join(" "));
            }
        }
    }
    // Not every document shows one, but a reader that finds none in these has gone blind.
    for full in ["README.md", "ci.md", "sharding.md", "journal.md"] {
        assert!(found.get(full).is_some_and(|count| *count > 2), "{full} shows no commands: {found:?}");
    }
}
