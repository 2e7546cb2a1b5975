//! A flow's map, laid out for looking up where an applicant may stand and what fields there are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::api::element::{Element, ElementType};
use crate::api::field::{self, FieldError};
use crate::api::operation::Version;
use crate::map::{FlowMap, KnownElement, KnownStep, View, Way};

/// Places of steps in a [`Chart`].
pub(super) type Steps = BTreeSet<usize>;

/// One view of a flow.
pub(super) struct Chart<'a> {
    pub map: &'a FlowMap,
    pub steps: Vec<ChartStep<'a>>,
    pub first: Steps,
    submit: Vec<Steps>,
    back: Vec<Steps>,
}

/// A step with its elements as the field mapping takes them.
pub(super) struct ChartStep<'a> {
    pub known: &'a KnownStep,
    elements: Vec<Element>,
}

/// All views of all flows that scenarios go through.
pub(super) struct Atlas<'a> {
    charts: HashMap<(&'a str, Version, Option<&'a str>), Chart<'a>>,
}

impl<'a> Atlas<'a> {
    pub fn of(maps: &'a BTreeMap<String, FlowMap>) -> Self {
        let mut charts = HashMap::new();
        for map in maps.values() {
            for view in &map.views {
                let version = if view.version == "live" { Version::Live } else { Version::Draft };
                charts.insert((map.flow.as_str(), version, view.language.as_deref()), Chart::of(map, view));
            }
        }
        Atlas { charts }
    }

    pub fn chart<'s>(&'s self, flow: &'s str, version: Version, language: Option<&'s str>) -> Option<&'s Chart<'a>> {
        self.charts.get(&(flow, version, language))
    }
}

impl<'a> Chart<'a> {
    fn of(map: &'a FlowMap, view: &'a View) -> Self {
        let place: HashMap<&str, usize> =
            view.steps.iter().enumerate().map(|(at, step)| (step.key.as_str(), at)).collect();
        let mut chart = Chart {
            map,
            steps: view.steps.iter().map(ChartStep::of).collect(),
            first: view.first.iter().filter_map(|key| place.get(key.as_str()).copied()).collect(),
            submit: vec![Steps::new(); view.steps.len()],
            back: vec![Steps::new(); view.steps.len()],
        };
        for known in &view.moves {
            let (Some(from), Some(to)) = (place.get(known.from.as_str()), place.get(known.to.as_str())) else {
                continue;
            };
            match known.way {
                Way::Submit => chart.submit[*from].insert(*to),
                Way::Back => chart.back[*from].insert(*to),
            };
        }
        chart
    }

    /// The steps that were seen to follow any of these.
    pub fn after(&self, steps: &Steps, way: Way) -> Steps {
        let moves = match way {
            Way::Submit => &self.submit,
            Way::Back => &self.back,
        };
        steps.iter().flat_map(|step| &moves[*step]).copied().collect()
    }

    /// The steps that an expectation names by title or type.
    pub fn named(&self, name: &str) -> Steps {
        let is = |step: &ChartStep<'_>| step.known.title == name || step.known.kind.eq_ignore_ascii_case(name);
        self.steps.iter().enumerate().filter(|(_, step)| is(step)).map(|(at, _)| at).collect()
    }

    /// The place of every step.
    pub fn all(&self) -> Steps {
        (0..self.steps.len()).collect()
    }

    /// Those steps.
    pub fn each<'s>(&'s self, steps: &'s Steps) -> impl Iterator<Item = &'s ChartStep<'a>> {
        steps.iter().map(|at| &self.steps[*at])
    }

    /// Where the knowledge comes from, for a note.
    pub fn source(&self) -> String {
        format!(
            "the flow `{}` is known from its runs, which last saw something new on {}",
            self.map.flow, self.map.recorded
        )
    }
}

impl<'a> ChartStep<'a> {
    fn of(known: &'a KnownStep) -> Self {
        let element = |(at, element): (usize, &KnownElement)| element.to_element(&format!("\u{1f}{at}"));
        ChartStep { known, elements: known.elements.iter().enumerate().filter_map(element).collect() }
    }

    /// The element that a key names; `None` where there is none.
    pub fn look_up(&self, key: &str) -> Option<Result<&Element, FieldError>> {
        field::look_up(&self.elements, key)
    }

    /// The element that a key names, and what is known of it.
    pub fn find(&self, key: &str) -> Option<(&Element, &'a KnownElement)> {
        let found = self.look_up(key)?.ok()?;
        let at = self.elements.iter().position(|element| element.id == found.id).unwrap_or_default();
        Some((found, &self.known.elements[at]))
    }

    /// The elements that take a file.
    pub fn files(&self) -> Vec<&Element> {
        self.elements.iter().filter(|element| element.kind == ElementType::File).collect()
    }

    /// The element that once had this label.
    pub fn formerly(&self, label: &str) -> Option<&'a KnownElement> {
        self.known.elements.iter().find(|element| element.formerly.iter().any(|former| former == label))
    }

    /// Every word by which its elements can be named.
    pub fn words(&self) -> impl Iterator<Item = &'a str> {
        self.known.elements.iter().flat_map(|element| {
            [Some(element.name.as_str()), element.role.as_deref(), element.normalized_name.as_deref()]
                .into_iter()
                .flatten()
        })
    }
}
