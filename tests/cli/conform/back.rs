//! `draftgate conform`: going back, and what is there then.

use super::{after, elements, found, shows};

#[test]
fn back_that_loses_data() {
    let all = after(|_, answer, _| {
        elements(answer).for_each(|element| drop(element.as_object_mut().unwrap().remove("value")))
    });
    shows(all, &["DG-06"], 3);
    let one = after(|call, answer, _| {
        if call.operation == "back" {
            elements(answer).take(1).for_each(|element| drop(element.as_object_mut().unwrap().remove("value")));
        }
    });
    // FlowStep still has it.
    shows(one, &["DG-01", "DG-06"], 4);
    let other = after(|_, answer, _| {
        elements(answer)
            .filter(|element| element["value"].is_string())
            .for_each(|element| element["value"] = "Zed".into());
    });
    shows(other, &["DG-06"], 3);
}

#[test]
fn steps_that_do_not_stay() {
    let title = after(|call, answer, memory| {
        let asked = memory.of(call.session.as_deref()).asked;
        if call.operation == "flow"
            && call.session.is_some()
            && asked % 2 == 0
            && answer.body["title"] == "Home address"
        {
            answer.body["title"] = "Somewhere".into();
        }
    });
    let ids: Vec<String> = found(title, &["--rule", "DG-01"]).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["DG-01"]);
    let never = after(|call, answer, _| {
        if call.session.is_some() && answer.body["canGoBack"] == true {
            answer.body["canGoBack"] = false.into();
        }
    });
    // The step itself is wrong: it is there after the beginning and a submit.
    shows(never, &["DG-03"], 2);
    // Back goes all the way.
    let all_the_way = after(|call, answer, memory| {
        if call.operation == "back" && answer.status == 200 {
            loop {
                let further = memory.ask(call);
                if further.status != 200 {
                    break;
                }
                answer.body = further.body;
            }
        }
    });
    shows(all_the_way, &["DG-04"], 4);
    // Forward again leads elsewhere.
    let elsewhere = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        if call.operation == "submit" && answer.status == 200 && past.taken.len() == 2 && past.taken[0] == past.taken[1]
        {
            answer.body["id"] = "0123456789abcdef01234567".into();
            answer.body["title"] = "Elsewhere".into();
        }
    });
    shows(elsewhere, &["DG-05"], 4);
}

#[test]
fn data_that_are_changed_after_back_and_not_kept() {
    // Whatever is entered later, what was entered first is shown.
    let stale = after(|call, answer, memory| {
        let taken = memory.of(call.session.as_deref()).taken.clone();
        for element in elements(answer).filter(|element| !element["value"].is_null()) {
            let id = element["id"].as_str().unwrap().to_owned();
            if let Some(first) = taken.iter().find_map(|taken| taken.get(&id)) {
                element["value"] = first.clone();
            }
        }
    });
    // Beginning, a submit, back, other data, back.
    shows(stale, &["DG-06"], 5);
}
