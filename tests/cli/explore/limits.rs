//! Limits are never exceeded, and an exploration that was stopped by one goes on from there.

use super::{FORKS, cost, map, project, ways};
use crate::project::{Ended, Project};

/// A choice of three ways with a check behind each.
const CHECKED: &str = "flow: checked
nodes:
  - form: person
    title: Person
    elements:
      - { name: Plan, type: dropdown, required: true, options: [a, b, c] }
      - { name: Passport, type: file, required: true, accept: [pdf] }
      - { name: Bill, type: file, required: true, accept: [pdf] }
  - { service: check, type: TRULIOO_EIDV, takes: 20ms }
  - { condition: is-a, when: person.plan == 'a', then: end, else: more }
  - form: more
    title: More
    elements: [ { name: Sure, type: checkbox } ]
  - { service: again, type: TRULIOO_EIDV, takes: 20ms }
  - form: last
    title: Last
    elements: [ { name: Word, type: text, required: true } ]
";

/// A flow whose ids are the same at every load, as a server's are: each run of the program loads it.
fn pinned(text: &str) -> String {
    text.replacen('\n', "\nseed: pinned\n", 1)
}

/// Explores within a limit, again and again, until nothing is left to find out: what each time cost.
fn until_whole(project: &Project, flow: &str, limit: &[&str]) -> Vec<Ended> {
    let mut all = Vec::new();
    while all.len() < 200 {
        let ended = project.draftgate(&[&["explore", flow], limit].concat()).exits(0);
        let stopped = ended.stdout.contains("\nThis is not all: a limit was reached.");
        all.push(ended);
        if !stopped {
            return all;
        }
    }
    panic!("it comes to no end within {limit:?}:\n{}", all[199].stdout);
}

/// The map of a flow without the day, explored without a limit.
fn whole(flow: &str, text: &str) -> Vec<String> {
    let project = project(flow, &pinned(text));
    project.draftgate(&["explore", flow]).exits(0).never_says("This is not all");
    ways(&map(&project, flow))
}

#[test]
fn sessions_are_limited_and_it_goes_on() {
    let project = project("forks", &pinned(FORKS));
    let all = until_whole(&project, "forks", &["--max-sessions", "7"]);
    assert!(all.len() > 2, "{} times", all.len());
    for ended in &all {
        assert!(cost(ended)[0] <= 7, "{}", ended.stdout);
    }
    assert!(all[1].stdout.starts_with("Going on from 7 sessions explored before\n"), "{}", all[1].stdout);
    assert_eq!(ways(&map(&project, "forks")), whole("forks", FORKS));
    // Nothing is kept of what is whole.
    project.draftgate(&["explore", "forks", "--max-sessions", "2"]).exits(0).never_says("Going on");
    project.draftgate(&["explore", "forks", "--max-sessions", "2", "--fresh"]).exits(0).never_says("Going on");
    project.draftgate(&["explore", "forks", "--max-sessions", "2"]).exits(0).says("Going on from 2 sessions");
}

#[test]
fn requests_are_limited_uploads_among_them() {
    // Without services that take their time nothing is polled for.
    let prompt = CHECKED.replace(", takes: 20ms", "");
    for (flow, text, limit) in [("forks", FORKS, 60), ("checked", prompt.as_str(), 16)] {
        let project = project(flow, &pinned(text));
        let all = until_whole(&project, flow, &["--max-requests", &limit.to_string()]);
        assert!(all.len() > 1, "{flow} was explored at once");
        for ended in &all {
            assert!(cost(ended)[1] <= limit, "{}", ended.stdout);
        }
        assert_eq!(ways(&map(&project, flow)), whole(flow, text));
    }
}

#[test]
fn service_runs_are_limited() {
    let project = project("checked", &pinned(CHECKED));
    let all = until_whole(&project, "checked", &["--max-service-runs", "3"]);
    assert!(all.len() > 1, "it was explored at once");
    for ended in &all {
        assert!(cost(ended)[2] <= 3, "{}", ended.stdout);
    }
    assert_eq!(ways(&map(&project, "checked")), whole("checked", CHECKED));
}

#[test]
fn time_is_limited() {
    let project = project("forks", &pinned(FORKS));
    project.draftgate(&["explore", "forks", "--budget", "1ms"]).exits(0).says("This is not all: a limit was reached");
    project.draftgate(&["explore", "forks", "--budget", "10m"]).exits(0).never_says("This is not all");
    assert_eq!(ways(&map(&project, "forks")), whole("forks", FORKS));
}

#[test]
fn what_was_found_out_of_another_flow_is_forgotten() {
    let edits = [
        [("name: Installments", "name: Number of payments"), ("payment.installments", "payment.number_of_payments")],
        [("name: Kind", "name: Sort"), ("start.kind", "start.sort")],
    ];
    for edit in edits {
        let project = project("forks", &pinned(FORKS));
        project.draftgate(&["explore", "forks", "--max-sessions", "8"]).exits(0).says("This is not all");
        let edited = edit.iter().fold(FORKS.to_owned(), |text, (old, new)| text.replace(old, new));
        assert_ne!(edited, FORKS);
        project.write("scenarios/forks.flow.yaml", pinned(&edited));
        let ended = project.draftgate(&["explore", "forks"]).exits(0).never_says("finding");
        ended.complains("warning: the flow was changed since: 8 sessions explored before tell nothing of it");
        // Of the map that was begun before, what is there no more stays until it is explored anew.
        let found = ways(&map(&project, "forks"));
        let whole = whole("forks", &edited);
        assert!(whole.iter().all(|way| found.contains(way)), "{found:#?}\n{whole:#?}");
    }
}
