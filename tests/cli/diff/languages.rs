//! What is read in the languages that a flow is offered in.

use super::{SHOP, compared, lines, project};
use crate::project::Project;

/// The flow in several languages, each a file of its own.
fn translated() -> String {
    SHOP.replacen("flow: shop", "flow: shop\nlanguages: { default: en-US, fr-FR: fr.yaml, de-DE: de.yaml }", 1)
}

const FRENCH: &str = "Person: Personne\nFirst name: Prénom\nStreet: Rue\nCity: Ville\nAddress: Adresse\nPrivate: Privé\nAnything: Tout\nWelcome to the bank: Bienvenue\n";
const GERMAN: &str = "Person: Person\nFirst name: Vorname\nStreet: Straße\nCity: Ort\nAddress: Anschrift\n";

/// A project in which only the French of the draft is another: the live flow has its own file of it.
fn edited(old: &str, new: &str) -> Project {
    assert!(FRENCH.contains(old), "{old}");
    project(&translated(), &translated().replace("fr.yaml", "fr-new.yaml"))
        .with("scenarios/fr.yaml", FRENCH)
        .with("scenarios/fr-new.yaml", FRENCH.replace(old, new))
        .with("scenarios/de.yaml", GERMAN)
}

#[test]
fn what_differs_in_one_language_alone_is_named_without_a_flag() {
    let edits = [
        ("City: Ville", "City: Commune", "cosmetic label Address: *Ville* is now called *Commune*"),
        (
            "Address: Adresse",
            "Address: Votre adresse",
            "cosmetic title Address: the title is now *Votre adresse*, was *Adresse*",
        ),
        (
            "Private: Privé",
            "Private: Particulier",
            "cosmetic option-label Person: the option *Privé* of *Kind* is now called *Particulier*",
        ),
        (
            "Anything: Tout",
            "Anything: N\u{2019}importe quoi",
            "cosmetic text Payment: the tooltip of *Remark* is now \"N\u{2019}importe quoi\", was \"Tout\"",
        ),
        (
            "Welcome to the bank: Bienvenue",
            "Welcome to the bank: Bonjour",
            "cosmetic end-text end \u{201c}Welcome to the bank\u{201d}: the text is now \"Bonjour\", was \"Bienvenue\"",
        ),
        ("Street: Rue\n", "", "cosmetic label Address: *Rue* is now called *Street*"),
    ];
    for (old, new, expected) in edits {
        let project = edited(old, new);
        let comparison = compared(&project, &[]);
        assert_eq!(lines(&comparison), [expected], "{new}");
        let difference = &comparison["differences"][0];
        assert_eq!(difference["language"], "fr-FR");
        assert_eq!(comparison["notes"], serde_json::json!([]));
        // The witness passes on the one side and fails on the other.
        let scenario = difference["witness"]["scenario"].as_str().unwrap_or_else(|| panic!("{difference:#}"));
        project.write("scenarios/shown.yaml", scenario);
        drop(project.draftgate(&["run", "scenarios/shown.yaml"]).exits(0));
        project.write("scenarios/shown.yaml", scenario.replacen("flow: shop\n", "flow: shop\nversion: live\n", 1));
        drop(project.draftgate(&["run", "scenarios/shown.yaml"]).exits(1));
    }
    let ended = edited("City: Ville", "City: Commune").draftgate(&["diff", "shop"]).exits(0);
    drop(ended.says("\n  Address (fr-FR)\n    *Ville* is now called *Commune*\n"));
}

#[test]
fn what_differs_in_every_language_is_told_once() {
    let draft = translated().replace("name: Street,", "name: Street and number,").replace("fr.yaml", "fr-new.yaml");
    let project = project(&translated(), &draft)
        .with("scenarios/fr.yaml", FRENCH)
        .with("scenarios/fr-new.yaml", FRENCH.replace("Street: Rue", "Street and number: Rue"))
        .with("scenarios/de.yaml", GERMAN);
    // In German there is no word for it any more.
    assert_eq!(
        lines(&compared(&project, &[])),
        [
            "cosmetic label Address: *Street* is now called *Street and number*",
            "cosmetic label Address: *Straße* is now called *Street and number*",
        ]
    );
    // Who names languages is told of no others.
    assert_eq!(
        lines(&compared(&project, &["--language", "en-US"])),
        ["cosmetic label Address: *Street* is now called *Street and number*"]
    );
}

#[test]
fn a_language_may_be_gone_or_new() {
    let draft = translated().replace(", de-DE: de.yaml", "");
    let files = |live: &str, draft: &str| {
        project(live, draft).with("scenarios/fr.yaml", FRENCH).with("scenarios/de.yaml", GERMAN)
    };
    let gone = compared(&files(&translated(), &draft), &[]);
    assert_eq!(lines(&gone), ["breaking language : the flow is no longer offered in *de-DE*"]);
    assert!(gone["differences"][0]["witness"]["scenario"].as_str().unwrap().contains("language: de-DE"));
    let new = compared(&files(&draft, &translated()), &[]);
    assert_eq!(lines(&new), ["additive language : the flow is now offered in *de-DE*"]);
}

#[test]
fn what_is_not_compared_is_said() {
    let project = edited("City: Ville", "City: Commune");
    let explored = compared(&project, &["--language", "en-US"])["after"]["requests"].as_u64().unwrap();
    let limit = (explored + 10).to_string();
    let comparison = compared(&project, &["--max-requests", &limit]);
    assert_eq!(lines(&comparison), Vec::<String>::new());
    assert_eq!(comparison["notes"], serde_json::json!(["other languages were not compared: a limit was reached"]));
    assert!(comparison["after"]["requests"].as_u64().unwrap() <= explored + 10);
    let limit = (explored + 60).to_string();
    let notes = compared(&project, &["--max-requests", &limit])["notes"].to_string();
    assert!(notes.contains("in fr-FR ") && notes.contains(" were not compared: a limit was reached"), "{notes}");
}
