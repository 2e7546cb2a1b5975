//! How it is told: in a terminal, in Markdown, as JSON, as scenarios, and by the exit code.

use serde_json::Value;

use super::{SHOP, compared, edited, project};

const LABEL: (&str, &str) = ("name: Street", "name: Street and number");
const OPTION: (&str, &str) = ("[CA, DE, FR]", "[CA, DE, FR, US]");
const REQUIRED: (&str, &str) = ("{ name: City, type: text }", "{ name: City, type: text, required: true }");

#[test]
fn the_exit_code_goes_by_the_gravest_grade() {
    let codes = ["breaking", "additive", "cosmetic", "never"];
    for (edits, expected) in [
        (&[][..], [0, 0, 0, 0]),
        (&[LABEL], [0, 0, 1, 0]),
        (&[LABEL, OPTION], [0, 1, 1, 0]),
        (&[LABEL, OPTION, REQUIRED], [1, 1, 1, 0]),
    ] {
        let project = project(SHOP, &edited(edits));
        for (grade, code) in codes.iter().zip(expected) {
            drop(project.draftgate(&["diff", "shop", "--fail-on", grade]).exits(code));
        }
        let gravest = if edits.len() == 3 { 1 } else { 0 };
        drop(project.draftgate(&["diff", "shop"]).exits(gravest));
    }
}

#[test]
fn a_terminal_shows_the_gravest_first_each_with_its_steps() {
    let project = project(SHOP, &edited(&[LABEL, OPTION, REQUIRED]));
    let told = project.draftgate(&["diff", "shop"]).exits(1);
    let told = told.says("shop: live \u{2192} draft\n  1 breaking, 1 additive, 1 cosmetic; live: 6 steps, ");
    let told = told.says(
        "\nbreaking (1)\n  Address\n    *City* became required\n      passes with draft:\n        - init\n\n        - submit:\n            Country: DE\n          fill: valid\n          expect: Address\n\n        - submit: {}\n          fill: valid\n          omit: [City]\n          expect: { error: 4006 }\n\nadditive (1)\n  Person\n    *Country* has the new option *US*\n",
    );
    drop(
        told.says("\ncosmetic (1)\n  Address\n    *Street* is now called *Street and number*\n")
            .never_says("flow: shop"),
    );
    let whole = project.draftgate(&["diff", "shop", "--witness"]).exits(1);
    drop(whole.says(
        "      scenario: \"\u{201c}City\u{201d} became required\"\n      flow: shop\n      snapshot: false\n      steps:\n",
    ));
    drop(
        project
            .draftgate(&["diff", "shop", "--color", "always"])
            .exits(1)
            .says("\u{1b}[1mCity\u{1b}[0m became required"),
    );
}

#[test]
fn files_say_the_same_and_fit_their_schema() {
    let project = project(SHOP, &edited(&[LABEL, ("title: Payment", "title: '<b>Pay|ment'")]));
    let arguments = ["diff", "shop", "--json", "out/d.json", "--markdown", "out/d.md", "--scenarios", "out/shown"];
    drop(project.draftgate(&arguments).exits(0).says("Wrote 2 scenarios into out/shown\n"));
    let schema: Value = serde_json::from_str(&project.draftgate(&["schema", "diff"]).exits(0).stdout).unwrap();
    let found: Value = serde_json::from_str(&project.read("out/d.json").unwrap()).unwrap();
    let wrong: Vec<String> =
        jsonschema::draft7::new(&schema).unwrap().iter_errors(&found).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!((&found["before"]["name"], &found["after"]["whole"]), (&"live".into(), &true.into()));
    let page = project.read("out/d.md").unwrap();
    assert!(page.starts_with("## draftgate: 2 cosmetic\n\n### shop: live \u{2192} draft\n"), "{page}");
    assert!(page.contains("- Address: **Street** is now called **Street and number**\n"), "{page}");
    assert!(page.contains("the title is now **&lt;b&gt;Pay\\|ment**, was **Payment**\n"), "{page}");
    assert!(page.contains("<details><summary>the shortest scenario that shows it; it passes with draft</summary>"));
    let files = project.files("out/shown");
    assert_eq!(files, ["out/shown/address-label.yaml", "out/shown/b-pay-ment-title.yaml"]);
    let scenario = project.read("out/shown/address-label.yaml").unwrap();
    assert!(scenario.starts_with("# Written by `draftgate diff`"), "{scenario}");
    // What is there stays, unless it may be written over.
    drop(project.draftgate(&arguments).exits(2).complains("out/shown"));
    drop(project.draftgate(&[&arguments[..], &["--force"]].concat()).exits(0));
    project.write("notes.md", "# Mine\n");
    drop(project.draftgate(&["diff", "shop", "--markdown", "notes.md"]).exits(2).complains("notes.md"));
    assert_eq!(project.read("notes.md").unwrap(), "# Mine\n");
}

#[test]
fn the_rules_are_listed_without_a_flow() {
    let project = project(SHOP, SHOP);
    drop(project.draftgate(&["diff", "--rules"]).exits(0).says("breaking\n").says("\nadditive\n").says("\ncosmetic\n"));
    drop(project.draftgate(&["diff"]).exits(2).complains("<FLOW>"));
}

#[test]
fn several_edits_are_each_told() {
    let comparison = compared(&project(SHOP, &edited(&[LABEL, OPTION, REQUIRED])), &[]);
    assert_eq!(comparison["differences"].as_array().unwrap().len(), 3);
}
