use std::collections::BTreeSet;

use proptest::prelude::*;
use regex::Regex;

use super::graph::{Begin, FlowGraph, Step, Way};
use super::*;
use crate::journal::Spot;

fn spot(title: &str, kind: &str) -> Spot {
    Spot { title: title.to_owned(), kind: kind.to_owned(), shape: String::new() }
}

/// A flow of so many steps with these ways.
fn flow(steps: usize, begins: &[usize], ways: &[(usize, usize, bool)]) -> FlowGraph {
    FlowGraph {
        flow: "shop".to_owned(),
        version: "draft".to_owned(),
        steps: (0..steps)
            .map(|at| Step { spot: spot(&format!("Step <{at}>"), "form"), tests: BTreeSet::from([at % 3]) })
            .collect(),
        begins: begins.iter().map(|step| Begin { step: *step, tests: BTreeSet::new() }).collect(),
        ways: ways
            .iter()
            .map(|(from, to, back)| Way { from: *from, to: *to, back: *back, tests: BTreeSet::from([1]) })
            .collect(),
        ..FlowGraph::default()
    }
}

fn arbitrary() -> impl Strategy<Value = FlowGraph> {
    (1_usize..24).prop_flat_map(|steps| {
        let ways = prop::collection::btree_set((0..steps, 0..steps, any::<bool>()), 0..40);
        (Just(steps), prop::collection::btree_set(0..steps, 0..3), ways).prop_map(|(steps, begins, ways)| {
            let begins: Vec<usize> = begins.into_iter().collect();
            flow(steps, &begins, &ways.into_iter().collect::<Vec<_>>())
        })
    })
}

/// The numbers of an attribute of one kind of element.
fn numbers(svg: &str, pattern: &str) -> Vec<Vec<f64>> {
    let found = Regex::new(pattern).unwrap();
    found
        .captures_iter(svg)
        .map(|found| found.iter().skip(1).map(|n| n.unwrap().as_str().parse().unwrap()).collect())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_flow_everything_is_drawn_once_and_within_the_picture(graph in arbitrary()) {
        let drawn = picture(&graph, "p");
        let ids: Vec<&str> = Regex::new(r#"<g id="([^"]+)""#).unwrap()
            .captures_iter(&drawn.svg).map(|id| id.get(1).unwrap().as_str()).collect();
        let wanted = graph.steps.len() + graph.ways.len() + graph.begins.len() + usize::from(!graph.begins.is_empty());
        prop_assert_eq!(ids.len(), wanted);
        prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), wanted);
        prop_assert!(drawn.paths.values().flatten().all(|id| ids.contains(&id.as_str())));
        prop_assert!(!drawn.svg.contains("NaN") && !drawn.svg.contains("inf"));
        let boxes = numbers(&drawn.svg, r#"<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)""#);
        prop_assert_eq!(boxes.len(), graph.steps.len());
        for (at, one) in boxes.iter().enumerate() {
            prop_assert!(one[0] >= 0.0 && one[1] >= 0.0, "{one:?}");
            prop_assert!(one[0] + one[2] <= drawn.width && one[1] + one[3] <= drawn.height, "{one:?}");
            for other in &boxes[at + 1..] {
                let apart = |axis: usize| (one[axis] - other[axis]).abs() >= one[axis + 2];
                prop_assert!(apart(0) || apart(1), "{one:?} lies over {other:?}");
            }
        }
        for corner in numbers(&drawn.svg, r#"points="([-\d.]+),([-\d.]+)"#) {
            prop_assert!((0.0..=drawn.width).contains(&corner[0]) && (0.0..=drawn.height).contains(&corner[1]));
        }
    }

    #[test]
    fn a_flow_is_drawn_the_same_every_time(graph in arbitrary()) {
        let once = picture(&graph, "p");
        for _ in 0..3 {
            prop_assert_eq!(&picture(&graph, "p"), &once);
        }
    }
}

#[test]
fn what_was_visited_has_a_class_and_a_number_of_tests() {
    let mut graph = flow(3, &[0], &[(0, 1, false), (1, 0, true), (1, 2, false), (1, 1, false)]);
    graph.steps[2] = Step { spot: spot("", "end"), tests: BTreeSet::new() };
    graph.ways[2].tests.clear();
    graph.ways[0].tests.insert(7);
    let drawn = picture(&graph, "p");
    for part in [
        r#"<g id="p-step0" class="step visited"><title>Step &lt;0&gt; (form): 1 test</title>"#,
        r#"<g id="p-step2" class="step end"><title>end (end): no test</title>"#,
        r#"<g id="p-way0" class="way visited"><title>from Step &lt;0&gt; to Step &lt;1&gt;: 2 tests</title>"#,
        r#"<g id="p-way1" class="way back visited"><title>back from Step &lt;1&gt; to Step &lt;0&gt;: 1 test</title>"#,
        r#"<g id="p-way2" class="way" opacity="0.5"><title>from Step &lt;1&gt; to end: no test</title>"#,
        r#"<title id="p-title">The flow shop (draft): 2 of 3 steps and 3 of 4 ways visited</title>"#,
    ] {
        assert!(drawn.svg.contains(part), "{part} is not in\n{}", drawn.svg);
    }
    assert_eq!(drawn.paths[&7], ["p-way0"]);
    assert_eq!(drawn.paths[&1], ["p-step1", "p-way0", "p-way1", "p-way3"]);
}

#[test]
fn a_short_flow_goes_to_the_right_and_a_long_one_down() {
    let chain = |steps: usize| {
        let ways: Vec<_> = (1..steps).map(|step| (step - 1, step, false)).collect();
        let drawn = picture(&flow(steps, &[0], &ways), "p");
        drawn.width > drawn.height
    };
    assert!(chain(4));
    assert!(!chain(12));
}
