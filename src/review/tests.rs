use std::path::Path;

use serde_json::{Value, json};

use super::*;

fn body(title: &str, elements: &Value) -> String {
    let id = format!("[id:{title}]");
    format!("{:#}", json!({"canGoBack": false, "elements": elements, "id": id, "title": title, "type": "form"}))
}

fn field(name: &str, required: bool) -> Value {
    let rules = if required { json!([{"type": "required"}]) } else { json!([]) };
    json!({"id": format!("[id:{name}]"), "name": name, "type": "text", "validations": rules})
}

fn item(path: &str, old: Option<String>, new: &str) -> Item {
    let mut waiting = Waiting::of(format!("snapshots/{path}.snap"), old.as_deref(), new);
    waiting.source = Some(format!("scenarios/{}.yaml", path.split('/').next().unwrap()).into());
    waiting.line = Some(12);
    Item::new(waiting, Path::new("snapshots"), Some("  - submit: { Street: Main }".to_owned()))
}

/// The same change in `a` and `b`, another one in `b`, and a first answer in `c`.
fn four() -> Review {
    let suburb = |path: &str| {
        let form = |required: bool| body("Address", &json!([field("Street", true), field("Suburb", required)]));
        item(path, Some(form(false)), &form(true))
    };
    let end = json!({"id": "[id:end]", "type": "end", "text": "Bye"});
    Review::new(vec![
        suburb("a/01-init"),
        suburb("b/01-init"),
        item("b/02-submit", Some(body("Document check", &json!([]))), &format!("{end:#}")),
        item("c/01-init", None, &body("Address", &json!([field("Street", true)]))),
    ])
}

/// Presses a key and does what it asks for, as if every file were there.
fn press(review: &mut Review, key: Key) -> Vec<Effect> {
    let effects = review.key(key);
    for effect in &effects {
        match *effect {
            Effect::Settle(item, how) => review.settled(item, how),
            Effect::TakeBack(item, _) => review.taken_back(item),
            Effect::Quit { .. } => {}
        }
    }
    effects
}

fn type_in(review: &mut Review, keys: &str) -> Vec<Effect> {
    keys.chars().flat_map(|letter| press(review, if letter == '\n' { Key::Enter } else { Key::Char(letter) })).collect()
}

fn screen(review: &Review) -> String {
    review.frame(80, 24, false).iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[track_caller]
fn shows(review: &Review, text: &str) {
    assert!(screen(review).contains(text), "{text:?} is not to be seen:\n{}", screen(review));
}

#[test]
fn the_same_change_is_one_entry_and_is_accepted_as_one() {
    let mut review = four();
    assert_eq!(review.entries(), [vec![0, 1], vec![2], vec![3]]);
    shows(&review, "Reviewing [1/3]  changed  the same change in 2 snapshots\na  step 1: init  and 1 more (i)\n");
    shows(&review, "scenarios/a.yaml:12  - submit: { Street: Main }\n");
    shows(&review, "• Suburb became required\n");
    let accepted = [Effect::Settle(0, Settled::Accepted), Effect::Settle(1, Settled::Accepted)];
    assert_eq!(type_in(&mut review, "a"), accepted);
    shows(&review, "Reviewing [2/3]  changed\nb  step 2: submit\n");
    shows(&review, "• the flow now ends here, was Document check\n");
    assert_eq!(type_in(&mut review, "r"), [Effect::Settle(2, Settled::Rejected)]);
    shows(&review, "Reviewing [3/3]  new\n");
    shows(&review, "• New: the form Address with 1 field: Street (text, required)\n");
    assert_eq!(type_in(&mut review, "s"), []);
    assert_eq!(review.counts(), Counts { accepted: 2, rejected: 1, skipped: 1, open: 0 });
    shows(&review, "Nothing is left to look at\n");
    shows(&review, "    1 skipped: they still await review\n");
    assert_eq!(press(&mut review, Key::Enter), [Effect::Quit { interrupted: false }]);
}

#[test]
fn capital_letters_decide_about_all_that_remain() {
    for (key, counts) in [
        ('A', Counts { accepted: 3, skipped: 0, rejected: 1, open: 0 }),
        ('R', Counts { rejected: 4, ..Counts::default() }),
        ('S', Counts { skipped: 3, rejected: 1, ..Counts::default() }),
    ] {
        let mut review = four();
        press(&mut review, Key::Right);
        type_in(&mut review, "r");
        assert_eq!(press(&mut review, Key::Char(key)), []);
        if key != 'S' {
            shows(
                &review,
                if key == 'A' { "accept all 3 that remain? y / n" } else { "reject all 3 that remain? y / n" },
            );
            type_in(&mut review, "n");
            shows(&review, "all are left as they were");
            type_in(&mut review, &format!("{key}y"));
        }
        assert_eq!(review.counts(), counts, "{key}");
        assert!(review.is_over());
    }
}

#[test]
fn everything_can_be_undone_in_turn() {
    let mut review = four();
    type_in(&mut review, "asr");
    assert!(review.is_over());
    assert_eq!(type_in(&mut review, "u"), [Effect::TakeBack(3, Settled::Rejected)]);
    shows(&review, "Reviewing [3/3]");
    assert_eq!(type_in(&mut review, "u"), []);
    shows(&review, "Reviewing [2/3]");
    let back = [Effect::TakeBack(1, Settled::Accepted), Effect::TakeBack(0, Settled::Accepted)];
    assert_eq!(type_in(&mut review, "u"), back);
    shows(&review, "Reviewing [1/3]");
    assert_eq!(review.counts(), Counts { open: 4, ..Counts::default() });
    type_in(&mut review, "u");
    shows(&review, "there is nothing to undo");
}

#[test]
fn a_group_is_taken_apart() {
    let mut review = four();
    type_in(&mut review, "x");
    assert_eq!(review.entries().len(), 4);
    shows(&review, "Reviewing [1/4]  changed\na  step 1: init\n");
    assert_eq!(type_in(&mut review, "a"), [Effect::Settle(0, Settled::Accepted)]);
    shows(&review, "Reviewing [2/4]  changed\nb  step 1: init\n");
    type_in(&mut review, "x");
    shows(&review, "nothing to take apart");
}

#[test]
fn a_filter_bounds_what_is_seen_and_what_all_means() {
    let mut review = four();
    type_in(&mut review, "/b/01 Aqx");
    shows(&review, "/b/01 Aqx▏\n");
    press(&mut review, Key::Backspace);
    press(&mut review, Key::Backspace);
    press(&mut review, Key::Backspace);
    type_in(&mut review, "init\n");
    shows(&review, "Reviewing [1/1]  changed  filter: b/01 init\nb  step 1: init\n");
    assert_eq!(type_in(&mut review, "A"), [Effect::Settle(1, Settled::Accepted)]);
    shows(&review, "nothing is left for `b/01 init`; Esc shows the rest");
    assert_eq!(type_in(&mut review, "arsARSyxn"), []);
    press(&mut review, Key::Escape);
    assert_eq!(review.entries().len(), 3);
    shows(&review, "Reviewing [1/3]");
    type_in(&mut review, "/nowhere\n");
    shows(&review, "nothing that awaits review matches `nowhere`; Esc shows the rest");
    assert_eq!(type_in(&mut review, "arsARSyxn"), []);
    assert_eq!(review.counts(), Counts { accepted: 1, open: 3, ..Counts::default() });
    type_in(&mut review, "/");
    "nowhere".chars().for_each(|_| drop(press(&mut review, Key::Backspace)));
    type_in(&mut review, "ENDS\n");
    shows(&review, "• the flow now ends here");
    press(&mut review, Key::Escape);
    assert_eq!(review.entries().len(), 3);
}

#[test]
fn what_changed_on_disk_is_shown_anew_and_not_accepted() {
    let mut review = four();
    review.key(Key::Char('A'));
    assert_eq!(review.key(Key::Char('y')).len(), 4);
    review.settled(0, Settled::Accepted);
    let form = body("Address", &json!([field("Street", false)]));
    review.renewed(1, Some(item("b/01-init", Some(form), &body("Address", &json!([field("Street", true)])))));
    review.renewed(2, None);
    review.failed("the disk is full");
    assert_eq!(review.counts(), Counts { accepted: 1, open: 2, ..Counts::default() });
    shows(&review, "1 of 4 accepted; the disk is full");
    shows(&review, "b  step 1: init\n");
    shows(&review, "• Street became required\n");
    assert_eq!(type_in(&mut review, "u"), [Effect::TakeBack(0, Settled::Accepted)]);
}

#[test]
fn views_and_info() {
    let mut review = four();
    shows(&review, "d view: summary");
    type_in(&mut review, "d");
    assert!(!screen(&review).contains('•'));
    shows(&review, "-       \"validations\": []\n+       \"validations\": [\n");
    type_in(&mut review, "d");
    shows(&review, "accepted                               │ new\n");
    shows(&review, "        \"validations\": []                │       \"validations\": [\n".trim_start());
    type_in(&mut review, "i");
    shows(&review, "• a, step 1: init  scenarios/a.yaml:12\n• b, step 1: init  scenarios/b.yaml:12\n");
    shows(&review, "new       snapshots/a/01-init.snap.new\n");
    type_in(&mut review, "id");
    assert_eq!(review.view(), View::Semantic);
}

#[test]
fn long_changes_are_scrolled_under_their_header() {
    let new: Vec<Value> = (0..40).map(|at| field(&format!("Field {at}"), true)).collect();
    let mut review = Review::new(vec![item("a/01-init", None, &body("Long", &json!(new)))]);
    shows(&review, "more lines below (space, j) ──");
    let before = screen(&review);
    press(&mut review, Key::Down);
    assert_eq!(screen(&review).lines().nth(4), before.lines().nth(5));
    press(&mut review, Key::Up);
    assert_eq!(screen(&review), before);
    press(&mut review, Key::PageDown);
    shows(&review, " lines above, ");
    press(&mut review, Key::End);
    shows(&review, "── the end; ");
    let end = screen(&review);
    press(&mut review, Key::PageDown);
    assert_eq!(screen(&review), end, "nothing is behind the end");
    type_in(&mut review, "g");
    assert_eq!(screen(&review), before);
    assert!(end.starts_with("Reviewing [1/1]  new\na  step 1: init\n") && end.contains("quit and keep"));
}

#[test]
fn a_frame_fits_whatever_the_size() {
    use unicode_width::UnicodeWidthStr;
    let wild = format!("\u{1b}[2J\u{202e}日本語 {}", "e\u{301}🦀 wide ".repeat(40));
    let elements = json!([field(&wild, true)]);
    let changed = item("a/01-init", Some(body(&wild, &json!([]))), &body(&wild, &elements));
    let mut review = Review::new(vec![changed, item("b/01-x", Some("old\n\u{7}text".to_owned()), "new\n\u{9b}2Jtext")]);
    for _ in 0..2 {
        for (width, height) in [(1, 1), (10, 5), (60, 20), (80, 24), (120, 40), (300, 100)] {
            for keys in ["", "d", "d", "i", "i", "d", "/a b"] {
                type_in(&mut review, keys);
                let frame = review.frame(width, height, false);
                assert_eq!(frame.len(), usize::from(height));
                for line in frame {
                    assert!(line.width() <= usize::from(width), "{width}: {line:?}");
                    assert!(!line.chars().any(|letter| letter.is_control() || letter == '\u{202e}'), "{line:?}");
                }
            }
            press(&mut review, Key::Escape);
        }
        press(&mut review, Key::Right);
    }
    shows(&review, "Reviewing [1/2]");
    press(&mut review, Key::Left);
    shows(&review, "• the text changed: 2 lines added, 2 lines removed\n");
}

#[test]
fn words_that_differ_stand_out_in_colour() {
    let change = item("a/01-x", Some("the old word".to_owned()), "the new word");
    let frame = Review::new(vec![change]).frame(80, 24, true).join("\n");
    assert!(
        frame.contains("\u{1b}[31m- the \u{1b}[0m\u{1b}[7m\u{1b}[31mold\u{1b}[0m\u{1b}[31m word\u{1b}[0m"),
        "{frame:?}"
    );
}

#[test]
fn leaving_keeps_what_was_not_decided() {
    let mut review = four();
    assert_eq!(type_in(&mut review, "q"), [Effect::Quit { interrupted: false }]);
    assert_eq!(press(&mut review, Key::Interrupt), [Effect::Quit { interrupted: true }]);
    type_in(&mut review, "/");
    assert_eq!(press(&mut review, Key::Interrupt), [Effect::Quit { interrupted: true }]);
    assert_eq!(review.counts().open, 4);
}

#[test]
fn a_half_done_group_says_how_much_was_done() {
    let mut review = four();
    assert_eq!(review.key(Key::Char('a')).len(), 2);
    let form = |required| body("Address", &json!([field("Street", required)]));
    review.renewed(0, Some(item("a/01-init", Some(form(false)), &form(true))));
    review.settled(1, Settled::Accepted);
    shows(&review, "1 of 2 accepted; a, step 1: init was written anew since it was read, look at it");
    shows(&review, "a  step 1: init\n");
    review.key(Key::Char('a'));
    review.renewed(0, Some(item("a/01-init", Some(form(false)), &form(true))));
    shows(&review, "not accepted: a, step 1: init was written anew since it was read, look at it");
}

#[test]
fn what_comes_meanwhile_is_taken_in_and_what_is_gone_is_not_counted() {
    let first = || item("c/01-init", None, &body("Address", &json!([field("Street", true)])));
    let mut review = Review::new(vec![first(), item("d/01-init", None, "gone"), item("e/01-init", None, "skipped")]);
    type_in(&mut review, "asS");
    assert!(review.is_over());
    assert_eq!(review.take_in(vec![item("e/01-init", None, "skipped")]), 0);
    assert_eq!(review.counts(), Counts { accepted: 1, skipped: 1, ..Counts::default() });
    let now = vec![item("c/01-init", Some("1".to_owned()), "2"), item("e/01-init", None, "written anew")];
    assert_eq!(review.take_in(now), 2);
    assert_eq!(review.counts(), Counts { accepted: 1, open: 2, ..Counts::default() });
    shows(&review, "c  step 1: init");
    shows(&review, "2 more came to await review meanwhile");
}

#[test]
fn a_group_of_several_flows_or_steps_says_so() {
    let of = |path: &str, flow: &str| item(path, None, "the same").of_flow(Some(flow.to_owned()));
    let mut review =
        Review::new(vec![of("a/01-init", "retail"), of("b/01-init", "corporate"), of("c/02-init", "retail")]);
    shows(&review, "the same answer in 3 snapshots of 2 flows, at 2 steps\n");
    type_in(&mut review, "i");
    shows(&review, "• b, step 1: init  flow corporate  scenarios/b.yaml:12\n");
    let review = Review::new(vec![of("a/01-init", "retail"), of("b/01-init", "retail")]);
    shows(&review, "the same answer in 2 snapshots\n");
}

#[test]
fn keys_are_shortened_before_any_is_lost() {
    let mut review = four();
    for (width, height) in [(80, 24), (40, 10), (20, 10), (20, 12), (30, 9)] {
        let frame = review.frame(width, height, false);
        let shown = frame.iter().rev().take_while(|line| !line.starts_with('─')).cloned().collect::<Vec<_>>();
        let shown = shown.into_iter().rev().collect::<Vec<_>>().join(" ").replace("A R S", "ARS");
        let words: Vec<&str> = shown.split_whitespace().collect();
        for key in ["a", "r", "s", "i", "d", "/", "x", "ARS", "q", "?"] {
            assert!(words.contains(&key), "{width}x{height}: {key} is not in {shown:?}");
        }
    }
    type_in(&mut review, "?");
    shows(&review, "x        take a group apart, to decide about each of it\n");
    type_in(&mut review, "G");
    shows(&review, "Ctrl-Z   stop for now; `fg` goes on\n");
    press(&mut review, Key::Escape);
    shows(&review, "• Suburb became required\n");
}

#[test]
fn a_change_that_means_nothing_else_still_says_something() {
    for (old, new) in [("{\"a\": 1}", "{\"a\": 1.0}"), ("{\"a\": 1}", "{ \"a\": 1 }")] {
        let review = Review::new(vec![item("a/01-x", Some(old.to_owned()), new)]);
        shows(&review, "• the text differs only in how values are written");
    }
}
