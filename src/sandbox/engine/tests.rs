use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Action, Answer, Refusal, Session, UploadedFile, act};
use crate::sandbox::definition::{Definition, Verdict};
use crate::sandbox::examples::{RETAIL, definition, shown};

/// An applicant at a keyboard: fields by label, seconds for time.
pub(super) struct Applicant {
    pub(super) definition: Arc<Definition>,
    pub(super) session: Session,
    seconds: f64,
}

impl Applicant {
    pub(super) fn new(text: &str) -> Self {
        let definition = definition(text);
        let session = Session::new(&definition, "11111111-2222-4333-8444-555555555555", Duration::ZERO).unwrap();
        let mut applicant = Applicant { definition, session, seconds: 0.0 };
        let _ = applicant.act(Action::Current);
        applicant
    }

    pub(super) fn act(&mut self, action: Action<'_>) -> Result<Answer, Refusal> {
        act(&self.definition, &mut self.session, action, Duration::from_secs_f64(self.seconds))
    }

    pub(super) fn step(&self) -> Value {
        shown(&self.definition, &self.session, None)
    }

    fn id(&self, label: &str) -> String {
        let step = self.step();
        let mut elements = step["elements"].as_array().unwrap().iter();
        elements.find(|element| element["name"] == label).unwrap()["id"].as_str().unwrap().to_owned()
    }

    pub(super) fn submit(&mut self, values: Value) -> Result<Answer, Refusal> {
        let data: Map<String, Value> =
            values.as_object().unwrap().iter().map(|(label, value)| (self.id(label), value.clone())).collect();
        self.act(Action::Submit(&data))
    }

    pub(super) fn code(&mut self, values: Value) -> u16 {
        self.submit(values).unwrap_err().code()
    }

    pub(super) fn upload(&mut self, name: &str) -> Result<Answer, Refusal> {
        let file = UploadedFile { name: name.to_owned(), size: 3 };
        self.act(Action::Upload { key: format!("key of {name}"), file })
    }

    pub(super) fn wait(&mut self, seconds: f64) -> Result<Answer, Refusal> {
        self.seconds += seconds;
        self.act(Action::Current)
    }
}

fn personal(last_name: &str) -> Value {
    json!({"First name": "Jo", "Last name": last_name, "Country of residence": "CA"})
}

#[test]
fn a_form_says_all_that_is_known_of_it() {
    let applicant = Applicant::new(RETAIL);
    let step = applicant.step();
    assert_eq!(
        (&step["type"], &step["canGoBack"], &step["title"]),
        (&json!("form"), &json!(false), &json!("Personal details"))
    );
    assert_eq!(step["id"].as_str().unwrap().len(), 24);
    assert!(step.get("countryOfResidence").is_none());
    let element = |label: &str| {
        step["elements"].as_array().unwrap().iter().find(|element| element["name"] == label).unwrap().clone()
    };
    assert_eq!(
        element("First name")["validations"],
        json!([{"type": "required"}, {"type": "length", "min": 2, "max": 10}])
    );
    assert_eq!(
        element("Date of birth")["validations"],
        json!([{"type": "range", "min": "1900-01-01", "max": "2010-12-31"}])
    );
    assert_eq!(element("Date of birth")["dateFormat"], "DD/MM/YYYY");
    assert_eq!(element("Plan")["prefillOptions"][1], json!({"value": "pro", "label": "Professional"}));
    assert_eq!(element("Terms")["content"], "Read them");
    assert_eq!(element("National id")["tooltip"], "A number");
    let rule = &element("Email")["condition"]["rules"][0];
    assert_eq!((&rule["elementId"], &rule["value"]), (&element("Newsletter")["id"], &json!(true)));
}

#[test]
fn the_first_offending_element_is_named() {
    let mut applicant = Applicant::new(RETAIL);
    let refusal = applicant.submit(json!({"Last name": 5})).unwrap_err();
    assert_eq!(refusal.body(), json!({"code": 4006, "message": "Missing data for required element: First name"}));
    let with = |label: &str, value: Value| {
        let mut values = personal("Doe");
        values[label] = value;
        values
    };
    for (label, value, code) in [
        ("First name", json!(" "), 4006),
        ("First name", json!(7), 4007),
        ("First name", json!("J"), 4008),
        ("First name", json!("Éééééééééé!"), 4008),
        ("Last name", json!("D4"), 4008),
        ("Country of residence", json!("Canada"), 4007),
        ("Age", json!("33"), 4007),
        ("Age", json!(17.9), 4008),
        ("Date of birth", json!("yesterday"), 4007),
        ("Date of birth", json!("1990-02-31"), 4007),
        ("Date of birth", json!("1990-01-01T10:00"), 4007),
        ("Date of birth", json!("31/12/1899"), 4008),
        ("Plan", json!("Professional"), 4008),
        ("Plan", json!(["pro"]), 4007),
        ("Hobbies", json!("chess"), 4007),
        ("Hobbies", json!(["chess", "ski"]), 4008),
        ("Newsletter", json!("true"), 4007),
    ] {
        assert_eq!(applicant.code(with(label, value.clone())), code, "{label}: {value}");
    }
    for (label, value) in [
        ("Age", json!(18)),
        ("Date of birth", json!("1990-01-31")),
        ("Date of birth", json!("31/01/1990")),
        ("Plan", json!("pro")),
        ("Hobbies", json!(["chess", "golf"])),
        ("Newsletter", json!(false)),
        ("Age", Value::Null),
    ] {
        let mut applicant = Applicant::new(RETAIL);
        assert!(applicant.submit(with(label, value.clone())).is_ok(), "{label}: {value}");
    }
}

#[test]
fn what_is_not_shown_is_not_asked_for_and_not_kept() {
    let mut applicant = Applicant::new(RETAIL);
    let mut values = personal("Doe");
    values["Newsletter"] = json!(true);
    assert_eq!(applicant.code(values.clone()), 4006);
    values["Newsletter"] = json!(false);
    values["Email"] = json!(7);
    applicant.submit(values).unwrap();
    assert!(applicant.session.answers("personal").unwrap().iter().all(|(name, _)| &**name != "Email"));
}

#[test]
fn unknown_keys_are_passed_over() {
    let mut applicant = Applicant::new("nodes:\n  - form: a\n    elements: [ { name: A, type: text } ]\n");
    let data = json!({"nobody": {"knows": 1}});
    assert_eq!(applicant.act(Action::Submit(data.as_object().unwrap())).unwrap(), Answer::End);
}

#[test]
fn a_slow_service_is_pending_until_its_time_is_up() {
    let mut applicant = Applicant::new(RETAIL);
    let pending = Answer::Pending { until: Duration::from_secs(2) };
    assert_eq!(applicant.submit(personal("Doe")).unwrap(), pending);
    assert_eq!(applicant.step(), json!({"type": "pending"}));
    assert_eq!(applicant.wait(1.9).unwrap(), pending);
    assert_eq!(applicant.act(Action::Submit(&Map::new())).unwrap_err().code(), 4014);
    assert_eq!(applicant.wait(0.1).unwrap(), Answer::Step);
    let step = applicant.step();
    assert_eq!((&step["title"], &step["countryOfResidence"]), (&json!("Proof of address"), &json!("CA")));
}

#[test]
fn services_in_a_row_take_their_time_one_after_the_other() {
    let text = "nodes:\n  - form: a\n  - { service: b, type: TRULIOO_EIDV, takes: 2s }\n  - { service: c, type: TRULIOO_PERSON_WL, takes: 1s }\n";
    let mut applicant = Applicant::new(text);
    applicant.submit(json!({})).unwrap();
    assert_eq!(applicant.wait(2.5).unwrap(), Answer::Pending { until: Duration::from_secs(3) });
    assert_eq!(applicant.wait(0.5).unwrap(), Answer::End);
    let third = format!("{text}  - {{ service: d, type: TRULIOO_PERSON_WL, takes: 1s }}\n");
    let mut late = Applicant::new(&third);
    late.submit(json!({})).unwrap();
    assert_eq!(late.wait(3.5).unwrap(), Answer::Pending { until: Duration::from_secs(4) });
    assert_eq!(late.wait(0.5).unwrap(), Answer::End);
}

#[test]
fn files_are_taken_by_the_keys_of_this_session() {
    let mut applicant = Applicant::new(RETAIL);
    assert_eq!(applicant.upload("a.pdf").unwrap_err().code(), 4007, "this form takes no file");
    applicant.submit(personal("Doe")).unwrap();
    applicant.wait(2.0).unwrap();
    assert_eq!(applicant.upload("a.txt").unwrap_err().code(), 4007);
    assert_eq!(applicant.upload("a").unwrap_err().code(), 4007);
    let empty = Action::Upload { key: "k".into(), file: UploadedFile { name: "a.pdf".into(), size: 0 } };
    assert_eq!(applicant.act(empty).unwrap_err().code(), 4006);
    assert_eq!(applicant.code(json!({"Proof": "somebody's"})), 4007);
    assert_eq!(applicant.code(json!({})), 4006);
    assert_eq!(applicant.upload("A.PDF").unwrap(), Answer::Uploaded("key of A.PDF".into()));
    assert_eq!(applicant.submit(json!({"Proof": "key of A.PDF"})).unwrap(), Answer::End);
    assert_eq!(applicant.session.verdict, Some(Verdict::Accept));
}

#[test]
fn the_end_absorbs() {
    let mut applicant = Applicant::new(RETAIL);
    applicant.submit(personal("Doe")).unwrap();
    applicant.wait(2.0).unwrap();
    applicant.upload("a.pdf").unwrap();
    applicant.submit(json!({"Proof": "key of a.pdf"})).unwrap();
    let end = applicant.step();
    assert_eq!((&end["type"], &end["text"]), (&json!("end"), &json!("Welcome aboard")));
    assert_eq!(end["redirectUrl"], "https://example.com/done");
    assert_eq!(applicant.act(Action::Submit(&Map::new())).unwrap_err().code(), 4013);
    assert_eq!(applicant.upload("a.pdf").unwrap_err().code(), 4013);
    assert_eq!(applicant.act(Action::Back).unwrap_err().code(), 4103);
    assert_eq!(applicant.act(Action::Current).unwrap(), Answer::End);
    assert_eq!(applicant.step(), end);
}

#[test]
fn back_to_the_root_and_forward_through_the_service_again() {
    let mut applicant = Applicant::new(RETAIL);
    assert_eq!(applicant.act(Action::Back).unwrap_err().code(), 4103);
    applicant.submit(personal("Nomatch")).unwrap();
    applicant.wait(2.0).unwrap();
    let docv = applicant.step();
    assert_eq!((&docv["type"], &docv["canGoBack"]), (&json!("trulioo_doc_v"), &json!(true)));
    assert_eq!(docv["shortCode"].as_str().unwrap().len(), 16);
    assert_eq!(applicant.act(Action::Back).unwrap(), Answer::Step);
    let values: Vec<Value> =
        applicant.step()["elements"].as_array().unwrap().iter().map(|e| e["value"].clone()).collect();
    assert_eq!(values[..3], [json!("Jo"), json!("Nomatch"), json!("CA")]);
    assert_eq!(applicant.step()["elements"][3]["tooltip"], "Social insurance number");
    assert_eq!(applicant.act(Action::Back).unwrap_err().code(), 4103);
    applicant.submit(personal("Nomatch")).unwrap();
    applicant.wait(2.0).unwrap();
    assert_eq!(applicant.step()["title"], "Proof of address", "the second attempt finds a match");
    assert_eq!(applicant.session.runs().next().unwrap().1.attempt, 2);
}

#[test]
fn document_verification_is_not_entered_again() {
    let mut applicant = Applicant::new(RETAIL);
    applicant.submit(personal("Nomatch")).unwrap();
    applicant.wait(2.0).unwrap();
    applicant.act(Action::Capture(&Map::new())).unwrap();
    applicant.act(Action::Submit(&Map::new())).unwrap();
    assert_eq!((&applicant.step()["title"], &applicant.step()["canGoBack"]), (&json!("after"), &json!(false)));
    assert_eq!(applicant.act(Action::Back).unwrap_err().code(), 4103);
    assert_eq!(applicant.submit(json!({})).unwrap(), Answer::End);
    assert_eq!(applicant.session.verdict, Some(Verdict::Reject));
    let mut again = Applicant::new(&RETAIL.replace("type: TRULIOO_DOCV", "type: TRULIOO_DOCV\n    reenter: true"));
    again.submit(personal("Nomatch")).unwrap();
    again.wait(2.0).unwrap();
    again.act(Action::Capture(&Map::new())).unwrap();
    again.act(Action::Submit(&Map::new())).unwrap();
    assert_eq!(again.step()["canGoBack"], true);
    assert_eq!(again.act(Action::Back).unwrap(), Answer::Step);
    assert_eq!(again.step()["type"], "trulioo_doc_v");
}

#[test]
fn back_while_a_service_is_at_work() {
    let mut applicant = Applicant::new(RETAIL);
    applicant.submit(personal("Doe")).unwrap();
    assert_eq!(applicant.act(Action::Back).unwrap(), Answer::Step);
    assert_eq!(applicant.wait(10.0).unwrap(), Answer::Step);
    assert_eq!(applicant.step()["title"], "Personal details");
}

#[test]
fn going_back_undoes_what_was_decided_after() {
    let mut applicant = Applicant::new("nodes:\n  - form: a\n  - accept: ok\n    next: b\n  - form: b\n");
    applicant.submit(json!({})).unwrap();
    assert_eq!(applicant.session.verdict, Some(Verdict::Accept));
    applicant.act(Action::Back).unwrap();
    assert_eq!(applicant.session.verdict, None);
    let failing =
        "nodes:\n  - form: a\n  - accept: ok\n    next: s\n  - { service: s, type: TRULIOO_EIDV, fails: 4009 }\n";
    let mut failed = Applicant::new(failing);
    assert_eq!(failed.code(json!({})), 4009);
    assert_eq!(failed.session.verdict, None);
}

#[test]
fn a_failing_service_leaves_the_applicant_at_the_step_before() {
    let text = "nodes:\n  - form: a\n  - { service: b, type: TRULIOO_EIDV, takes: 1s, fails: { code: 4009, when: attempt < 3 } }\n";
    let mut applicant = Applicant::new(text);
    for _ in 0..2 {
        assert!(matches!(applicant.submit(json!({})).unwrap(), Answer::Pending { .. }));
        let refusal = applicant.wait(1.0).unwrap_err();
        assert_eq!(refusal.body(), json!({"code": 4009, "message": "Service execution failed: TRULIOO_EIDV"}));
        assert_eq!(applicant.act(Action::Current).unwrap(), Answer::Step);
    }
    applicant.submit(json!({})).unwrap();
    assert_eq!(applicant.wait(1.0).unwrap(), Answer::End);
}

#[test]
fn a_failing_root_is_tried_again_by_whoever_asks() {
    let mut applicant = Applicant::new(
        "nodes:\n  - { service: b, type: TRULIOO_EIDV, fails: { code: 6504, when: attempt < 3 } }\n  - form: a\n",
    );
    assert_eq!(applicant.act(Action::Current).unwrap_err().code(), 6504);
    assert_eq!(applicant.act(Action::Current).unwrap(), Answer::Step);
}

#[test]
fn an_expression_that_cannot_be_worked_out_is_an_internal_error() {
    let mut applicant = Applicant::new(
        "nodes:\n  - form: a\n    elements: [ { name: N, type: text } ]\n  - condition: c\n    when: a.n + 1 > 2\n    then: end\n",
    );
    assert_eq!(applicant.code(json!({"N": "x"})), 5000);
    assert_eq!(applicant.act(Action::Current).unwrap(), Answer::Step);
}

#[test]
fn languages_fall_back_to_the_definitions_own() {
    let applicant = Applicant::new(RETAIL);
    let title = |language| shown(&applicant.definition, &applicant.session, language);
    let french = title(Some("FR-fr"));
    assert_eq!((&french["title"], &french["subtitle"]), (&json!("Vos coordonnées"), &json!("As in your passport")));
    assert_eq!(french["elements"][0]["name"], "Prénom");
    assert_eq!(french["elements"][6]["prefillOptions"][1]["label"], "Professionnel");
    assert_eq!(title(Some("ja")), title(None));
}

#[test]
fn a_node_that_is_gone_is_not_found() {
    let mut applicant = Applicant::new(RETAIL);
    applicant.definition = definition("nodes:\n  - form: other\n");
    assert_eq!(applicant.act(Action::Current).unwrap_err().code(), 4002);
    assert_eq!(applicant.act(Action::Submit(&Map::new())).unwrap_err().code(), 4002);
    applicant.definition = definition(&RETAIL.replace("seed: 7", ""));
    assert_eq!(applicant.act(Action::Current).unwrap(), Answer::Step, "new ids alone disturb nobody");
}

#[test]
fn an_empty_flow_has_no_session() {
    let empty = definition("nodes: []\n");
    assert_eq!(Session::new(&empty, "x", Duration::ZERO).unwrap_err().code(), 4003);
}

#[test]
fn a_service_can_fail_with_every_code() {
    for row in crate::api::codes::CODES {
        let text = format!("nodes:\n  - form: a\n  - {{ service: b, type: TRULIOO_EIDV, fails: {} }}\n", row.number);
        let refusal = Applicant::new(&text).submit(json!({})).unwrap_err();
        assert_eq!((refusal.code(), refusal.status()), (row.number, row.status));
        assert!(refusal.body()["message"].as_str().unwrap().starts_with(row.text));
    }
}

#[test]
fn the_same_again_gives_the_same() {
    let walk = || {
        let mut applicant = Applicant::new(RETAIL);
        applicant.submit(personal("Nomatch")).unwrap();
        applicant.wait(2.0).unwrap();
        applicant.step()
    };
    assert_eq!(walk(), walk());
}

#[test]
fn a_hidden_elements_value_shows_nothing() {
    let text = "nodes:\n  - form: f\n    elements:\n      - { name: A, type: text }\n      - { name: B, type: text, condition: { element: A } }\n      - { name: C, type: text, required: true, condition: { all: [ { element: B, equals: x }, { element: A, not_equals: y } ] } }\n";
    let code = |values: Value| Applicant::new(text).submit(values).map_err(|refusal| refusal.code());
    assert_eq!(code(json!({"B": "x"})), Ok(Answer::End), "B is not shown, so neither is C");
    assert_eq!(code(json!({"A": "a", "B": "x"})), Err(4006));
    assert_eq!(code(json!({"A": "y", "B": "x"})), Ok(Answer::End));
    assert_eq!(code(json!({"A": "a", "B": "x", "C": "c"})), Ok(Answer::End));
}
