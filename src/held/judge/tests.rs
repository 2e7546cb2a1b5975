use serde_json::json;

use super::*;
use crate::api::exchange::Body;
use crate::held::file::{Onward, Passed};
use crate::map::KnownStep;

fn address(id: &str, title: &str, more: Value) -> Value {
    let mut elements = vec![json!({"id": format!("{id}1"), "name": "Street", "type": "text"})];
    elements.extend(more.as_array().unwrap().iter().cloned());
    json!({"id": id, "title": title, "type": "form", "canGoBack": true, "elements": elements})
}

/// Held at Address, on the way from Person by Proof to END.
fn place() -> HeldPlace {
    let seen = address("64f0a1b2c3d4e5f601020304", "Address", json!([]));
    let onward = |step: &str| Onward { step: step.to_owned(), given: Vec::new() };
    HeldPlace {
        step: KnownStep::of(&seen).unwrap().spot(),
        pending: false,
        seen,
        entered: vec![Passed { step: "Person".to_owned(), values: serde_json::Map::new() }],
        onward: vec![onward("Address"), onward("Proof")],
        ending: Ending::End,
        sessions: Vec::new(),
    }
}

fn arrived(place: &HeldPlace, status: u16, body: Value) -> (&'static str, Vec<String>) {
    let elapsed = std::time::Duration::ZERO;
    let answer = Answer { status, headers: Vec::new(), body: Body::Json(body.into()), elapsed };
    let known = Known { id: "65f0", flow: "join", session: "s" };
    match arrival(place, &answer, known) {
        Arrival::Here(changed) => ("here", changed.iter().map(ToString::to_string).collect()),
        Arrival::Waiting => ("waiting", Vec::new()),
        Arrival::Lost(why) => ("lost", vec![why.to_string()]),
    }
}

#[test]
fn a_step_is_the_same_with_other_ids_and_with_what_has_changed_of_it() {
    let place = place();
    let other = "750000000000000000000001";
    assert_eq!(arrived(&place, 200, address(other, "Address", json!([]))), ("here", vec![]));
    let town = json!([{"id": "t", "name": "Town", "type": "text", "validations": [{"type": "required"}]}]);
    let told = vec!["*Town* was added after *Street* (text, required)".to_owned()];
    assert_eq!(arrived(&place, 200, address(other, "Address", town)), ("here", told));
    let (here, told) = arrived(&place, 200, address(other, "Where you live", json!([])));
    assert_eq!((here, told.len()), ("here", 1), "{told:?}");
    // The API says itself that it is the same.
    let another = json!({"id": "64f0a1b2c3d4e5f601020304", "title": "Elsewhere", "type": "form", "elements": []});
    assert_eq!(arrived(&place, 200, another.clone()).0, "here");
    let mut lost = another;
    lost["id"] = json!(other);
    let told = vec!["they stand elsewhere now: the form *Elsewhere* without fields".to_owned()];
    assert_eq!(arrived(&place, 200, lost), ("lost", told));
}

#[test]
fn whoever_stands_nowhere_is_lost_with_the_reason() {
    let place = place();
    let refused = |status: u16, code: i64, message: &str| {
        let (what, told) = arrived(&place, status, json!({"code": code, "message": message}));
        assert_eq!(what, "lost");
        told[0].clone()
    };
    assert_eq!(refused(404, 4002, "Node not found"), "the step was removed under them: 4002, Node not found");
    assert_eq!(refused(404, 4002, ""), "the step was removed under them: 4002, Node not found");
    assert_eq!(refused(404, 4100, "Gone"), "their session is not known any more: 4100, Gone");
    assert_eq!(refused(404, 4101, "x"), "the flow is not there any more for them: 4101, x");
    assert_eq!(refused(400, 4109, "x"), "they are taken to have given up: 4109, x");
    assert_eq!(refused(500, 5000, "x"), "the answer is an error: 5000, x");
    assert_eq!(arrived(&place, 503, json!({"busy": true})).1, ["the answer is no step (HTTP status 503)"]);
    assert_eq!(arrived(&place, 200, json!({"type": "end"})).0, "lost", "nobody finished for them");
    assert_eq!(arrived(&place, 200, json!({"type": "pending"})).0, "lost");
}

#[test]
fn who_waited_for_a_service_may_wait_or_stand_behind_it() {
    let mut place = HeldPlace { pending: true, ..place() };
    assert_eq!(arrived(&place, 200, json!({"type": "pending"})).0, "waiting");
    assert_eq!(arrived(&place, 200, address("75", "Address", json!([]))).0, "here");
    place.seen = json!({"id": "e", "type": "end"});
    assert_eq!(arrived(&place, 200, json!({"id": "f", "type": "end"})).0, "here");
}

fn judged(steps: &[&str], mended: &[(i64, bool)], stop: Stop) -> (Grade, Vec<String>) {
    let mended = mended.iter().map(|(code, was_valid)| Mended {
        step: "Address".to_owned(),
        code: *code,
        message: String::new(),
        was_valid: *was_valid,
    });
    let steps = steps.iter().map(|step| (*step).to_owned()).collect();
    let (grade, told) = fared(&place(), &Went { steps, mended: mended.collect(), stop });
    (grade, told.iter().map(ToString::to_string).collect())
}

#[test]
fn what_an_applicant_must_do_anew_is_graded_by_what_it_costs_them() {
    let way = ["Address", "Proof"];
    assert_eq!(judged(&way, &[], Stop::End), (Grade::Fine, vec![]));
    assert_eq!(judged(&["Address"], &[], Stop::End), (Grade::Fine, vec![]), "a step less is no loss");
    assert_eq!(judged(&["New address", "Proof"], &[], Stop::End), (Grade::Fine, vec![]), "its title is told elsewhere");
    let enough = "*Address* refuses what was enough before (4006), and takes what it asks for now".to_owned();
    assert_eq!(judged(&way, &[(4006, true)], Stop::End), (Grade::Fine, vec![enough]));
    let (grade, told) = judged(&way, &[(4008, true), (4008, true)], Stop::End);
    assert_eq!((grade, told.len()), (Grade::Hindered, 1), "{told:?}");
    assert_eq!(judged(&way, &[(4008, false)], Stop::End), (Grade::Fine, vec![]), "that was made up");
    let (grade, told) = judged(&["Address", "Funds", "Proof"], &[], Stop::End);
    assert_eq!((grade, told[0].as_str()), (Grade::Fine, "*Funds* comes on their way, which did not before"));
    let (grade, told) = judged(&["Address", "Person", "Address", "Proof"], &[], Stop::End);
    assert_eq!((grade, told[0].as_str()), (Grade::Hindered, "they are led back to *Person*, which they had passed"));
}

#[test]
fn who_cannot_finish_is_lost_unless_nobody_could_before() {
    let way = ["Address", "Proof"];
    let refused = || Stop::Refused(4008, "x".to_owned());
    let (grade, told) = judged(&way, &[], refused());
    assert_eq!(
        (grade, told[0].as_str()),
        (Grade::Lost, "*Proof* is refused whatever is entered that it asks for: 4008, x")
    );
    let (grade, told) = judged(&way, &[], Stop::Refused(4009, String::new()));
    assert_eq!(
        (grade, told[0].as_str()),
        (Grade::Lost, "behind *Proof* a service fails: 4009, Service execution failed")
    );
    assert_eq!(judged(&way, &[], Stop::Circle).0, Grade::Lost);
    assert_eq!(judged(&way, &[], Stop::Unknown).0, Grade::Lost);
    assert_eq!(judged(&way, &[], Stop::Pending).0, Grade::Hindered);
    assert_eq!(judged(&way, &[], Stop::Interactive("trulioo_doc_v".to_owned())).0, Grade::Fine);
    assert_eq!(judged(&way, &[], Stop::Unfillable("no such pattern".to_owned())).0, Grade::Fine);
    let before = HeldPlace { ending: Ending::Refused(4008), ..place() };
    let went = Went { steps: way.map(str::to_owned).to_vec(), mended: Vec::new(), stop: refused() };
    let (grade, told) = fared(&before, &went);
    assert_eq!(grade, Grade::Fine);
    assert_eq!(told[0].to_string(), "they get as far as before they were held: 4008, x");
}
