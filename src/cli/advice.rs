//! What leads on from a run.

use std::path::Path;

use super::args::RunArguments;
use crate::report::curl;
use crate::report::terminal::Advice;
use crate::snapshot::UpdatePolicy;

/// The commands that lead on from a run with these arguments: what cannot follow from it is left out. In CI nothing is
/// remembered, and `--watch` runs again by itself.
pub(super) fn advice(arguments: &RunArguments, policy: UpdatePolicy, in_ci: bool) -> Advice {
    let chosen: Vec<&str> = arguments.select.iter().map(String::as_str).collect();
    let files: Vec<&str> = chosen.iter().map(|word| without_line(word)).collect();
    Advice {
        review: policy.writes().then(|| command("draftgate review", arguments, &files)),
        failed: (!in_ci && !arguments.watch).then(|| command("draftgate run --failed", arguments, &chosen)),
    }
}

/// A command about the same scenarios.
fn command(begin: &str, arguments: &RunArguments, chosen: &[&str]) -> String {
    let runs = begin.starts_with("draftgate run");
    let config = arguments.target.config.as_ref().map(|config| config.to_string_lossy().into_owned());
    let server = &arguments.server;
    let targets = [
        ("--config", config),
        ("--env", arguments.target.env.clone()),
        ("--base-url", server.base_url.clone().filter(|_| runs)),
        ("--export-url", server.export_url.clone().filter(|_| runs)),
        ("--token-url", server.token_url.clone().filter(|_| runs)),
        ("--seed", server.seed.filter(|_| runs).map(|seed| seed.to_string())),
    ];
    let mut command = begin.to_owned();
    for word in chosen {
        command.push_str(&format!(" {}", curl::word(word)));
    }
    for (flag, value) in targets {
        if let Some(value) = value {
            command.push_str(&format!(" {flag} {}", curl::word(&value)));
        }
    }
    if runs && server.allow_live {
        command.push_str(" --allow-live");
    }
    command
}

/// A file without the line in it that was chosen: snapshots are known by their scenario.
fn without_line(word: &str) -> &str {
    let places = word.match_indices(':').map(|(at, _)| &word[..at]);
    if Path::new(word).exists() {
        word
    } else {
        places.into_iter().find(|file| Path::new(file).exists()).unwrap_or(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_scenarios_are_meant() {
        let arguments = RunArguments {
            select: vec!["Cargo.toml:3:1".to_owned(), "a b".to_owned()],
            target: crate::cli::args::Target { env: Some("staging".to_owned()), config: None },
            ..RunArguments::default()
        };
        let advice = |policy, in_ci| {
            let Advice { review, failed } = super::advice(&arguments, policy, in_ci);
            (review.unwrap_or_default(), failed.unwrap_or_default())
        };
        let policy = |ci: bool| {
            let value = move |name: &str| (ci && name == "CI").then(|| "true".to_owned());
            UpdatePolicy::resolve(&value, false).unwrap()
        };
        let both = advice(policy(false), false);
        assert_eq!(both.0, "draftgate review Cargo.toml 'a b' --env staging");
        assert_eq!(both.1, "draftgate run --failed Cargo.toml:3:1 'a b' --env staging");
        assert_eq!(advice(policy(true), true), (String::new(), String::new()));
    }
}
