//! `draftgate conform`: the same flow in other languages.

use super::options::chose;
use super::{after, all_reproduce, client, elements, found, mini, shows};
use crate::spoiling::Spoiling;

#[test]
fn a_label_that_is_not_translated() {
    let fault = after(|call, answer, _| {
        if call.language.as_deref() == Some("fr-FR") {
            elements(answer).filter(|element| element["name"] == "Rue et numéro").for_each(|element| {
                element["name"] = "Street name".into();
            });
        }
    });
    let found = found(fault, &[]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].1[0]["text"], "in fr-FR \u{201c}Street name\u{201d} is not translated");
    // The beginning, a submit in French.
    assert_eq!(found[0].1[0]["witness"]["calls"], 2);
    all_reproduce(fault, &found);
    let lacks = after(|call, answer, _| {
        if call.language.as_deref() == Some("fr-FR") {
            answer.body["elements"].as_array_mut().into_iter().for_each(|elements| drop(elements.pop()));
        }
    });
    shows(lacks, &["DG-13"], 1);
}

#[test]
fn a_way_that_another_language_takes() {
    let branch = after(|call, answer, _| {
        let chosen = ["own", "rent", "shared"].iter().any(|home| chose(call, answer, home));
        if call.language.as_deref() == Some("fr-FR") && chosen {
            answer.body["id"] = "0123456789abcdef01234567".into();
            answer.body["title"] = "Ailleurs".into();
        }
    });
    for seed in ["1", "2"] {
        let found = found(branch, &["--rule", "DG-13", "--seed", seed]);
        let finding = &found[0].1[0];
        let text = "in fr-FR the same data lead to Ailleurs, and otherwise to Proof of address";
        assert_eq!((&finding["step"], &finding["text"]), (&"Home address".into(), &text.into()), "{found:#?}");
        // The beginning, a submit, a submit in French.
        assert_eq!(finding["witness"]["calls"], 3);
        all_reproduce(branch, &found);
    }
}

#[test]
fn words_that_may_be_the_same_are_listed() {
    let fault = after(|call, answer, _| {
        if call.language.as_deref() == Some("fr-FR") {
            elements(answer).filter(|element| element["name"] == "Paiement").for_each(|element| {
                element["name"] = "Payment".into();
            });
        }
    });
    let spoiling = Spoiling::start(&mini(), fault);
    client(&spoiling)
        .draftgate(&["conform", "mini", "--strict", "--rule", "DG-14"])
        .exits(0)
        .says("(the same as by default, which may be meant: \u{201c}Payment\u{201d} in fr-FR)");
}
