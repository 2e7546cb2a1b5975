//! The summary in Markdown, as `markdown-it` renders it.

use serde_json::{Value, json};

use crate::consumers::python;
use crate::flows::{plain, tiny};
use crate::mixed::{entries, finished, killed, mixed, tried_before, write};
use crate::project::Project;

/// What is seen of a page as GitHub makes it of Markdown (tables, links of bare addresses, HTML that is let through): its tags
/// but for the usual ones, its texts, the rows of its tables, what is folded, and what stands in fences.
const RENDER: &str = "
import json, sys
from html.parser import HTMLParser
from markdown_it import MarkdownIt
page = MarkdownIt('gfm-like', {'html': True, 'linkify': True}).render(sys.stdin.buffer.read().decode())
class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.tags, self.rows, self.headings, self.items, self.fences, self.folded = [], [], [], [], [], [], []
    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.open.append(tag)
        places = {'tr': (self.rows, []), 'h2': (self.headings, ''), 'h3': (self.headings, ''), 'li': (self.items, ''), 'pre': (self.fences, ''), 'summary': (self.folded, '')}
        if tag in places:
            places[tag][0].append(places[tag][1])
        if tag in ('td', 'th'):
            self.rows[-1].append('')
    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.open)
    def handle_data(self, data):
        for tag, texts in (('h2', self.headings), ('h3', self.headings), ('li', self.items), ('pre', self.fences), ('summary', self.folded)):
            if tag in self.open:
                texts[-1] += data
        if 'td' in self.open or 'th' in self.open:
            self.rows[-1][-1] += data
read = Page()
read.feed(page)
usual = {'h2', 'h3', 'p', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'code', 'pre', 'details', 'summary', 'ul', 'li', 'blockquote', 'strong'}
json.dump({'other': sorted(set(read.tags) - usual), 'open': read.open, 'rows': read.rows, 'headings': read.headings,
    'items': read.items, 'fences': read.fences, 'folded': read.folded, 'page': page}, sys.stdout)
";

#[track_caller]
fn rendered(text: &str) -> Option<Value> {
    let page = python(RENDER, text.as_bytes())?;
    assert_eq!(page["other"], json!([]), "{}\n{text}", page["page"].as_str().unwrap());
    assert_eq!(page["open"], json!([]));
    Some(page)
}

fn report(project: &Project, journal: &str) -> String {
    project.draftgate(&["report", "markdown", journal]).exits(0).stdout
}

#[test]
fn it_shows_what_failed_what_awaits_review_what_was_slow_and_what_was_skipped() {
    let project = mixed();
    project.draftgate(&["run", "--markdown", "summary.md", "--jsonl", "run.jsonl"]).exits(1);
    let text = project.read("summary.md").unwrap();
    assert_eq!(report(&project, "run.jsonl"), text);
    let Some(page) = rendered(&text) else { return };
    let headings = page["headings"].as_array().unwrap();
    let counts = "draftgate: 6 tests: 2 passed, 2 failed, 1 to review, 1 skipped, in ";
    assert!(headings[0].as_str().unwrap().starts_with(counts), "{headings:?}");
    assert_eq!(headings[1..], ["Failed", "Snapshots to review", "Coverage", "Slowest", "Skipped"]);
    let rows = page["rows"].as_array().unwrap();
    let failed = json!([
        "retail/deep/wrong::x|y",
        "scenarios/retail/deep/wrong.yaml:10",
        "title: expected \"Adress\", got \"Address\""
    ]);
    assert!(rows.contains(&failed), "{rows:#?}");
    let slow = rows.iter().position(|row| row == &json!(["test", "time", "requests", "pending"])).unwrap();
    assert_eq!(rows.len() - slow, 6);
    let items: Vec<&str> = page["items"].as_array().unwrap().iter().map(|item| item.as_str().unwrap().trim()).collect();
    let wanted =
        ["retail/happy, step 1 init: changed", "the minimum of Age is now 21, was 18", "later: waits for <the> form"];
    assert_eq!(items, wanted);
    assert_eq!(page["folded"].as_array().unwrap().len(), 3);
    let fence = page["fences"][0].as_str().unwrap();
    assert!(fence.contains("<b>&]]> ``` @ada") && fence.contains("curl -sS"), "{fence}");
}

/// What could be a mark, a tag, a mention or a link, in every place that a text comes to.
#[test]
fn nothing_in_it_is_markup_of_others() {
    let project = mixed();
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    let mut journal = entries(&project, "run.jsonl");
    let evil = "</details><script>x</script><img src=x> [a](http://b.c) ![i](j) *e* **s** ~~d~~ `c` | | &lt; https://d.e www.f.g @ada #1 <!-- \n# h\n- l\n````\n";
    tried_before(&mut journal, "root", 1);
    finished(&mut journal, "root")["attempts"][0]["message"] = json!(evil);
    finished(&mut journal, "later")["reason"] = json!(evil);
    let happy = finished(&mut journal, "retail/happy");
    happy["title"] = json!(evil);
    happy["explanation"] = json!(format!("```\n{evil}~~~~~\n"));
    happy["steps"][0]["label"] = json!(evil);
    happy["steps"][0]["snapshot"]["changes"] = json!([evil]);
    let wrong = finished(&mut journal, "retail/deep/wrong::z");
    wrong["name"] = json!(format!("`{evil}`"));
    wrong["steps"][1]["failures"][0]["message"] = json!(evil);
    wrong["steps"][1]["failures"][0]["place"]["file"] = json!(evil);
    write(&project, "evil.jsonl", &journal);
    let text = report(&project, "evil.jsonl");
    let Some(page) = rendered(&text) else { return };
    assert_eq!(page["folded"].as_array().unwrap().len(), 3);
    assert_eq!(page["fences"].as_array().unwrap().len(), 3);
    let seen = "</details><script>x</script><img src=x> [a](http:\u{200b}//b.c)";
    let rows = page["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row[2].as_str().is_some_and(|cell| cell.starts_with(seen))), "{rows:#?}");
    let told = page["items"].as_array().unwrap().iter().filter(|item| item.as_str().unwrap().contains(seen)).count();
    assert_eq!(told, 4, "{page:#}");
    assert!(page["fences"].as_array().unwrap().iter().any(|fence| fence.as_str().unwrap().contains("````\n~~~~~")));
}

#[test]
fn a_run_that_was_killed_says_so() {
    let project = mixed();
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    let journal = killed(&entries(&project, "run.jsonl"), "root", "retail/happy");
    write(&project, "killed.jsonl", &journal);
    let text = report(&project, "killed.jsonl");
    assert!(text.starts_with("## draftgate: 5 tests: 1 passed, 4 unfinished, in "), "{text}");
    let note = "> **This is not the whole run:** the run did not end: 1 test was under way, 3 never began.\n\n- `retail/happy`: step 2 submit, pending\n";
    assert!(text.contains(note), "{text}");
}

#[test]
fn it_never_is_more_than_github_takes() {
    let cases: String = (0..60).map(|at| format!("  - {{ case: c{at} }}\n")).collect();
    let project =
        tiny().with("scenarios/a.yaml", plain(&format!("cases:\n{cases}steps:\n  - init:\n    expect: end\n")));
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    let mut journal = entries(&project, "run.jsonl");
    for entry in journal.iter_mut().filter(|entry| entry["event"] == "test-finished") {
        entry["explanation"] = json!("é`\n".repeat(30_000));
    }
    write(&project, "long.jsonl", &journal);
    let text = report(&project, "long.jsonl");
    assert!((700 * 1024..1024 * 1024).contains(&text.len()), "{}", text.len());
    let Some(page) = rendered(&text) else { return };
    let folded = page["folded"].as_array().unwrap().len();
    assert!(page["fences"][0].as_str().unwrap().ends_with("… cut: the log and the other reports have all\n"));
    let left = format!("… and {} more explanations: the log and the other reports have all.", 60 - folded);
    assert!(page["page"].as_str().unwrap().contains(&left), "{folded}");
    assert_eq!(page["headings"].as_array().unwrap().last().unwrap(), "Slowest");
}
