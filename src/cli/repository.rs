//! Where the program stands in a repository.

use super::Environment;
use crate::journal::WorkingFolder;
use crate::source::path_text;

/// The variables by which CI systems say where the repository lies: GitHub's, GitLab's, Jenkins'.
const WORKSPACES: [&str; 3] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "WORKSPACE"];

/// The working folder, from the root of the repository: that is the nearest folder with a `.git`, or, where a checkout has
/// none, the one that CI names.
pub(super) fn folder(environment: &Environment) -> WorkingFolder {
    let Ok(here) = std::env::current_dir().and_then(|here| here.canonicalize()) else {
        return WorkingFolder::default();
    };
    let named = || {
        let variables = WORKSPACES.iter().filter_map(|name| environment.variable(name));
        variables.filter_map(|path| std::path::Path::new(path).canonicalize().ok()).find(|root| here.starts_with(root))
    };
    let root = here.ancestors().find(|folder| folder.join(".git").exists()).map(ToOwned::to_owned).or_else(named);
    let below = root.and_then(|root| here.strip_prefix(root).ok().map(path_text));
    WorkingFolder(below.unwrap_or_default())
}
