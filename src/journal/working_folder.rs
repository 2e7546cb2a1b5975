//! Where a run stood in its repository.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a run stood, from which the paths of its files are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkingFolder {
    /// The folder where the run stood, as a path from the root of its repository, with forward slashes; empty for the root
    /// itself, and where there is no repository.
    #[serde(default)]
    pub folder: String,
    /// What the paths of files in the repository begin with, where they do not begin in the folder: the repository's root,
    /// as the run knew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
}

impl WorkingFolder {
    /// The path from the root of a file that is known by its path from here: what pull requests know it by. Any other absolute
    /// path, and one that leads out of the repository, stays as it is.
    pub fn path_of(&self, file: &str) -> String {
        if let Some(rest) = self.root.as_ref().and_then(|root| below(file, root)) {
            return joined("", rest).unwrap_or_else(|| file.to_owned());
        }
        // `C:/…` is absolute, too.
        let absolute = file.starts_with('/') || file.split('/').next().is_some_and(|word| word.contains(':'));
        if absolute {
            return file.to_owned();
        }
        joined(&self.folder, file).unwrap_or_else(|| file.to_owned())
    }
}

/// The path of a file from the folder that its path begins with.
fn below<'a>(file: &'a str, folder: &str) -> Option<&'a str> {
    file.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/')
}

/// A path from a folder, without dots; none where it leads out of where the folder's path begins.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut words: Vec<&str> = folder.split('/').filter(|word| !word.is_empty()).collect();
    for word in path.split('/').filter(|word| *word != ".") {
        match word {
            ".." => drop(words.pop()?),
            word => words.push(word),
        }
    }
    Some(words.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_root_of_the_repository() {
        for (folder, file, whole) in [
            ("", "./scenarios/a.yaml", "scenarios/a.yaml"),
            ("flows/retail", "scenarios/a.yaml", "flows/retail/scenarios/a.yaml"),
            ("flows/retail", "../shared/a.yaml", "flows/shared/a.yaml"),
            ("flows", "../../elsewhere/a.yaml", "../../elsewhere/a.yaml"),
            ("flows", "/checkout/a.yaml", "/checkout/a.yaml"),
            ("flows", "C:/checkout/a.yaml", "C:/checkout/a.yaml"),
        ] {
            let here = WorkingFolder { folder: folder.to_owned(), root: None };
            assert_eq!(here.path_of(file), whole);
        }
    }

    #[test]
    fn a_root_that_paths_begin_with_is_taken_away() {
        for (root, file, whole) in [
            ("/checkout/flows", "/checkout/flows/scenarios/a.yaml", "scenarios/a.yaml"),
            ("/checkout/flows/", "/checkout/flows/scenarios/../b.yaml", "b.yaml"),
            ("/checkout/flows", "/checkout/flows-of-others/a.yaml", "/checkout/flows-of-others/a.yaml"),
            ("C:/checkout", "C:/checkout/a.yaml", "a.yaml"),
            ("copy", "copy/scenarios/a.yaml", "scenarios/a.yaml"),
            ("/checkout/flows", "retail/a.yaml", "here/retail/a.yaml"),
        ] {
            let here = WorkingFolder { folder: "here".to_owned(), root: Some(root.to_owned()) };
            assert_eq!(here.path_of(file), whole);
        }
    }
}
