//! Edits of a draft, one definition each: what is told of them, and that it is so.

use serde_json::Value;

use super::{SHOP, compared, edited, lines, project};
use crate::project::Project;

/// What an edit is called, what it puts in place of what, and what is told of it.
type Edit<'e> = (&'e str, &'e [(&'e str, &'e str)], &'e [&'e str]);

/// Edits each definition, holds what is told to what is expected, and plays the scenarios on both sides.
#[track_caller]
fn hold(edits: &[Edit<'_>]) {
    for (name, edits, expected) in edits {
        let draft = edited(edits);
        let comparison = compared(&project(SHOP, &draft), &[]);
        assert_eq!(lines(&comparison), *expected, "{name}");
        // What exploring passes over by itself is told, and nothing else was.
        let notes = comparison["notes"].as_array().unwrap().iter();
        let odd: Vec<_> =
            notes.filter(|note| !note.as_str().unwrap().contains("not tried, to send few requests")).collect();
        assert!(odd.is_empty(), "{name}: {odd:?}");
        let plain = |text: &str| {
            Project::new()
                .with("scenarios/draftgate.yaml", "snapshots: { dir: ../snapshots }\n")
                .with("scenarios/shop.flow.yaml", text)
        };
        for (side, project) in [("before", plain(SHOP)), ("after", plain(&draft))] {
            play(name, side, &project, &comparison);
        }
    }
}

/// Plays the scenarios of all differences on one side: those pass that say so, the others fail.
#[track_caller]
fn play(name: &str, side: &str, project: &Project, comparison: &Value) {
    let all = comparison["differences"].as_array().unwrap();
    for (at, difference) in all.iter().enumerate() {
        let scenario = difference["witness"]["scenario"].as_str();
        let scenario = scenario.unwrap_or_else(|| panic!("{name}: no witness: {difference}"));
        project.write(&format!("scenarios/w{at}.yaml"), scenario);
    }
    let ended = project.draftgate(&["run"]);
    for (at, difference) in all.iter().enumerate() {
        let passes = difference["witness"]["passes"] == side;
        let line = ended.stdout.lines().find(|line| line.ends_with(&format!("] w{at}")));
        let line = line.unwrap_or_else(|| panic!("{name}: w{at} was not played\n{}", ended.all()));
        assert_eq!(line.trim_start().starts_with("PASS"), passes, "{name}, {side}: {difference}\n{}", ended.all());
    }
}

#[test]
fn what_is_asked_for() {
    hold(&[
        (
            "a field becomes required",
            &[("{ name: City, type: text }", "{ name: City, type: text, required: true }")],
            &["breaking required Address: *City* became required"],
        ),
        (
            "a field need not be filled in any more",
            &[("role: last_name, type: text, required: true", "role: last_name, type: text")],
            &["additive required Person: *Last name* is no longer required"],
        ),
        (
            "an optional field is new",
            &[(
                "      - { name: City, type: text }\n",
                "      - { name: City, type: text }\n      - { name: Floor, type: number }\n",
            )],
            &["additive field-added Address: *Floor* was added after *City* (number)"],
        ),
        (
            "a required field is new",
            &[(
                "      - { name: City, type: text }\n",
                "      - { name: City, type: text }\n      - { name: Zip, type: text, required: true }\n",
            )],
            &["breaking field-added Address: *Zip* was added after *City* (text, required)"],
        ),
        (
            "a field goes",
            &[("      - { name: City, type: text }\n", "")],
            &["breaking field-removed Address: *City* was removed (text)"],
        ),
        (
            "a field is of another type",
            &[("{ name: City, type: text }", "{ name: City, type: number }")],
            &["breaking type Address: *City* is now of the type number, was text"],
        ),
        (
            "a text between the fields is new",
            &[(
                "      - { name: City, type: text }\n",
                "      - { name: City, type: text }\n      - { name: Hint, type: static, content: Nothing is binding }\n",
            )],
            &["cosmetic field-added Address: *Hint* was added after *City* (static)"],
        ),
    ]);
}

#[test]
fn what_is_taken() {
    hold(&[
        (
            "a maximum is lower",
            &[("max: 10000", "max: 5000")],
            &["breaking bound Payment: the maximum of *Amount* is now 5000, was 10000"],
        ),
        (
            "a maximum is higher",
            &[("max: 10000", "max: 20000")],
            &["additive bound Payment: the maximum of *Amount* is now 20000, was 10000"],
        ),
        (
            "a length is shorter",
            &[("max_length: 50", "max_length: 20")],
            &["breaking bound Person: the maximum length of *First name* is now 20, was 50"],
        ),
        (
            "a validation goes",
            &[("min_length: 3, ", "")],
            &["additive bound Document check: *Passport number* no longer has the minimum length 3"],
        ),
        (
            "a pattern is new",
            &[("min_length: 3, max_length: 9", "min_length: 3, max_length: 9, pattern: '^[A-Z0-9]+$'")],
            &["breaking bound Document check: *Passport number* now has the pattern \"^[A-Z0-9]+$\""],
        ),
        (
            "an option is new",
            &[("[CA, DE, FR]", "[CA, DE, FR, US]")],
            &["additive options-added Person: *Country* has the new option *US*"],
        ),
        (
            "an option goes",
            &[("[CA, DE, FR]", "[CA, DE]")],
            &["breaking options-removed Person: *Country* no longer has the option *FR*"],
        ),
        (
            "an option has another label",
            &[("label: Private", "label: A person")],
            &["cosmetic option-label Person: the option *Private* of *Kind* is now called *A person*"],
        ),
        (
            "fewer files are taken",
            &[("[pdf, png]", "[pdf]")],
            &["breaking input Address: the accepted file types of *Proof* are now \"pdf\", were \"pdf\", \"png\""],
        ),
        (
            "a date is written otherwise",
            &[("DD/MM/YYYY", "MM/DD/YYYY")],
            &["breaking input Address: *Since*: dateFormat is now \"MM/DD/YYYY\", was \"DD/MM/YYYY\""],
        ),
        (
            "a field is shown at times only",
            &[(
                "{ name: City, type: text }",
                "{ name: City, type: text, condition: { element: Street, filled: true } }",
            )],
            &["breaking condition Address: *City* is now shown only when *Street* is filled in, was always"],
        ),
    ]);
}

#[test]
fn what_is_read() {
    hold(&[
        (
            "a label",
            &[("name: Street", "name: Street and number")],
            &["cosmetic label Address: *Street* is now called *Street and number*"],
        ),
        (
            "the label of a field that has a role, which nobody could guess from the old one",
            &[("name: First name", "name: How are you called")],
            &["cosmetic label Person: *First name* is now called *How are you called*"],
        ),
        (
            "a title",
            &[("title: Address", "title: Your home")],
            &["cosmetic title Your home: the title is now *Your home*, was *Address*"],
        ),
        (
            "what an END says",
            &[("Welcome to the bank", "Glad to see you")],
            &[
                "cosmetic end-text end \u{201c}Glad to see you\u{201d}: the text is now \"Glad to see you\", was \"Welcome to the bank\"",
            ],
        ),
        (
            "a tooltip",
            &[("tooltip: Anything", "tooltip: Whatever")],
            &["cosmetic text Payment: the tooltip of *Remark* is now \"Whatever\", was \"Anything\""],
        ),
        (
            "what a field comes filled in with",
            &[
                ("{ name: Remark, type: text,", "{ name: Remark, type: text, value: None,"),
                ("min: 1, max: 10000", "min: 1, max: 10000, value: 50"),
            ],
            &["cosmetic value Payment: *Amount* is now filled in with 50 beforehand"],
        ),
        (
            "what a choice on the first form comes filled in with",
            &[("name: Kind, type: dropdown, required: true,", "name: Kind, type: dropdown, required: true, value: b,")],
            &["cosmetic value Person: *Kind* is now filled in with \"b\" beforehand"],
        ),
        (
            "the order of fields",
            &[(
                "      - { name: Street, type: text, required: true }\n      - { name: City, type: text }\n",
                "      - { name: City, type: text }\n      - { name: Street, type: text, required: true }\n",
            )],
            &["cosmetic order Address: *City* moved before *Street*"],
        ),
    ]);
}

#[test]
fn where_it_leads() {
    hold(&[
        (
            "the condition of a branch",
            &[("person.country == 'CA'", "person.country == 'DE'")],
            &[
                "breaking way Person: when *Country* is CA, *Person* now leads to *Address*, was *Document check*",
                "breaking way Person: when *Country* is DE, *Person* now leads to *Document check*, was *Address*",
            ],
        ),
        (
            "a threshold",
            &[(">= 1000", ">= 100")],
            &[
                "breaking way Payment: when *Amount* is from 100 to 999, *Payment* now leads to *end \u{201c}We are sorry\u{201d}*, was *end \u{201c}Welcome to the bank\u{201d}*",
            ],
        ),
        (
            "a threshold that lies between two amounts that exploring tries",
            &[(">= 1000", ">= 640")],
            &[
                "breaking way Payment: when *Amount* is from 640 to 999, *Payment* now leads to *end \u{201c}We are sorry\u{201d}*, was *end \u{201c}Welcome to the bank\u{201d}*",
            ],
        ),
        (
            "two thresholds that lie between two amounts that exploring tries",
            &[(
                "  - { condition: large, when: payment.amount >= 1000, then: sorry, else: welcome }\n",
                "  - { condition: large, when: payment.amount >= 1000, then: sorry, else: middle }\n  - { condition: middle, when: payment.amount >= 700, then: document, else: welcome }\n",
            )],
            &[
                "breaking loop Payment: when *Amount* is from 700 to 999, *Payment* now leads to *Document check*, was *end \u{201c}Welcome to the bank\u{201d}*: a loop",
            ],
        ),
        (
            "the target of a branch",
            &[("then: document, else: address", "then: address, else: document")],
            &[
                "breaking way Person: when *Country* is DE or FR, *Person* now leads to *Document check*, was *Address*",
                "breaking way Person: when *Country* is CA, *Person* now leads to *Address*, was *Document check*",
            ],
        ),
        (
            "a step becomes unreachable",
            &[("person.country == 'CA'", "person.country == 'XX'")],
            &[
                "breaking step-gone Document check: *Document check* is no longer reached: when *Country* is CA, *Person* now leads to *Address*",
            ],
        ),
        (
            "a step between two others",
            &[
                (
                    "  - form: payment\n",
                    "  - form: funds\n    title: Source of funds\n    elements: [ { name: Source, type: text, required: true } ]\n  - form: payment\n",
                ),
                ("then: payment, else: sorry", "then: funds, else: sorry"),
                ("next: payment", "next: funds"),
            ],
            &[
                "breaking step-new Source of funds: *Source of funds* is new: *Address* leads to it, was *Payment*; *Document check* leads to it, was *Payment*",
            ],
        ),
        (
            "a step goes",
            &[
                (
                    "  - form: document\n    title: Document check\n    elements: [ { name: Passport number, type: text, required: true, min_length: 3, max_length: 9 } ]\n    next: payment\n",
                    "",
                ),
                ("then: document", "then: payment"),
            ],
            &[
                "breaking step-gone Document check: *Document check* is no longer reached: when *Country* is CA, *Person* now leads to *Payment*",
            ],
        ),
        (
            "a step at the beginning",
            &[("nodes:\n", "nodes:\n  - { form: intro, title: Intro, elements: [ { name: Fine, type: text } ] }\n")],
            &["breaking step-new Intro: *Intro* is new: the flow begins with it"],
        ),
        (
            "a step that only a new option leads to",
            &[
                ("[CA, DE, FR]", "[CA, DE, FR, US]"),
                (
                    "  - { condition: in-canada",
                    "  - { condition: in-the-us, when: person.country == 'US', then: ssn, else: in-canada }\n  - { form: ssn, title: Social security, elements: [ { name: Number, type: text, required: true } ], next: payment }\n  - { condition: in-canada",
                ),
            ],
            &[
                "additive options-added Person: *Country* has the new option *US*",
                "additive step-new Social security: *Social security* is new",
            ],
        ),
        (
            "a loop",
            &[("    next: payment\n", "    next: person\n")],
            &["breaking loop Document check: *Document check* now leads to *Person*, was *Payment*: a loop"],
        ),
    ]);
}

#[test]
fn what_services_say() {
    hold(&[
        (
            "a service refuses somebody",
            &[("!= 'Never'", "!= 'Nomatch'")],
            &[
                "breaking way Address: when *Last name* of *Person* is Nomatch, *Address* now leads to *end \u{201c}We are sorry\u{201d}*, was *Payment*",
            ],
        ),
        (
            "a service fails",
            &[("match: person.last_name != 'Never'", "fails: 4009")],
            &["breaking refused Address: *Address* is now refused with 4009, was *Payment*"],
        ),
    ]);
}
