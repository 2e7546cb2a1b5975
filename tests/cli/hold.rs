//! `draftgate hold` and `resume`: who stands in a flow while it is published, at a sandbox that is served by itself.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::project::{Ended, Project, Running};

/// A fork that an option leads to the one side of, and only a large sum to another; and a service that takes its time.
const JOIN: &str = "flow: join
nodes:
  - form: person
    title: Personal details
    elements:
      - { name: First name, role: first_name, type: text, required: true, max_length: 50 }
      - { name: Kind, type: dropdown, required: true, options: [private, business] }
      - { name: Sum, type: number, required: true, min: 0, max: 100000 }
  - { condition: is-business, when: person.kind == 'business', then: company, else: check }
  - form: company
    title: Company
    elements: [ { name: Company name, type: text, required: true } ]
  - { service: check, type: TRULIOO_EIDV, takes: 1s }
  - form: address
    title: Address
    elements:
      - { name: Street, role: address_1, type: text, required: true }
      - { name: Years there, type: number, min: 0, max: 90 }
  - { condition: is-large, when: person.sum >= 50000, then: funds, else: proof }
  - form: funds
    title: Source of funds
    elements: [ { name: Source, type: text, required: true } ]
  - form: proof
    title: Proof of address
    elements: [ { name: Proof, type: file, required: true, accept: [pdf] } ]
";

/// A sandbox in a process of its own, and the project of its definitions.
struct Served {
    project: Project,
    running: Running,
    base_url: String,
}

impl Served {
    fn start() -> Self {
        Served::at(Project::new().with("scenarios/join.flow.yaml", JOIN), "0")
    }

    fn at(project: Project, port: &str) -> Self {
        let mut running = project.start(&["sandbox", "--port", port]);
        let base_url = format!("http://{}/wfs/interpreter-v2", running.until_ready().1);
        Served { project, running, base_url }
    }

    /// Publishes the flow with something in it changed.
    fn publish(&mut self, old: &str, new: &str) {
        assert!(JOIN.contains(old), "{old}");
        self.project.write("scenarios/join.flow.yaml", format!("{}# again\n", JOIN.replace(old, new)));
        self.running.until("Reloaded: join");
    }

    fn call(&self, arguments: &[&str]) -> Ended {
        self.project.draftgate(&[arguments, &["--base-url", &self.base_url]].concat())
    }

    fn hold(&self) -> Ended {
        self.call(&["hold", "join"]).exits(0)
    }

    /// The file of those who are held.
    fn file(&self) -> Value {
        serde_json::from_str(&self.project.read("scenarios/.draftgate/held/join.json").unwrap()).unwrap()
    }

    fn sessions(&self) -> Vec<String> {
        let places = self.file()["places"].as_array().unwrap().clone();
        let sessions = places.iter().flat_map(|place| place["sessions"].as_array().unwrap().clone());
        sessions.map(|session| session["session"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn who_is_held_is_found_where_they_were_left_and_can_finish() {
    let mut served = Served::start();
    let ended = served.hold();
    let ended = ended
        .says("  held       Personal details        1 session after 1 request\n")
        .says("  held       pending before Address  1 session after 2 requests\n")
        .says("  held       Address                 1 session after ")
        .says("  held       Company                 1 session after 2 requests\n")
        .says("  held       Proof of address        1 session after ")
        .says("5 applicants held at 5 places; ")
        .says("The flow has not been explored: `draftgate explore join` finds steps")
        .says("Wrote scenarios/.draftgate/held/join.json: whoever reads it can go on as these applicants\n")
        .says("When the flow is published: draftgate resume join\n");
    let file = served.project.path().join("scenarios/.draftgate/held/join.json");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(served.project.read("scenarios/.draftgate/.gitignore").unwrap(), "*\n");
    let sessions = served.sessions();
    assert_eq!(sessions.len(), 5);
    let held = served.file();
    assert_eq!(held["places"][3]["entered"][0]["step"], "Personal details");
    assert_eq!(held["places"][3]["entered"][0]["values"]["Kind"], "business");

    // New ids alone cost nobody anything.
    served.publish("", "");
    let stayed = served.call(&["resume", "join", "--stay", "--json", "out/stay.json"]).exits(0);
    let stayed = stayed
        .says("  fine       Address                 stands there\n")
        .says("\n  5 fine, 0 hindered, 0 lost; 5 of 5 places; ");
    assert_eq!(served.file(), held, "who was only looked after is held still");
    let gone = served.call(&["resume", "join", "--json", "out/r.json", "--markdown", "out/r.md"]).exits(0);
    let gone = gone
        .says("join (draft), held for ")
        .says("  fine       Personal details        as far as END\n")
        .says("  fine       pending before Address  as far as END\n")
        .says("  fine       Proof of address        as far as END\n")
        .says("\n  5 fine, 0 hindered, 0 lost; 5 of 5 places; ");
    let json = served.project.read("out/r.json").unwrap();
    let markdown = served.project.read("out/r.md").unwrap();
    assert!(
        markdown.starts_with("## draftgate: no applicant on the way is lost\n\n### Applicants held in join (draft)\n")
    );
    assert!(markdown.contains("| Address | \u{2705} fine | END |\n"), "{markdown}");
    for session in &sessions {
        for text in [&ended.all(), &stayed.all(), &gone.all(), &json, &markdown] {
            assert!(!text.contains(session), "{text}");
        }
    }
    let schema: Value =
        serde_json::from_str(&served.project.draftgate(&["schema", "resumption"]).exits(0).stdout).unwrap();
    let found: Value = serde_json::from_str(&json).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&found).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");

    // They stand there no more, which is nobody's loss.
    assert!(served.file()["places"][0]["sessions"][0]["goneOn"]["at"].is_string());
    served
        .call(&["resume", "join"])
        .exits(4)
        .complains("error: 5 applicants were held at ")
        .complains("and gone on with since: hold others, `draftgate hold join`");
    served.hold().never_says("let go");
    served.hold().says("  5 applicants held before let go\n");
}

#[test]
fn who_stood_on_a_step_that_was_removed_is_lost() {
    let mut served = Served::start();
    served.hold();
    // Its place is taken by another node, which the same condition leads to.
    served.publish("proof", "evidence");
    let ended = served.call(&["resume", "join", "--markdown", "out/r.md"]).exits(1);
    ended
        .says("  lost       Proof of address\n               the step was removed under them: 4002, Node not found\n")
        .says("  fine       Address                 as far as END\n")
        .says("\n  4 fine, 0 hindered, 1 lost; 5 of 5 places; ");
    let markdown = served.project.read("out/r.md").unwrap();
    assert!(markdown.starts_with("## draftgate: applicants are lost at 1 place\n"), "{markdown}");
    assert!(markdown.contains("#### Proof of address\n\n- the step was removed under them: 4002, Node not found\n"));
    // Whoever is lost is not used up: when the step is back, so are they.
    served.publish("", "");
    served
        .call(&["resume", "join"])
        .exits(0)
        .says("with them somebody went on before")
        .says("\n  1 fine, 0 hindered, 0 lost; ");
}

#[test]
fn what_a_form_asks_for_anew_costs_nothing_and_what_it_takes_no_more_hinders() {
    let mut served = Served::start();
    served.hold();
    served.publish(
        "      - { name: Years there, type: number, min: 0, max: 90 }",
        "      - { name: Years there, type: number, min: 0, max: 90 }\n      - { name: Town, type: text, required: true }",
    );
    let town = "               *Town* was added after *Years there* (text, required)\n";
    served
        .call(&["resume", "join"])
        .exits(0)
        .says(&format!("  fine       pending before Address  as far as END\n{town}"))
        .says(&format!("  fine       Address                 as far as END\n{town}"))
        .says("\n  5 fine, 0 hindered, 0 lost; ");
    served.publish("", "");
    served.hold();
    served.publish("max_length: 50", "max_length: 2");
    served
        .call(&["resume", "join", "--stay", "--strict"])
        .exits(0)
        .says("the maximum length of *First name* is now 2, was 50");
    let ended = served.call(&["resume", "join", "--strict"]).exits(1);
    ended
        .says("  hindered   Personal details        as far as END\n")
        .says("*Personal details* refuses what was valid before (4008, Failed validation for submitted data: First name), and takes what it asks for now\n")
        .says("\n  4 fine, 1 hindered, 0 lost; ");
}

#[test]
fn a_service_that_fails_since_is_a_loss_and_one_that_failed_before_is_none() {
    let mut served = Served::start();
    served.hold();
    served.publish("takes: 1s }", "takes: 1s, fails: 4009 }");
    let ended = served.call(&["resume", "join"]).exits(1);
    ended
        .says("  lost       Personal details        as far as 4009, ")
        .says("*Personal details* a service fails: 4009, ")
        .says("  fine       Address                 as far as END\n")
        .says("\n  2 fine, 0 hindered, 3 lost; ");
    served.call(&["hold", "join"]).exits(0);
    served.call(&["resume", "join"]).exits(0).says("they get as far as before they were held: 4009, ");
}

#[test]
fn a_map_leads_to_steps_that_no_option_does() {
    let served = Served::start();
    served.hold().never_says("Source of funds");
    served.call(&["explore", "join"]).exits(0);
    served
        .hold()
        .says("  held       Source of funds         1 session after ")
        .says("6 applicants held at 6 places; ")
        .never_says("has not been explored");
    served.call(&["resume", "join"]).exits(0).says("  fine       Source of funds         as far as END\n");
    let few = served.call(&["hold", "join", "--each", "3", "--max-sessions", "8"]).exits(0);
    let began = |text: &str| {
        served.sessions().len() + text.split_once("; ").unwrap().1.split_once(' ').unwrap().0.parse::<usize>().unwrap()
    };
    assert!(began(&few.stdout) <= 8, "{}", few.stdout);
    let many = served.call(&["hold", "join", "--each", "3"]).exits(0);
    many.says("  held       Address                 3 sessions after ").says("18 applicants held at 6 places; ");
    served
        .call(&["resume", "join", "--stay"])
        .exits(0)
        .says("  fine       Address                 stands there, 3 of 3\n");
}

#[test]
fn whom_the_server_does_not_know_any_more_is_lost() {
    let Served { project, running, base_url } = Served::start();
    project.draftgate(&["hold", "join", "--base-url", &base_url]).exits(0);
    running.ended_by("-INT").exits(0);
    project.draftgate(&["resume", "join", "--base-url", &base_url]).exits(5).complains("no connection to");
    let port = base_url.split([':', '/']).nth(4).unwrap().to_owned();
    let served = Served::at(project, &port);
    served.call(&["resume", "join"]).exits(1).says("their session is not known any more: 4100, Client not found\n");
}

#[test]
fn what_cannot_be_held_or_resumed_is_said_with_the_way_out() {
    let served = Served::start();
    let project = &served.project;
    for command in ["hold", "resume"] {
        project
            .draftgate(&[command, "join"])
            .exits(2)
            .complains("the embedded sandbox forgets its applicants when this command ends\n  serve it by itself with `draftgate sandbox`");
        served.call(&[command, "join", "--version", "live"]).exits(2).complains("only with --allow-live");
    }
    served
        .call(&["resume", "join"])
        .exits(2)
        .complains("nobody is held in join: there is no scenarios/.draftgate/held/join.json\n  `draftgate hold join` holds applicants");
    served.call(&["hold", "jion"]).exits(2).complains("there is no flow `jion`");
    served.call(&["hold", "join", "--language", "fr"]).exits(2).complains("the API knows no language `fr`");
    served.call(&["hold", "join", "--max-sessions", "2"]).exits(2).complains("2 is not in 3..");
    project.write("notes.md", "# Mine\n");
    served.call(&["hold", "join", "--out", "notes.md"]).exits(2).complains("notes.md is there already");
    project.write("held.json", "{\"format\": 9}");
    served
        .call(&["resume", "join", "--file", "held.json"])
        .exits(2)
        .complains("held.json is not read: it has the form 9");
    served
        .call(&["hold", "join", "--version", "live", "--allow-live"])
        .exits(0)
        .says("resume join --version live --allow-live\n");
    assert!(project.read("scenarios/.draftgate/held/join.live.json").is_some());
    served.call(&["resume", "join", "--version", "live", "--allow-live"]).exits(0).says("join (live), held for ");
    served.call(&["hold", "join", "--out", "out/held.json"]).exits(0).says("Wrote out/held.json: ");
    let there = ["--file", "out/held.json"];
    served
        .call(&[&["resume", "other"], &there[..]].concat())
        .exits(2)
        .complains("holds applicants of join, not of other");
    let elsewhere = ["--base-url", "http://127.0.0.1:9/wfs/interpreter-v2"];
    project
        .draftgate(&[&["resume", "join"], &there[..], &elsewhere].concat())
        .exits(2)
        .complains(&format!("they were held at {}", served.base_url));
    served.call(&[&["resume", "join", "--stay"], &there[..]].concat()).exits(0);
}

#[test]
fn whose_page_stayed_open_submits_the_ids_of_before() {
    let mut served = Served::start();
    served.hold();
    // While nothing is published, the page is taken as it is.
    let ended = served.call(&["resume", "join", "--open-pages", "--strict", "--json", "r.json", "--markdown", "r.md"]);
    ended
        .exits(0)
        .says(", their pages open all the time\n")
        .says("  fine       Personal details        as far as END\n")
        .says("  fine       Proof of address        as far as END\n")
        .says("\n  5 fine, 0 hindered, 0 lost; ");
    let found: Value = serde_json::from_str(&served.project.read("r.json").unwrap()).unwrap();
    assert_eq!((&found["openPages"], &found["stayed"]), (&Value::from(true), &Value::from(false)));
    assert!(served.project.read("r.md").unwrap().contains(", their pages open all the time; "));
    // Published anew, its fields have other ids: who loads it again gets through.
    served.hold();
    served.publish("", "");
    let refused = "               the page that was open is refused (4006, Missing data for required element: ";
    let ended = served.call(&["resume", "join", "--open-pages"]).exits(0);
    ended
        .says(&format!("  hindered   Personal details        as far as END\n{refused}"))
        .says(&format!("  hindered   Company                 as far as END\n{refused}"))
        .says("), and must be loaded again\n")
        // There is no page while a service is at work.
        .says("  fine       pending before Address  as far as END\n")
        .says("\n  1 fine, 4 hindered, 0 lost; ");
    // Who asks first is not hindered.
    served.hold();
    served.publish("flow: join", "flow: join # anew");
    served.call(&["resume", "join", "--strict"]).exits(0).says("\n  5 fine, 0 hindered, 0 lost; ");
    // Whose step was removed is lost, whatever they send.
    served.hold();
    served.publish("proof", "evidence");
    served
        .call(&["resume", "join", "--open-pages"])
        .exits(1)
        .says("  lost       Proof of address\n               the step was removed under them: 4002, Node not found\n");
    served.call(&["resume", "join", "--open-pages", "--stay"]).exits(2).complains("cannot be used with");
}

#[test]
fn an_interruption_loses_nobody_who_stands_somewhere() {
    let served = Served::start();
    let file = served.project.path().join("scenarios/.draftgate/held/join.json");
    let many = ["hold", "join", "--each", "1000", "--max-sessions", "20000", "--base-url", &served.base_url];
    let holding = served.project.start(&many);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(120);
    while !file.exists() {
        assert!(std::time::Instant::now() < deadline, "nobody is kept while others are made to stand");
        std::thread::yield_now();
    }
    let ended = holding.ended_by("-INT").exits(130);
    let ended = ended.complains("interrupted: those who stand somewhere are held\n").says("  held       ");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let held = served.sessions().len();
    assert!((1..5000).contains(&held), "{held}");
    ended.says(&format!("\n  {held} applicant"));
    // They stand there.
    served.call(&["resume", "join", "--stay"]).exits(0).never_says("lost  ").says(" 0 hindered, 0 lost; ");
}

#[test]
fn who_is_on_the_way_in_the_live_version_is_found_after_it_was_published() {
    let project = Project::new()
        .with("scenarios/join.live.flow.yaml", JOIN)
        .with("scenarios/join.draft.flow.yaml", JOIN.replace("proof", "evidence"));
    let mut served = Served::at(project, "0");
    let live = ["--version", "live", "--allow-live"];
    served.call(&[&["hold", "join"], &live[..]].concat()).exits(0).says("5 applicants held at 5 places; ");
    served.call(&[&["resume", "join", "--stay"], &live[..]].concat()).exits(0).says("\n  5 fine, 0 hindered, 0 lost; ");
    // The draft is published.
    served.project.write("scenarios/join.live.flow.yaml", JOIN.replace("proof", "evidence"));
    served.running.until("Reloaded: join");
    served
        .call(&[&["resume", "join"], &live[..]].concat())
        .exits(1)
        .says("join (live), held for ")
        .says("  lost       Proof of address\n               the step was removed under them: 4002, Node not found\n")
        .says("\n  4 fine, 0 hindered, 1 lost; ");
}
