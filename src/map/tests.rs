use serde_json::json;

use super::*;

fn view_name(language: Option<&str>) -> ViewName {
    ViewName { flow: "shop".to_owned(), version: Version::Draft, language: language.map(str::to_owned) }
}

fn form(id: &str, title: &str, elements: &[(&str, Option<&str>)]) -> Value {
    let elements: Vec<Value> = elements
        .iter()
        .map(|(name, role)| json!({"id": format!("{id}-{name}"), "name": name, "role": role, "type": "text", "value": id}))
        .collect();
    json!({"id": id, "type": "form", "title": title, "canGoBack": false, "elements": elements})
}

/// A survey of a way through these answers, the flow's beginning first.
fn survey(answers: &[Value]) -> Survey {
    let mut survey = Survey::default();
    let view = view_name(None);
    let mut before = None;
    for answer in answers {
        let at = survey.saw(&view, answer).unwrap();
        match before {
            None => survey.began(&view, &at),
            Some(before) => survey.moved(&view, &before, Way::Submit, &at),
        }
        before = Some(at);
    }
    survey
}

fn end() -> Value {
    json!({"id": "e", "type": "end", "text": "Thanks", "redirectUrl": null})
}

fn after(before: Option<&FlowMap>, answers: &[Value], complete: bool) -> FlowMap {
    FlowMap::after("shop", before, &survey(answers), complete, "2026-02-01")
}

fn keys(map: &FlowMap) -> Vec<&str> {
    map.views[0].steps.iter().map(|step| step.key.as_str()).collect()
}

#[test]
fn a_step_is_known_without_its_ids_and_values() {
    let mut body = form("5f2a9c0d1e3b4a5c6d7e8f90", "You", &[("Name", Some("name")), ("Town", None)]);
    body["elements"][1]["validations"] = json!([{"type": "required"}, {"type": "length", "max": 5}]);
    body["elements"][1]["condition"] =
        json!({"type": "all", "rules": [{"elementId": "5f2a9c0d1e3b4a5c6d7e8f90-Name", "operator": "filled"}]});
    let map = after(None, &[body], true);
    let text = store::text(&map);
    assert!(!text.contains("5f2a9c0d1e3b4a5c6d7e8f90"), "{text}");
    let town = &map.views[0].steps[0].elements[1];
    assert!(town.required && town.validations == [json!({"type": "length", "max": 5})]);
    assert_eq!(town.condition.as_ref().unwrap()["rules"][0]["elementId"], "Name");
    assert_eq!(town.to_element("x").unwrap().limits().max_length, Some(5));
    assert_eq!(serde_json::from_str::<FlowMap>(&text).unwrap(), map);
}

#[test]
fn ids_that_are_new_change_nothing() {
    let answers = |suffix: &str| [form(&format!("a{suffix}"), "You", &[("Name", None)]), end()];
    let first = after(None, &answers("1"), true);
    assert_eq!(FlowMap::after("shop", Some(&first), &survey(&answers("2")), true, "2027-01-01"), first);
}

#[test]
fn a_new_label_is_remembered_where_the_rest_is_the_same() {
    let before = after(None, &[form("a", "You", &[("Name", Some("name")), ("Town", None)])], true);
    let map = after(Some(&before), &[form("b", "You", &[("Full name", Some("name")), ("Town or city", None)])], false);
    let formerly: Vec<&[String]> = map.views[0].steps[0].elements.iter().map(|element| &element.formerly[..]).collect();
    assert_eq!(formerly, [["Name"], ["Town"]]);
    // One that has another role is another field; a label that comes back is no former one.
    let map = after(Some(&map), &[form("b", "You", &[("Name", Some("name")), ("Place", Some("city"))])], false);
    let formerly: Vec<&[String]> = map.views[0].steps[0].elements.iter().map(|element| &element.formerly[..]).collect();
    assert_eq!(formerly, [&["Full name".to_owned()][..], &[]]);
}

#[test]
fn an_element_in_place_of_another_is_not_remembered_as_it() {
    let before = after(None, &[form("a", "You", &[("Street", None), ("City", None)])], true);
    for new in [["Phone", "City"], ["Road", "Town"]] {
        let map = after(Some(&before), &[form("b", "You", &new.map(|name| (name, None)))], false);
        assert!(map.views[0].steps[0].elements.iter().all(|element| element.formerly.is_empty()), "{new:?}");
    }
}

#[test]
fn a_new_title_is_remembered_where_the_same_step_leads_to_the_same_fields() {
    let you = form("a", "You", &[("Name", None)]);
    let before = after(None, &[you.clone(), form("b", "Address", &[("Town", None)]), end()], true);
    let map = after(Some(&before), &[you.clone(), form("c", "Where", &[("Town", None)])], false);
    assert_eq!(keys(&map), ["You", "Where", "end"]);
    assert_eq!(map.views[0].steps[1].formerly, ["Address"]);
    let elsewhere = after(Some(&before), &[form("c", "Where", &[("Town", None)])], false);
    assert!(elsewhere.views[0].steps.iter().all(|step| step.formerly.is_empty()), "nothing says that it is the same");
}

#[test]
fn what_a_run_did_not_see_stays_unless_the_run_was_complete() {
    let you = form("a", "You", &[("Name", None)]);
    let before = after(None, &[you.clone(), form("b", "Address", &[("Town", None)]), end()], true);
    let part = after(Some(&before), &[you.clone(), end()], false);
    assert_eq!(keys(&part), ["You", "Address", "end"]);
    assert_eq!(part.views[0].moves.len(), 3);
    assert!(part.complete, "a map that was complete once stays so");
    let whole = after(Some(&part), &[you, end()], true);
    assert_eq!(keys(&whole), ["You", "end"]);
    assert_eq!(
        whole.views[0].moves,
        [Move { from: "You".into(), way: Way::Submit, to: "end".into(), when: Vec::new() }]
    );
}

#[test]
fn steps_of_one_title_are_told_apart_and_do_not_depend_on_the_order_of_answers() {
    let (a, b) = (form("a", "Person", &[("Name", None)]), form("b", "Person", &[("Share", None)]));
    let one = after(None, &[a.clone(), b.clone(), end()], true);
    assert_eq!(keys(&one), ["Person", "Person#2", "end"]);
    let mut other = Survey::default();
    let view = view_name(None);
    let [e, b, a] = [end(), b, a].map(|body| other.saw(&view, &body).unwrap());
    other.began(&view, &a);
    other.moved(&view, &b, Way::Submit, &e);
    other.moved(&view, &a, Way::Submit, &b);
    assert_eq!(FlowMap::after("shop", None, &other, true, "2026-02-01"), one);
}

#[test]
fn languages_are_apart() {
    let mut both = survey(&[form("a", "You", &[("Name", None)])]);
    let french = both.saw(&view_name(Some("fr-CA")), &form("a", "Vous", &[("Nom", None)])).unwrap();
    both.began(&view_name(Some("fr-CA")), &french);
    let map = FlowMap::after("shop", None, &both, true, "2026-02-01");
    let title = |language| &map.view(Version::Draft, language).unwrap().steps[0].title;
    assert_eq!((title(None).as_str(), title(Some("fr-CA")).as_str()), ("You", "Vous"));
    assert!(map.view(Version::Live, None).is_none());
}

#[test]
fn options_made_for_one_applicant_are_not_kept() {
    let mut body = form("a", "You", &[("Hit", None)]);
    body["elements"][0]["options"] = json!([{"value": "5f2a9c0d1e3b4a5c6d7e8f91", "label": "A company"}]);
    assert_eq!(after(None, &[body], true).views[0].steps[0].elements[0].options, Vec::<Value>::new());
}

#[test]
fn an_answer_that_leaves_out_what_is_hidden_takes_nothing_away() {
    let mut survey = survey(&[form("a", "You", &[("Name", None), ("Town", None)])]);
    survey.saw(&view_name(None), &form("a", "You", &[("Name", None), ("Age", None)]));
    survey.saw(&view_name(None), &form("a", "You", &[("Name", None)]));
    let map = FlowMap::after("shop", None, &survey, true, "2026-02-01");
    let names: Vec<&str> = map.views[0].steps[0].elements.iter().map(|element| element.name.as_str()).collect();
    assert_eq!(names, ["Name", "Age", "Town"]);
}

#[test]
fn what_two_surveys_saw_is_what_one_would_have_seen() {
    let first = [form("a", "You", &[("Name", None)]), form("b", "Home", &[("Town", None)])];
    // A further answer of a known step, which shows an element that was hidden.
    let second = [form("a", "You", &[("Name", None), ("Passport", None)]), form("c", "Work", &[]), end()];
    let together = |mut all: Survey| {
        all.absorb(survey(&second));
        FlowMap::after("shop", None, &all, true, "2026-02-01")
    };
    let map = together(survey(&first));
    assert_eq!(keys(&map), ["You", "Home", "Work", "end"]);
    let names: Vec<&str> = map.views[0].steps[0].elements.iter().map(|element| element.name.as_str()).collect();
    assert_eq!(names, ["Name", "Passport"]);
    let ways = |map: &FlowMap| -> Vec<(String, String)> {
        map.views[0].moves.iter().map(|way| (way.from.clone(), way.to.clone())).collect()
    };
    let way = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(ways(&map), [way("You", "Home"), way("You", "Work"), way("Work", "end")]);
    assert_eq!(together(Survey::default()), after(None, &second, true));
}

#[test]
fn what_leads_a_way_is_known_by_the_names_of_steps_and_outlives_a_run() {
    let answers = [form("1", "You", &[("Land", None)]), form("2", "Proof", &[("Bill", None)])];
    let (view, mut survey) = (view_name(None), survey(&answers));
    let [you, proof] = [0, 1].map(|at| survey.saw(&view, &answers[at]).unwrap());
    fn given<S>(step: S) -> Given<S> {
        Given { step, field: "Land".to_owned(), entered: Entered::Is(vec![json!("CA")]) }
    }
    survey.moved_when(&view, &you, Way::Submit, &proof, vec![vec![given(you.clone())]]);
    let map = FlowMap::after("shop", None, &survey, false, "2026-02-01");
    let when = vec![vec![given("You".to_owned())]];
    assert_eq!(map.views[0].moves[0].when, when);
    assert!(
        store::text(&map).contains(r#""when":[[{"step":"You","field":"Land","is":["CA"]}]]"#),
        "{}",
        store::text(&map)
    );
    // A run does not know why; a complete one that goes the way confirms it, even when a step has another title.
    let renamed = [form("1", "Yourself", &[("Land", None)]), form("2", "Proof", &[("Bill", None)])];
    for complete in [false, true] {
        let later = after(Some(&map), &renamed, complete);
        assert_eq!(later.views[0].moves[0].when, [[given("Yourself".to_owned())]]);
    }
    assert!(after(Some(&map), &answers[..1], true).views[0].moves.is_empty());
}

#[test]
fn what_was_explored_is_not_forgotten_by_a_run_that_does_not_see_it() {
    let both = [form("1", "You", &[("Land", None)]), form("2", "Proof", &[("Bill", None)])];
    let mut map = after(None, &both, false);
    assert_eq!(keys(&after(Some(&map), &both[..1], true)), ["You"]);
    map.views[0].explored = true;
    let later = after(Some(&map), &both[..1], true);
    assert_eq!(keys(&later), ["You", "Proof"]);
    assert!(later.views[0].explored && later.views[0].moves.len() == 1);
}
