use crate::api::operation::Version;
use crate::sandbox::examples::{RETAIL, definition, library, line, load_files};

fn mistakes(text: &str) -> Vec<String> {
    let (sources, result) = load_files(&[("x.flow.yaml", text)]);
    result.expect_err("a definition with mistakes").iter().map(|mistake| line(&sources, mistake)).collect()
}

#[test]
fn all_mistakes_of_a_file_come_together() {
    let found = mistakes(
        "flow: x
langages: {}
nodes:
  - form: personal
    titel: T
    elements:
      - { name: Age, type: nmber, max: 5 }
      - { name: Age, type: text, min: 1 }
      - { type: dropdown, name: Plan }
      - { name: Name, type: text, pattern: '(' }
      - { name: Doc, type: file, accept: [exe] }
  - service: match
    type: TRULIO_EIDV
    fails: 4004
    match: persnal.age > 1
  - condition: c
    when: personal.agee >
    then: nowhere
",
    );
    let expected = [
        "2:1 unknown key `langages` (did you mean `languages`?)",
        "5:5 unknown key `titel` (did you mean `title`?)",
        "7:28 unknown element type `nmber` (did you mean `number`?)",
        "8:17 the element `Age` is there twice (values are told apart by the element's name: give each its own)",
        "8:34 `min` means nothing for the type `text` (it is for number, date)",
        "9:33 there is nothing to choose from (add `options: [first, second]`)",
        "10:45 this is not a regular expression: unclosed group",
        "11:43 unknown file type `exe` (known here: pdf,",
        "13:11 unknown service type `TRULIO_EIDV` (did you mean `TRULIOO_EIDV`?)",
        "14:12 the number 4004 is no error code of the API (known here: 4000,",
        "17:11 this is not an expression: unexpected end of input",
    ];
    assert_eq!(found.len(), expected.len(), "{}", found.join("\n"));
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\ndoes not begin with\n{expected}");
    }
}

#[test]
fn names_that_lead_nowhere() {
    let found = mistakes(
        "nodes:
  - form: personal
    elements:
      - { name: A, type: text, condition: { element: Bee, equals: 1 } }
      - { name: Bees, type: text, condition: { element: Bees } }
    next: proff
  - service: check
    type: TRULIOO_EIDV
    match: persnal.a and personal.b and attempt > 1
  - condition: c
    when: attempt
    else: proof
  - form: proof
  - form: proof
",
    );
    assert_eq!(
        found,
        [
            "4:54 this form has no element `Bee` (did you mean `Bees`?)",
            "5:57 the element's condition asks for the element itself (name another element of the form, by its label or its role)",
            "6:11 there is no node `proff` (did you mean `proof`?)",
            "9:12 the expression asks for `persnal`, and no node has that name (did you mean `personal`?)",
            "9:35 the node `personal` has no `b` to ask for (it has: a, bees)",
            "11:11 the expression asks for `attempt`, and no node has that name (the nodes are personal, check, c, proof, proof)",
            "14:11 the node `proof` is there twice (expressions call it `proof`: give each node a name of its own)",
        ]
    );
}

#[test]
fn circles_without_an_applicant_are_refused() {
    let found = mistakes(
        "nodes:
  - form: a
  - service: s
    type: TRULIOO_EIDV
  - condition: c
    when: s.match
    then: end
    else: s
",
    );
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("3:14 the flow runs in circles"), "{}", found[0]);
    definition("nodes:\n  - form: a\n  - condition: c\n    when: a\n    else: a\n");
}

#[test]
fn a_node_that_nothing_leads_to_is_refused() {
    let text = "nodes:
  - form: a
    next: c
  - form: b
  - form: lost
  - form: c
  - end: bye
  - form: after
    next: b
";
    let help = "(lead to it with `next`, `then` or `else` of another node, or take it out)";
    // `after` leads to `b`, and that to `lost`: one report is enough for the three.
    assert_eq!(mistakes(text), [format!("8:11 no way leads to the node `after` {help}")]);
    let circle = "nodes:\n  - { form: a, next: end }\n  - { form: b, next: c }\n  - { form: c, next: b }\n";
    assert_eq!(mistakes(circle), [format!("3:13 no way leads to the node `b` {help}")]);
    let misspelt = "nodes:\n  - { form: a, nxt: c }\n  - { form: b, next: end }\n  - form: c\n";
    assert_eq!(mistakes(misspelt), ["2:16 unknown key `nxt` (did you mean `next`?)"], "which may be the way");
}

#[test]
fn what_would_be_taken_in_silence_is_told() {
    let account = ("sandbox.yaml", "themes: [a]\n");
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("sandbox.yaml");
    std::fs::write(&other, account.1).unwrap();
    let mut sources = crate::source::Sources::default();
    let twice = super::load(&mut sources, &[other.clone(), other]).unwrap_err();
    assert_eq!(twice[0].message, "there is another sandbox.yaml");
    let default = mistakes("languages: { en-US: fr.yaml }\nnodes: []\n");
    assert!(default[0].starts_with("1:14 `en-US` is the language that the definition is written in"), "{default:?}");
    assert!(mistakes("id: 'a?b'\nnodes: []\n")[0].starts_with("1:5 `a?b` cannot be a flow's id"));
    let fault = mistakes("faults: [ 503;on=flow+profile ]\nnodes: []\n");
    assert!(fault[0].starts_with("1:11 `profile` is about no flow"), "{fault:?}");
    let clients = "clients: [ { client_id: a, client_secret: b }, { client_id: a, client_secret: c } ]\n";
    let (_, same) = load_files(&[("sandbox.yaml", clients)]);
    assert_eq!(same.unwrap_err()[0].message, "the client `a` is there twice");
}

#[test]
fn faults_are_read_with_their_places() {
    let text = "faults:
  - latancy
  - { fault: 503, rate: 2 }
  - { fault: drip, pauses: 1s }
  - { fault: 4004 }
  - { rate: 0.5 }
  - { fault: 429, retry_after: 1, on: [submit, flw] }
nodes: []
";
    let expected = [
        "2:5 unknown fault `latancy` (did you mean `latency`?)",
        "3:25 `2` stands where a part from 0 to 1 is wanted (such as `0.1` or `10%`)",
        "4:20 the fault `drip` takes no `pauses` (did you mean `pause`?)",
        "5:14 4004 is neither an error code nor a status (an error code is one of the API's, a status is one from 400 to 599)",
        "6:5 the fault has no name (such as `fault: 503`)",
        "7:39 unknown operation `flw` (did you mean `flow`?)",
    ];
    assert_eq!(mistakes(text), expected);
    let read = definition("faults: [ 4109;times=1, { fault: latency, time: 20ms, on: submit } ]\nnodes: []\n");
    assert_eq!((read.faults.len(), read.faults[0].times, read.faults[1].on.len()), (2, Some(1), 1));
}

#[test]
fn what_an_element_comes_filled_in_with_is_checked() {
    let text = "nodes:
  - form: f
    elements:
      - { name: A, type: number, value: x }
      - { name: B, type: dropdown, options: [a, a], value: b }
      - { name: C, type: checkbox, value: 'yes' }
      - { name: D, type: checkbox_group, options: [a], value: [a, b] }
      - { name: E, type: dropdown, options: [a], value: a }
";
    let expected = [
        "4:41 the string \"x\" stands where a number is wanted",
        "5:49 the option `a` is there twice (keep one of the two)",
        "5:60 the string \"b\" stands where one of the options is wanted",
        "6:43 the string \"yes\" stands where `true` or `false` is wanted",
        "7:63 a list stands where a list of options is wanted",
    ];
    assert_eq!(mistakes(text), expected);
}

#[test]
fn what_an_interactive_service_takes_is_checked() {
    let text = "nodes:
  - interactive: search
    type: TRULIOO_KYB_SEARCH
    businesses: [ { nam: A }, { registration_number: 1 } ]
    finds: bussiness.name or business.nmae
  - interactive: code
    type: TWILIO
    providers: [x]
  - interactive: paper
    type: BUSINESS_OCR
    files: [exe]
  - condition: c
    when: search.business.nam and paper.captured
    then: end
";
    let expected = [
        "4:21 unknown key `nam` (did you mean `name`?)",
        "4:31 the business has no name",
        "5:12 the expression asks for `bussiness`, and no node has that name",
        "5:39 a business has no `nmae` to ask for (did you mean `name`?)",
        "8:5 unknown key `providers`",
        "11:13 unknown file type `exe`",
        "13:27 a business has no `nam` to ask for (did you mean `name`?)",
        "13:41 the node `paper` has no `captured` to ask for (it has: match, attempt)",
    ];
    let found = mistakes(text);
    assert!(found.len() == expected.len(), "{}", found.join("\n"));
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}\ndoes not begin with\n{expected}");
    }
}

#[test]
fn what_has_not_changed_keeps_its_ids() {
    let one = "nodes: [ { form: a } ]\n";
    let two = "nodes: [ { form: b } ]\n";
    let earlier = library(&[("same.flow.yaml", one), ("other.flow.yaml", one), ("gone.flow.yaml", one)]);
    let mut now = library(&[("same.flow.yaml", one), ("other.flow.yaml", two), ("new.draft.flow.yaml", one)]);
    assert_eq!(now.take_over(&earlier), ["other", "new", "gone"]);
    let id = |library: &crate::sandbox::Library, flow: &str| {
        library.flow(flow).unwrap().draft.as_ref().unwrap().nodes[0].id.clone()
    };
    assert_eq!(id(&now, "same"), id(&earlier, "same"));
    assert_ne!(id(&now, "other"), id(&earlier, "other"));
}

#[test]
fn a_node_is_of_one_kind() {
    assert_eq!(mistakes("nodes:\n  - from: a\n"), ["2:5 unknown node kind `from` (did you mean `form`?)"]);
    let both = mistakes("nodes:\n  - form: a\n    service: b\n");
    assert_eq!(both, ["3:5 the node is both `form` and `service` (write one node for each)"]);
    assert!(mistakes("nodes: 7\n")[0].contains("a list"));
    assert!(mistakes("- 1\n")[0].contains("a flow definition is wanted"));
}

#[test]
fn draft_and_live_are_one_flow() {
    let draft = "flow: a\nnodes: [ { form: one } ]\n";
    let library = library(&[
        ("a.draft.flow.yaml", draft),
        ("a.live.flow.yaml", "flow: a\nnodes: [ { form: two } ]\n"),
        ("b.draft.flow.yaml", "nodes: []\n"),
    ]);
    let root = |id: &str, version| library.flow(id)?.version(version).map(|found| found.nodes.len());
    assert_eq!(library.flow("a").unwrap().live.as_ref().unwrap().nodes[0].name.as_ref(), "two");
    assert_eq!(root("b", Version::Draft), Some(0));
    assert_eq!(root("b", Version::Live), None);
    let (_, twice) = load_files(&[("a.draft.flow.yaml", draft), ("c.flow.yaml", draft)]);
    assert_eq!(twice.unwrap_err()[0].message, "the flow `a` is defined twice");
    let (_, apart) = load_files(&[("a.draft.flow.yaml", draft), ("a.live.flow.yaml", "id: z\nnodes: []\n")]);
    assert_eq!(apart.unwrap_err()[0].message, "the draft and the live version of a flow have different ids");
}

#[test]
fn ids_are_new_at_every_load_unless_seeded() {
    let ids = |text: &str| {
        let definition = definition(text);
        let crate::sandbox::definition::NodeKind::Form(form) = &definition.nodes[0].kind else { panic!() };
        form.elements.iter().map(|element| element.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(RETAIL), ids(RETAIL));
    let free = RETAIL.replace("seed: 7", "");
    assert_ne!(ids(&free), ids(&free));
}

#[test]
fn the_account_is_read_and_its_secret_not_shown() {
    let library = library(&[(
        "sandbox.yaml",
        "clients: [ { client_id: me, client_secret: hush, expires_in: 5s } ]\nretry_on_pending: 20ms\n",
    )]);
    assert_eq!(library.account.retry_on_pending.unwrap().as_millis(), 20);
    assert_eq!(library.account.clients[0].client_secret, "hush");
    assert!(!format!("{library:?}").contains("hush"));
}

#[test]
fn what_cannot_be_read_is_a_mistake_with_a_place() {
    let mut sources = crate::source::Sources::default();
    let mistakes = super::load(&mut sources, &["/nowhere/x.flow.yaml".into()]).unwrap_err();
    assert!(mistakes[0].message.starts_with("this file is not read"));
    assert_eq!(sources.path(mistakes[0].span.source), std::path::Path::new("/nowhere/x.flow.yaml"));
    let (sources, result) = load_files(&[
        ("readme.yaml", "a: 1\n"),
        ("y.flow.yaml", "languages: { fr-FR: no.yaml, xx: fr.yaml }\nnodes: []\n"),
    ]);
    let found: Vec<String> = result.unwrap_err().iter().map(|mistake| line(&sources, mistake)).collect();
    let expected =
        ["this file's name is not that of a flow definition", "there is no file \"no.yaml\"", "unknown language `xx`"];
    assert!(found.len() == 3 && found.iter().zip(expected).all(|(found, text)| found.contains(text)), "{found:?}");
}

#[test]
fn a_way_that_is_not_said_leads_to_the_next_node() {
    let definition = definition(
        "nodes:
  - form: personal
  - service: person-match
    type: trulioo_eidv
  - condition: matched
    when: person_match.match
    then: proof
    else: docv
  - form: proof
    next: end
  - interactive: docv
    type: TRULIOO_DOCV
    reenter: false
  - accept:
",
    );
    use crate::sandbox::definition::{Next, NodeKind};
    let next: Vec<Next> = definition.nodes.iter().map(|node| node.next).collect();
    assert_eq!(next, [Next::Node(1), Next::Node(2), Next::Node(4), Next::End, Next::Node(5), Next::End]);
    let NodeKind::Condition(branch) = &definition.nodes[2].kind else { panic!() };
    assert_eq!(branch.then, Next::Node(3));
    assert_eq!(definition.nodes[1].kind.service().unwrap().service_type, "TRULIOO_EIDV");
    assert_eq!(&*definition.nodes[5].name, "accept");
}

mod any_text {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_panics(line in 0usize..60, cut in 0usize..90, insert in "[-:{}\\[\\] a-z'\"0-9é\n]{0,6}") {
            let mut lines: Vec<String> = super::RETAIL.lines().map(str::to_owned).collect();
            let at = line % lines.len();
            let mut chars: Vec<char> = lines[at].chars().collect();
            chars.truncate(cut);
            lines[at] = chars.into_iter().collect::<String>() + &insert;
            let (sources, result) = super::load_files(&[("x.flow.yaml", &lines.join("\n"))]);
            for mistake in result.err().into_iter().flatten() {
                prop_assert!(super::line(&sources, &mistake).len() > 4);
            }
        }
    }
}
