//! Where the program stands in a repository.

use std::path::{Path, PathBuf};

use super::Environment;
use crate::journal::WorkingFolder;
use crate::source::{canonical, path_text};

/// The variables by which CI systems say where the repository lies: GitHub's, GitLab's, Jenkins'.
const WORKSPACES: [&str; 3] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "WORKSPACE"];

/// The working folder, from the root of the repository that the scenarios lie in. Where the program stands outside of it, or
/// the scenarios are known by an absolute path, it is told as well what the paths of their files begin with.
pub(super) fn folder(environment: &Environment, scenarios: &Path) -> WorkingFolder {
    let Ok(here) = std::env::current_dir().and_then(|here| here.canonicalize()) else {
        return WorkingFolder::default();
    };
    let there = canonical(scenarios);
    let own = root_of(&here, environment);
    let root = own.clone().filter(|root| there.starts_with(root)).or_else(|| root_of(&there, environment)).or(own);
    let Some(root) = root else { return WorkingFolder::default() };
    let below = here.strip_prefix(&root).ok().map(path_text);
    let prefix = (below.is_none() || scenarios.is_absolute()).then(|| {
        let named = scenarios.ancestors().find(|folder| folder.canonicalize().is_ok_and(|folder| folder == root));
        path_text(named.unwrap_or(&root))
    });
    WorkingFolder { folder: below.unwrap_or_default(), root: prefix }
}

/// The root of the repository that a folder lies in: the nearest folder with a `.git`, or, where a checkout has none, the one
/// that CI names.
fn root_of(folder: &Path, environment: &Environment) -> Option<PathBuf> {
    let named = || {
        let variables = WORKSPACES.iter().filter_map(|name| environment.variable(name));
        variables.filter_map(|path| Path::new(path).canonicalize().ok()).find(|root| folder.starts_with(root))
    };
    folder.ancestors().find(|folder| folder.join(".git").exists()).map(ToOwned::to_owned).or_else(named)
}
