use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::map::{FlowMap, KnownElement};
use crate::scenario::{discover, load};

/// A flow of two steps; the first one's field has a new label.
fn map(label: &str, former: &str) -> FlowMap {
    let mut map: FlowMap = serde_json::from_value(json!({
        "format": 1, "flow": "shop", "recorded": "2026-01-31", "complete": true,
        "views": [{
            "version": "draft", "first": ["You"],
            "steps": [
                {"key": "You", "title": "You", "type": "form", "elements": [{"name": "x", "role": "given", "type": "text"}]},
                {"key": "Scan", "title": "Scan", "type": "trulioo_docv"},
                {"key": "end", "type": "end"},
            ],
            "moves": [{"from": "You", "way": "submit", "to": "Scan"}, {"from": "Scan", "way": "submit", "to": "end"}],
        }],
    }))
    .unwrap();
    let formerly = vec![former.to_owned()];
    let element = &mut map.views[0].steps[0].elements[0];
    *element = KnownElement { name: label.to_owned(), formerly, ..element.clone() };
    map
}

/// What is odd in scenarios of that flow, each warning as its code and what its place covers.
fn found(map: FlowMap, files: &[(&str, &str)]) -> (Sources, Vec<Diagnostic>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut sources = Sources::default();
    let discovery = discover(folder.path(), &mut sources);
    let all = |_: &Path| true;
    let suite = load(&discovery, &all, &mut sources).unwrap();
    let maps = BTreeMap::from([("shop".to_owned(), map)]);
    let material = Material {
        suite: &suite,
        sources: &sources,
        maps: &maps,
        flows: &Flows::default(),
        whole: true,
        config: None,
        harmless: &[],
    };
    let found = lint(&material);
    (sources, found)
}

/// The warnings of one scenario with these steps.
fn of(steps: &str) -> Vec<(&'static str, String)> {
    let text = format!("scenario: S\nflow: shop\nsteps:\n{steps}");
    let (sources, found) = found(map("Given name", "First name"), &[("s.yaml", &text)]);
    let told = |one: &Diagnostic| (one.code.unwrap().number(), sources.slice(one.span).to_owned());
    found.iter().map(told).collect()
}

#[test]
fn what_a_template_a_branch_or_another_session_decides_is_not_told() {
    for steps in [
        "  - init\n  - submit: { \"{{ env.LABEL }}\": 1 }\n",
        "  - init\n  - submit: { 64f0a1b2c3d4e5f60718293a: 1, \"id:7\": 2 }\n",
        "  - init\n  - submit: { Anything: 1 }\n    map: false\n",
        "  - init\n  - submit: { Anything: 1 }\n    session: \"{{ uuid() }}\"\n    expect: 4100\n",
        "  - init\n  - submit: { given: Ada }\n  - submit: { anything: 1 }\n",
        "  - init\n  - submit: { given: Ada }\n    expect: Scan\n  - submit: { done: true }\n    expect: end\n",
        "  - init\n  - submit: { given: Ada }\n    expect: \"{{ env.NEXT }}\"\n  - submit: { anything: 1 }\n",
        "  - init\n  - submit: { given: Ada }\n    expect: pending\n  - submit: { anything: 1 }\n",
        "  - redeem: abc\n  - current\n  - submit: { anything: 1 }\n",
        "  - init\n  - submit: { given: Ada }\n    expect: Scan\n    when: \"env.X == '1'\"\n  - submit: { anything: 1 }\n",
        "  - init\n  - request: { path: /x }\n    expect: Elsewhere\n",
        "  - init\n  - submit: { given: Ada }\n    expect: trulioo_docv\n",
        "  - current:\n    session: \"{{ env.SESSION }}\"\n  - submit: { anything: 1 }\n",
        "  - redeem: abc\n  - init\n  - submit: { givn: 1 }\n",
        "  - init:\n    headers: { x-hf-language: fr-CA }\n  - submit: { Prénom: Ada }\n",
    ] {
        assert_eq!(of(steps), [], "{steps}");
    }
}

#[test]
fn what_another_api_may_answer_is_not_told() {
    for steps in [
        "  - init:\n    checks: [-status]\n    expect: { error: 4001, status: 200 }\n",
        "  - init\n  - submit: { given: false }\n    fill: valid\n    expect: 4006\n",
        "  - redeem: abc\n  - current:\n    expect: { session: new }\n",
    ] {
        assert_eq!(of(steps), [], "{steps}");
    }
}

#[test]
fn an_allowance_of_what_only_a_map_shows_waits_for_one() {
    let text = |flow: &str, code: &str| {
        format!("scenario: S\nflow: {flow}\nsteps:\n  - init   # lint: allow {code} it is new\n")
    };
    let codes = |flow: &str, code: &str| {
        let (_, found) = found(map("a", "b"), &[("s.yaml", &text(flow, code))]);
        found.iter().map(|one| one.code.unwrap().number()).collect::<Vec<_>>()
    };
    assert_eq!(codes("shop", "W001"), ["W019"]);
    assert_eq!(codes("unknown", "W007"), Vec::<&str>::new());
    assert_eq!(codes("unknown", "W008"), ["W019"]);
}

#[test]
fn applicants_stand_each_on_a_step_of_their_own() {
    let steps = "  - init:\n    as: ada\n  - submit: { given: Ada }\n    as: ada\n    expect: Scan\n  - init:\n    as: eve\n  - submit: { done: true }\n    as: ada\n  - submit: { done: true }\n    as: eve\n";
    assert_eq!(of(steps), [("W001", "done".to_owned())]);
}

#[test]
fn a_refused_submit_leaves_the_applicant_where_it_was() {
    let steps = "  - init\n  - submit: { given: Ada }\n    expect: 4008\n  - submit: { givn: Ada }\n    expect: Scan\n";
    assert_eq!(of(steps), [("W001", "givn".to_owned())]);
}

#[test]
fn the_last_steps_run_wherever_the_others_stopped() {
    let steps = "  - init\n  - submit: { given: Ada }\n    expect: Scan\nfinally:\n  - submit: { given: Eve, givn: Eve }\n  - submit: { done: 1 }\n";
    assert_eq!(of(steps), [("W001", "givn".to_owned())]);
}

#[test]
fn a_scenario_that_is_skipped_may_be_ahead_of_the_flow() {
    let text = "scenario: S\nflow: shop\nskip: the step is being built\nsteps:\n  - init:\n    expect: Not there yet\n";
    assert!(found(map("a", "b"), &[("s.yaml", text)]).1.is_empty());
}

#[test]
fn a_name_used_anywhere_is_used() {
    let text = "scenario: S\nflow: shop\nvars: { a: 1, b: \"{{ a }}\", c: 2, d: 3, e: 4, f: 5 }\nsteps:\n  - init:\n    when: \"c == 2\"\n  - submit: { given: \"{{ d | default('x') }}{% if e is defined %}y{% endif %}\" }\n    expect: { json: { $.id: { not: \"{{ b }}\" } } }\n  - use: { fragment: part.yaml, with: { p: 1 } }\n";
    let part = "fragment: P\nparams: { p: }\nsteps:\n  - submit: { given: \"{{ p }}{{ f }}\" }\n";
    let (_, found) = found(map("a", "b"), &[("s.yaml", text), ("part.yaml", part)]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn secrets_are_told_from_names_and_ids() {
    let text =
        |line: &str| format!("scenario: S\nflow: shop\nvars:\n  v: 1 # {line}\nsteps:\n  - init:\n    when: v\n");
    for (line, secret) in [
        ("client_secret: \"{{ secret.X }}\"", None),
        ("password: wrong", None),
        ("files/Electricity-Bill-From-London-2024.pdf", None),
        ("64f0a1b2c3d4e5f60718293a 6f9619ff-8b86-d011-b42d-00cf4fc964ff", None),
        ("AnAutomaticallyGeneratedVariableName", None),
        ("authorization: Representative", None),
        ("access_token: \"[token]\"", None),
        ("private_key: keys/qa.pem", None),
        ("Basic identification of applicants", None),
        ("md5 9f86d081884c7d659a2feaa0c55ad015", None),
        ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", None),
        ("authorization: Basic dXNlcjpwYXNzd29yZA", Some("dXNlcjpwYXNzd29yZA")),
        ("password: Hunter2!", Some("Hunter2!")),
        ("api-key: 'k9-17-a'", Some("k9-17-a")),
        ("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", Some("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln")),
        ("customer: 9f86d081884c7d659a2feaa0c55ad015", None),
        ("api_key: 9f86d081884c7d659a2feaa0c55ad015", Some("9f86d081884c7d659a2feaa0c55ad015")),
        ("webhook_secret: 9f86d081884c7d659a2feaa0c55ad015", Some("9f86d081884c7d659a2feaa0c55ad015")),
        ("sk_live_4eC39HqLyjWDarjtT1", Some("sk_live_4eC39HqLyjWDarjtT1")),
        ("base_url: https://qa:Hunter2x@flows.example/api", Some("Hunter2x")),
        ("base_url: https://qa:{{ secret.X }}@flows.example:8080/a@b", None),
        ("Cookie: lang=de; sid=9f86d081884c7d659a2f", Some("9f86d081884c7d659a2f")),
        ("Bearer abcdef-123456", Some("abcdef-123456")),
    ] {
        let (sources, found) = found(map("a", "b"), &[("s.yaml", &text(line))]);
        let told: Vec<&str> = found.iter().map(|one| sources.slice(one.span)).collect();
        assert_eq!(told, secret.into_iter().collect::<Vec<_>>(), "{line}");
    }
}

#[test]
fn matchers_that_something_satisfies_are_not_told() {
    for matcher in [
        "{ between: [1, 1] }",
        "{ gte: 3, lte: 3 }",
        "{ gt: 3, lt: 4 }",
        "{ matches: \"^a|b$\" }",
        "{ matches: \"(^|,)a($|,)\" }",
        "{ not: { one_of: [] } }",
        "{ equals: abc, starts_with: a }",
        "{ gt: \"2024-01-01\", lt: 5 }",
    ] {
        assert_eq!(of(&format!("  - init:\n    expect: {{ json: {{ $.x: {matcher} }} }}\n")), [], "{matcher}");
    }
    for matcher in [
        "{ gt: 3, lte: 3 }",
        "{ one_of: [] }",
        "{ every: { between: [b, a] } }",
        "{ matches: \"a$b\" }",
        "{ equals: abc, starts_with: b }",
    ] {
        let told = of(&format!("  - init:\n    expect: {{ json: {{ $.x: {matcher} }} }}\n"));
        assert_eq!(told.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["W015"], "{matcher}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever a field is called now: once the fix is made, the file is read again and names it.
    #[test]
    fn a_fix_leaves_a_file_that_says_what_it_should(label in "\\PC{1,16}", style in 0..4_usize) {
        let label = label.trim();
        prop_assume!(!label.is_empty() && !label.contains("{%") && !label.contains("{{") && label != "First name");
        prop_assume!(label != "given" && !crate::api::id::is_generated_id(label));
        // These are read as something else than a label, as they are in a run.
        prop_assume!(!["id:", "role:", "name:", "normalized:"].iter().any(|prefix| label.starts_with(prefix)));
        let key = ["First name", "\"First name\"", "'First name'", "? First name\n      "][style];
        let text = format!("# before\nscenario: S\nflow: shop\nsteps:\n  - init\n  - submit:\n      {key}: Ada   # after\n");
        let (sources, warnings) = found(map(label, "First name"), &[("s.yaml", &text)]);
        prop_assert_eq!(warnings.len(), 1);
        let fixed = fix::apply(&warnings, &sources);
        prop_assert_eq!(fixed.len(), 1);
        let text = &fixed[0].text;
        prop_assert!(text.starts_with("# before\nscenario: S\nflow: shop\nsteps:\n  - init\n  - submit:\n"), "{}", text);
        prop_assert!(text.ends_with(": Ada   # after\n"), "{}", text);
        let (sources, warnings) = found(map(label, "First name"), &[("s.yaml", text)]);
        prop_assert!(warnings.is_empty(), "{:?}\n{}", warnings, sources.all().next().unwrap().text);
    }
}
