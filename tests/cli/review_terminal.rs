//! `draftgate review` on a pseudo-terminal, driven by keys: what is seen, what is left in files, and what an end at any
//! moment leaves.

use std::process::Command;
use std::time::{Duration, Instant};

use rexpect::session::{Options, PtySession, spawn_with_options};

use crate::project::Project;

const COUNT: usize = 30;
/// How long anything may take that is waited for. Nothing is asserted about it.
const PATIENCE: Duration = Duration::from_secs(60);

fn path(number: usize) -> String {
    format!("snapshots/s{number:02}/01-init.snap")
}

/// An accepted snapshot, or one that awaits review with its step's line. Each has a field of its own, so that no two have
/// the same change.
fn file(number: usize, line: &str, required: bool) -> String {
    let rules = if required { "[\n        {\n          \"type\": \"required\"\n        }\n      ]" } else { "[]" };
    format!(
        "---\nsource: scenarios/s{number:02}.yaml\n{line}description: \"step 1: init\"\n---\n{{\n  \"canGoBack\": false,\n  \
         \"elements\": [\n    {{\n      \"id\": \"[id:Field {number}]\",\n      \"name\": \"Field {number}\",\n      \
         \"type\": \"text\",\n      \"validations\": {rules}\n    }}\n  ],\n  \"id\": \"[id:Form]\",\n  \"title\": \"Form\",\n  \
         \"type\": \"form\"\n}}\n"
    )
}

fn accepted(number: usize) -> String {
    file(number, "", true)
}

fn thirty() -> Project {
    let project = Project::new();
    for number in 1..=COUNT {
        project.write(&format!("scenarios/s{number:02}.yaml"), "scenario: One\nflow: f\nsteps:\n  - init\n");
        project.write(&path(number), file(number, "", false));
        project.write(&format!("{}.new", path(number)), file(number, "assertion_line: 4\n", true));
    }
    project
}

/// Starts a review on a pseudo-terminal of 80 columns and 24 lines, and has its exit code said behind it.
fn start(project: &Project) -> PtySession {
    start_by(project, &format!("{} review; echo \"it ended with $?\"", env!("CARGO_BIN_EXE_draftgate")))
}

/// Starts a review whose process is known.
fn start_to_be_ended(project: &Project) -> PtySession {
    start_by(project, &format!("echo $$ > process; exec {} review", env!("CARGO_BIN_EXE_draftgate")))
}

fn signal(project: &Project, name: &str) {
    let process = project.read("process").unwrap();
    let kill = format!("kill -{name} {}", process.trim());
    assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
}

fn start_by(project: &Project, script: &str) -> PtySession {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    command.env_clear().env("TERM", "xterm").env("NO_COLOR", "1").current_dir(project.path());
    let patience = u64::try_from(PATIENCE.as_millis()).unwrap();
    spawn_with_options(command, Options::new().timeout_ms(Some(patience))).unwrap()
}

#[track_caller]
fn press(terminal: &mut PtySession, keys: &str, seen: &str) -> String {
    terminal.send(keys).unwrap();
    terminal.flush().unwrap();
    match terminal.exp_string(seen) {
        Ok(before) => before,
        Err(error) => panic!("{seen:?} is not seen after {keys:?}: {error}"),
    }
}

#[test]
fn thirty_snapshots_are_gone_through_with_keys() {
    let project = thirty();
    let mut terminal = start(&project);
    let before = press(&mut terminal, "", "Reviewing [1/30]");
    assert!(before.contains("\u{1b}[?1049h") && before.contains("\u{1b}[?25l"), "another screen, and no cursor");
    press(&mut terminal, "", "scenarios/s01.yaml:4  - init");
    press(&mut terminal, "", "Field 1 became required");
    press(&mut terminal, "", "quit and keep");
    press(&mut terminal, "a", "Reviewing [2/30]");
    assert_eq!(project.read(&path(1)).unwrap(), accepted(1), "it is written at once");
    press(&mut terminal, "r", "Reviewing [3/30]");
    press(&mut terminal, "s", "Reviewing [4/30]");
    press(&mut terminal, "dd", "view: side by side");
    press(&mut terminal, "i", "snapshots/s04/01-init.snap.new");
    press(&mut terminal, "uu", "Reviewing [2/30]");
    assert!(project.read(&format!("{}.new", path(2))).is_some(), "what was rejected is back");
    press(&mut terminal, "/s07\r", "filter: s07");
    press(&mut terminal, "a", "nothing is left for `s07`; Esc shows the rest");
    press(&mut terminal, "A\u{1b}", "Reviewing [");
    press(&mut terminal, "s", "Reviewing [");
    press(&mut terminal, "A", "accept all 27 that remain? y / n");
    press(&mut terminal, "y", "Nothing is left to look at");
    let end = press(&mut terminal, "\r", "it ended with 6");
    assert!(end.contains("\u{1b}[?25h\u{1b}[?1049l"), "the cursor and the screen are back");
    assert!(end.contains("29 accepted, 0 rejected, 1 skipped"), "{end}");
    let left: Vec<String> = project.files("snapshots").into_iter().filter(|file| file.ends_with(".new")).collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn leaving_keeps_everything_and_a_change_on_disk_is_shown_anew() {
    let project = thirty();
    let mut terminal = start(&project);
    press(&mut terminal, "", "Field 1 became required");
    let written_anew = file(1, "assertion_line: 9\n", true).replace("Form", "Another form");
    project.write(&format!("{}.new", path(1)), &written_anew);
    press(&mut terminal, "a", "was written anew since it was read");
    assert_eq!(project.read(&path(1)).unwrap(), file(1, "", false), "and is not accepted");
    press(&mut terminal, "a", "Reviewing [2/30]");
    assert_eq!(project.read(&path(1)).unwrap(), written_anew.replace("assertion_line: 9\n", ""));
    let end = press(&mut terminal, "\u{3}", "it ended with 130");
    assert!(end.contains("\u{1b}[?25h\u{1b}[?1049l") && end.contains("29 snapshots still await review"), "{end}");
}

#[test]
fn killed_at_any_moment_it_leaves_each_snapshot_old_or_new() {
    // Told by the first file whose acceptance is seen from outside.
    for first_seen in [1, 4, 17, 29] {
        let project = thirty();
        let mut terminal = start_to_be_ended(&project);
        press(&mut terminal, "", "quit and keep");
        press(&mut terminal, "A", "accept all 30");
        terminal.send("y").unwrap();
        terminal.flush().unwrap();
        let until = Instant::now() + PATIENCE;
        while project.read(&path(first_seen)).as_deref() == Some(file(first_seen, "", false).as_str()) {
            assert!(Instant::now() < until, "nothing is accepted");
            std::thread::yield_now();
        }
        signal(&project, "KILL");
        terminal.exp_eof().unwrap();
        for number in 1..=COUNT {
            let (now, waiting) = (project.read(&path(number)).unwrap(), project.read(&format!("{}.new", path(number))));
            match waiting {
                Some(waiting) => {
                    assert_eq!(waiting, file(number, "assertion_line: 4\n", true));
                    assert!(now == accepted(number) || now == file(number, "", false), "{now}");
                }
                None => assert_eq!(now, accepted(number)),
            }
        }
        project.draftgate(&["review", "--accept"]).exits(0);
        assert!((1..=COUNT).all(|number| project.read(&path(number)).unwrap() == accepted(number)));
        assert!(project.files("snapshots").iter().all(|file| !file.ends_with(".new")));
    }
}

#[test]
fn asked_to_end_it_gives_the_terminal_back() {
    let project = thirty();
    let mut terminal = start_to_be_ended(&project);
    press(&mut terminal, "", "quit and keep");
    signal(&project, "TERM");
    let before = terminal.exp_string("30 snapshots still await review").unwrap();
    assert!(before.contains("\u{1b}[?2004l\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"), "{before:?}");
    terminal.exp_eof().unwrap();
}

#[test]
fn a_signal_that_ends_it_leaves_the_terminal_in_its_usual_modes() {
    for name in ["TERM", "HUP"] {
        let project = thirty();
        let review = format!("sh -c 'echo $$ > process; exec {} review'", env!("CARGO_BIN_EXE_draftgate"));
        let mut terminal =
            start_by(&project, &format!("trap '' HUP; (trap - HUP; {review}); stty -a; echo \"all said\""));
        press(&mut terminal, "", "quit and keep");
        signal(&project, name);
        let end = terminal.exp_string("all said").unwrap();
        assert!(end.contains("30 snapshots still await review"), "{name}: {end}");
        assert!(end.contains(" icanon") && !end.contains("-icanon") && !end.contains("-isig"), "{name}: {end}");
    }
}

#[test]
fn what_is_pasted_and_keys_that_are_not_known_decide_nothing() {
    let project = thirty();
    let mut terminal = start(&project);
    let before = press(&mut terminal, "", "quit and keep");
    assert!(before.contains("\u{1b}[?2004h"), "{before:?}");
    // Pasted text, shift and an arrow, F3, F4; and a key that shows they have been read.
    press(&mut terminal, "\u{1b}[200~READ my ARSy\u{1b}[201~", "quit and keep");
    press(&mut terminal, "\u{1b}[1;2A", "quit and keep");
    press(&mut terminal, "\u{1b}OR", "quit and keep");
    press(&mut terminal, "\u{1b}OS", "quit and keep");
    press(&mut terminal, "i", "01-init.snap.new");
    let end = press(&mut terminal, "q", "it ended with 6");
    assert!(end.contains("0 accepted, 0 rejected, 0 skipped"), "{end}");
}

#[test]
fn what_comes_to_await_review_meanwhile_is_offered_before_the_end_is_said() {
    let project = thirty();
    let mut terminal = start(&project);
    press(&mut terminal, "", "quit and keep");
    project.write("snapshots/s31/01-init.snap.new", file(31, "assertion_line: 4\n", true));
    press(&mut terminal, "A", "accept all 30");
    press(&mut terminal, "y", "s31  step 1: init");
    press(&mut terminal, "", "1 more came to await review meanwhile");
    press(&mut terminal, "a", "Nothing is left to look at");
    project.write("snapshots/s32/01-init.snap.new", file(32, "assertion_line: 4\n", true));
    press(&mut terminal, "\r", "s32  step 1: init");
    press(&mut terminal, "", "quit and keep");
    project.write("snapshots/s33/01-init.snap.new", file(33, "assertion_line: 4\n", true));
    let end = press(&mut terminal, "q", "it ended with 6");
    assert!(end.contains("31 accepted, 0 rejected") && end.contains("2 snapshots still await review"), "{end}");
}

#[test]
fn continued_after_a_stop_it_draws_anew_and_takes_keys() {
    let project = thirty();
    let mut terminal = start_to_be_ended(&project);
    press(&mut terminal, "", "quit and keep");
    signal(&project, "STOP");
    signal(&project, "CONT");
    let anew = terminal.exp_string("quit and keep").unwrap();
    assert!(anew.contains("\u{1b}[?1049h"), "{anew:?}");
    press(&mut terminal, "s", "Reviewing [2/30]");
    // Nobody could continue it here, so that Ctrl-Z does not stop it.
    let anew = press(&mut terminal, "\u{1a}", "Reviewing [2/30]");
    assert!(anew.contains("\u{1b}[?1049l") && anew.contains("\u{1b}[?1049h"), "{anew:?}");
}
