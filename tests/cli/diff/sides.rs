//! What is compared with what: live and draft, a stored map and today, two servers; and what is said where a side is not there.

use serde_json::Value;

use super::{SHOP, compared, edited, lines, project};
use crate::project::Project;

#[test]
fn what_is_built_anew_does_not_differ() {
    // Every id of nodes and elements follows from the seed.
    let [one, other] = ["one", "two"].map(|seed| SHOP.replacen("flow: shop", &format!("flow: shop\nseed: {seed}"), 1));
    let comparison = compared(&project(&one, &other), &[]);
    assert_eq!((lines(&comparison), &comparison["notes"]), (Vec::new(), &serde_json::json!([])));
    assert!(comparison["before"]["whole"] == true && comparison["after"]["whole"] == true);
    // Nor where its steps are called otherwise inside.
    let renamed = other.replace("document", "passport").replace("payment", "paying").replace("welcome", "hello");
    let comparison = compared(&project(&one, &renamed.replace("text: hello", "text: Welcome")), &["--negatives"]);
    assert_eq!(lines(&comparison), Vec::<String>::new());
}

#[test]
fn going_back_may_be_forbidden() {
    let flow = |reenter: bool| {
        format!(
            "flow: shop
nodes:
  - {{ form: person, title: Person, elements: [ {{ name: Name, type: text, required: true }} ] }}
  - {{ interactive: docv, type: TRULIOO_DOCV, reenter: {reenter} }}
  - {{ form: payment, title: Payment, elements: [ {{ name: Remark, type: text }} ] }}
"
        )
    };
    let told = |live: bool, draft: bool| lines(&compared(&project(&flow(live), &flow(draft)), &[]));
    assert_eq!(told(true, false), ["breaking back Payment: going back is no longer possible"]);
    assert_eq!(told(false, true), ["additive back Payment: going back became possible"]);
}

#[test]
fn a_limit_is_no_loss() {
    let draft = edited(&[("person.country == 'CA'", "person.country == 'XX'")]);
    let comparison = compared(&project(SHOP, &draft), &["--max-sessions", "1"]);
    assert_eq!(lines(&comparison), Vec::<String>::new());
    let notes = comparison["notes"].to_string();
    assert!(notes.contains("draft was seen in part only, as a limit was reached"), "{notes}");
    assert_eq!(comparison["after"]["whole"], false);
    let project = project(SHOP, SHOP);
    drop(project.draftgate(&["diff", "shop", "--max-sessions", "1"]).exits(0).says("nothing differs in what was seen"));
}

#[test]
fn a_stored_map_is_compared_with_today() {
    let project = Project::new()
        .with("scenarios/draftgate.yaml", "snapshots: { dir: ../snapshots }\n")
        .with("scenarios/shop.flow.yaml", SHOP);
    drop(
        project
            .draftgate(&["diff", "shop", "--map"])
            .exits(2)
            .complains("there is no map of `shop` at snapshots/maps/"),
    );
    drop(project.draftgate(&["explore", "shop"]).exits(0));
    assert_eq!(lines(&compared(&project, &["--map"])), Vec::<String>::new());
    let stored = project.read("snapshots/maps/shop.map.json").unwrap();
    project.write("before.json", &stored);
    let draft = edited(&[
        ("person.country == 'CA'", "person.country == 'DE'"),
        ("{ name: City, type: text }", "{ name: City, type: text, required: true }"),
        ("title: Address", "title: Your home"),
    ]);
    project.write("scenarios/shop.flow.yaml", draft);
    for map in [&["--map"][..], &["--map", "before.json"]] {
        let comparison = compared(&project, map);
        assert_eq!(
            lines(&comparison),
            [
                "breaking way Person: when *Country* is CA, *Person* now leads to *Your home*, was *Document check*",
                "breaking way Person: when *Country* is DE, *Person* now leads to *Document check*, was *Address*",
                "breaking required Your home: *City* became required",
                "cosmetic title Your home: the title is now *Your home*, was *Address*",
            ]
        );
        assert!(comparison["before"]["name"].as_str().unwrap().starts_with("the map of "));
    }
    // It writes no map itself.
    assert_eq!(project.read("snapshots/maps/shop.map.json").unwrap(), stored);
    for (name, text, why) in [
        ("other.json", stored.replace("\"shop\"", "\"retail\""), "of the flow `retail`"),
        ("later.json", stored.replacen("\"format\": 1", "\"format\": 9", 1), "format 9"),
        ("none.json", "[]".to_owned(), "no map of a flow"),
    ] {
        project.write(name, text);
        drop(project.draftgate(&["diff", "shop", "--map", name]).exits(2).complains(why));
    }
    let french = ["diff", "shop", "--map", "--language", "fr-CA"];
    drop(project.draftgate(&french).exits(2).complains("knows nothing of the draft in fr-CA"));
}

#[test]
fn of_further_languages_what_is_read_is_compared() {
    let flow = SHOP.replacen("flow: shop", "flow: shop\nlanguages: { default: en-US, fr-FR: fr.yaml }", 1);
    let draft = flow.replacen("name: City, type: text }", "name: City, type: text, required: true }", 1);
    let project = project(&flow, &draft);
    project.write("scenarios/fr.yaml", "Street: Rue\nCity: Ville\nAddress: Adresse\n");
    let comparison = compared(&project, &["--language", "en-US", "--language", "fr-FR"]);
    assert_eq!(lines(&comparison), ["breaking required Address: *City* became required"]);
    drop(project.draftgate(&["diff", "shop", "--language", "xx"]).exits(2).complains("no language `xx`"));
}

#[test]
fn a_side_that_is_not_there_is_said_to_be_so() {
    let project = project(SHOP, SHOP);
    drop(project.draftgate(&["diff", "shp"]).exits(2).complains("there is no flow `shp`; did you mean `shop`?"));
    let unknown = project.draftgate(&["diff", "shop", "--against", "staging"]).exits(2);
    drop(unknown.complains("the configuration has no environment `staging`; it has none"));
    let both = project.draftgate(&["diff", "shop", "--against", "staging", "--map"]).exits(2);
    drop(both.complains("cannot be used with"));
    let environments = "snapshots: { dir: ../snapshots }\nenvironments:\n  staging: { server: { base_url: 'http://127.0.0.1:9/wfs' } }\n";
    project.write("scenarios/draftgate.yaml", environments);
    let near = project.draftgate(&["diff", "shop", "--against", "stagin"]).exits(2);
    drop(near.complains("the configuration has no environment `stagin`; did you mean `staging`?"));
    drop(project.draftgate(&["diff", "shop", "--against", "staging"]).exits(5).complains("127.0.0.1:9"));
    // Of a server that is configured live is only read when that is allowed.
    let live = project.draftgate(&["diff", "shop", "--base-url", "http://127.0.0.1:9/wfs"]).exits(2);
    drop(live.complains("only with --allow-live"));
    let allowed = ["diff", "shop", "--base-url", "http://127.0.0.1:9/wfs", "--allow-live"];
    drop(project.draftgate(&allowed).exits(5));
}

#[test]
fn a_draft_that_was_never_published_has_no_live_version() {
    let project = Project::new()
        .with("scenarios/draftgate.yaml", "snapshots: { dir: ../snapshots }\n")
        .with("scenarios/shop.draft.flow.yaml", SHOP);
    drop(
        project
            .draftgate(&["diff", "shop"])
            .exits(2)
            .complains("`shop` is not published: its live version answers 4000"),
    );
}

#[cfg(unix)]
#[test]
fn another_server_answers_with_another_code() {
    use crate::conform::{after, client, mini};
    use crate::spoiling::Spoiling;

    let served = mini();
    let fault = after(|_, answer, _| {
        if answer.body["code"] == 4008 {
            answer.body["code"] = 4006.into();
        }
    });
    let (spoilt, sound) = (Spoiling::start(&served, fault), Spoiling::start(&served, crate::spoiling::NONE));
    let project = client(&spoilt);
    let arguments = ["diff", "mini", "--against", &sound.base_url(), "--negatives", "--json", "d.json"];
    drop(project.draftgate(&arguments).exits(1));
    let found: Value = serde_json::from_str(&project.read("d.json").unwrap()).unwrap();
    let told = lines(&found);
    let expected = "breaking code Personal details: *Your age* below its minimum (17) is now refused with 4006, was refused with 4008";
    assert!(told.contains(&expected.to_owned()), "{told:#?}");
    assert!(told.iter().all(|line| line.starts_with("breaking code ")), "{told:#?}");
    assert_eq!(found["before"]["name"], format!("draft at {}", sound.base_url()));
    let at = told.iter().position(|line| line == expected).unwrap();
    let scenario = found["differences"][at]["witness"]["scenario"].as_str().unwrap();
    for (server, code) in [(&spoilt, 0), (&sound, 1)] {
        let project = client(server).with("scenarios/shown.yaml", scenario);
        drop(project.draftgate(&["run"]).exits(code));
    }
    // Where nothing is tried, nothing is told.
    let quiet = ["diff", "mini", "--against", &sound.base_url()];
    drop(project.draftgate(&quiet).exits(0).says("nothing differs; draft at "));
}
