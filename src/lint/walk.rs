//! The walk through each scenario: where every applicant may stand, step by step, as the flow's map has it.
//!
//! The walk knows sets of steps. An expectation makes a set `certain`: the applicant stands on one of them, or the scenario
//! has failed. What the map alone says is a guess, because a scenario may take a way that no run took yet.

use std::collections::HashMap;

use super::chart::{Atlas, Chart, Steps};
use super::known::Known;
use super::outcome::Outcome;
use super::{Material, ending, fields, steps, values};
use crate::api::wire::LANGUAGE_HEADER;
use crate::map::Way;
use crate::parallel;
use crate::scenario::action::Action;
use crate::scenario::{Scenario, Step};
use crate::source::{Diagnostic, Sources};
use crate::template::Templated;

/// Where one applicant stands.
#[derive(Clone)]
pub(super) struct Standing<'a> {
    /// The view of the flow in whose language the last answer came; none where nothing is known of it.
    pub chart: Option<&'a Chart<'a>>,
    /// The steps that the applicant may stand on; none where any is possible.
    pub steps: Steps,
    /// Whether it is certainly one of them.
    pub certain: bool,
    /// Whether the flow has certainly ended, and where that was said.
    pub ended: Option<crate::source::Span>,
    /// Whether the flow was asked for anything.
    begun: bool,
    /// Whether the applicant went over to another flow.
    elsewhere: bool,
    /// Whether the last answer was pending.
    pub pending: bool,
    /// Whether a file was uploaded that the next submit sends.
    pub uploaded: bool,
    /// Whether somebody else may have led the applicant on since, from another device or by a request written by hand.
    led_on: bool,
    /// Whether the flow has just begun, so that the first step is the one.
    pub at_first: bool,
}

/// What every step is looked at with.
pub(super) struct Context<'a> {
    pub sources: &'a Sources,
    pub found: &'a mut Vec<Diagnostic>,
}

struct Walk<'a, 'f> {
    atlas: &'a Atlas<'a>,
    scenario: &'a Scenario,
    applicants: HashMap<Option<&'a str>, Standing<'a>>,
    known: Known<'a>,
    context: Context<'f>,
}

/// Walks through every scenario.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    let atlas = Atlas::of(material.maps);
    let each = parallel::map(&material.suite.scenarios, |scenario| {
        let mut found = Vec::new();
        let mut walk = Walk {
            atlas: &atlas,
            scenario,
            applicants: HashMap::new(),
            known: Known::of(scenario),
            context: Context { sources: material.sources, found: &mut found },
        };
        walk.steps(&scenario.steps);
        // Those of `finally` run wherever the others stopped.
        walk.applicants.values_mut().for_each(Standing::lose);
        walk.steps(&scenario.finally);
        found
    });
    found.extend(each.into_iter().flatten());
}

impl<'a> Walk<'a, '_> {
    fn steps(&mut self, steps: &'a [Step]) {
        for step in steps {
            let before = step.when.is_some().then(|| self.applicants.clone());
            let outside = self.known.conditional;
            self.known.conditional |= step.when.is_some();
            match &step.action {
                Action::Use(call) => {
                    let inside = self.known.inside(call);
                    let outside = std::mem::replace(&mut self.known, inside);
                    self.steps(&call.steps);
                    self.known = outside;
                }
                _ => self.step(step),
            }
            self.known.conditional = outside;
            if let Some(before) = before {
                self.either(before);
            }
        }
    }

    /// A step that may be left out leaves every applicant where it stood, or where the step led.
    fn either(&mut self, before: HashMap<Option<&'a str>, Standing<'a>>) {
        for (name, after) in &mut self.applicants {
            match before.get(name) {
                Some(before) => after.or(before),
                None => after.lose(),
            }
        }
    }

    fn step(&mut self, step: &'a Step) {
        let answer = self.chart_of(step);
        // What is done with somebody else's session says nothing of where the applicant stands; one who begins so may stand
        // anywhere.
        if step.session.is_some() {
            let standing = self.applicants.entry(step.applicant.as_deref());
            standing.or_insert_with(|| Standing::new(answer).lost());
            return self.led_on();
        }
        if matches!(step.action, Action::Request { .. }) {
            self.led_on();
        }
        let standing = self.applicants.entry(step.applicant.as_deref()).or_insert_with(|| Standing::new(answer));
        let outcome = Outcome::of(step);
        ending::check(step, outcome, standing, &mut self.context);
        // A scenario that its author skips may be ahead of the flow.
        let looks = self.scenario.skip.is_none() && !standing.elsewhere;
        if looks {
            fields::check(step, standing, &self.known, &mut self.context);
            values::check(step, outcome, standing, &self.known, &mut self.context);
        }
        let next = standing.next(step, answer);
        if looks && !standing.led_on {
            steps::check_back(step, outcome, standing, &mut self.context);
        }
        standing.go(step, outcome, answer);
        if looks && step.action.answers_with_a_step() {
            steps::check(outcome, standing, &mut self.context);
            steps::check_order(outcome, &next, standing, &mut self.context);
            fields::check_answer(step, standing, &self.known, &mut self.context);
        }
    }

    /// Whose session that was is not known. What a form is held to is still the answer that the applicant saw last.
    fn led_on(&mut self) {
        self.applicants.values_mut().for_each(|standing| standing.led_on = true);
    }

    /// The view in which a step's answer comes.
    fn chart_of(&self, step: &'a Step) -> Option<&'a Chart<'a>> {
        let text = |value: &'a Templated| value.as_str();
        let sets_language =
            |name: &'a Templated| text(name).is_none_or(|name| name.eq_ignore_ascii_case(LANGUAGE_HEADER));
        if step.headers.iter().any(|(name, _)| sets_language(name)) {
            return None;
        }
        let language = match step.language.as_deref().or(self.scenario.language.as_ref()) {
            Some(language) => Some(text(language)?),
            None => None,
        };
        self.atlas.chart(text(&self.scenario.flow)?, self.scenario.version, language)
    }
}

impl<'a> Standing<'a> {
    /// Before anything was asked: a submit would go to the first step.
    fn new(chart: Option<&'a Chart<'a>>) -> Self {
        let steps: Steps = chart.map(|chart| chart.first.clone()).unwrap_or_default();
        Standing {
            certain: !steps.is_empty(),
            chart,
            steps,
            ended: None,
            begun: false,
            elsewhere: false,
            pending: false,
            uploaded: false,
            led_on: false,
            at_first: false,
        }
    }

    fn lost(mut self) -> Self {
        self.lose();
        self
    }

    /// Nothing is known any more.
    fn lose(&mut self) {
        self.steps.clear();
        self.certain = false;
        self.ended = None;
        self.pending = false;
        self.begun = true;
        self.at_first = false;
    }

    fn or(&mut self, other: &Standing<'a>) {
        let same = match (self.chart, other.chart) {
            (Some(one), Some(another)) => std::ptr::eq(one, another),
            (None, None) => true,
            _ => false,
        };
        self.elsewhere |= other.elsewhere;
        self.uploaded |= other.uploaded;
        self.pending |= other.pending;
        self.led_on |= other.led_on;
        self.at_first &= other.at_first;
        self.ended = self.ended.filter(|_| other.ended.is_some());
        if same && self.begun == other.begun {
            self.certain &= other.certain;
            self.steps.extend(&other.steps);
        } else {
            self.lose();
        }
    }

    /// The only steps that runs saw come next; none where that is not known.
    fn next(&self, step: &Step, chart: Option<&'a Chart<'a>>) -> Steps {
        let whole = chart.filter(|chart| chart.map.complete && step.repeat.is_none());
        match (&step.action, whole) {
            (Action::Init, Some(chart)) => chart.first.clone(),
            (Action::Submit(_), Some(_)) if self.sure() => self.led(chart, Way::Submit),
            (Action::Back, Some(_)) if self.sure() => self.led(chart, Way::Back),
            _ => Steps::new(),
        }
    }

    fn sure(&self) -> bool {
        self.certain && !self.pending && !self.led_on && !self.elsewhere
    }

    /// Follows a step's answer.
    fn go(&mut self, step: &Step, outcome: Outcome<'_>, chart: Option<&'a Chart<'a>>) {
        let (next, certain) = match &step.action {
            Action::Init => (chart.map(|chart| chart.first.clone()).unwrap_or_default(), true),
            Action::Current if self.same(chart) => (self.steps.clone(), self.certain && !self.pending && !self.led_on),
            Action::Current => (Steps::new(), false),
            Action::Submit(_) => (self.led(chart, Way::Submit), false),
            Action::Back => (self.led(chart, Way::Back), false),
            Action::Upload { .. } => {
                self.uploaded = true;
                return;
            }
            Action::Redeem { .. } => {
                self.elsewhere |= !matches!(outcome, Outcome::Error(_));
                self.ended = self.ended.filter(|_| !self.elsewhere);
                return;
            }
            _ => return,
        };
        if matches!(outcome, Outcome::Error(_)) {
            return;
        }
        if matches!(step.action, Action::Init) {
            *self = Standing { elsewhere: self.elsewhere, ..Standing::new(chart) };
        }
        self.begun = true;
        let stays = matches!(step.action, Action::Current) && self.at_first;
        let begins = matches!(step.action, Action::Init) && matches!(outcome, Outcome::Success | Outcome::Step(..));
        self.at_first = stays || begins && step.repeat.is_none();
        let before = (self.same(chart), std::mem::take(&mut self.steps));
        self.chart = chart;
        self.pending = outcome == Outcome::Pending;
        self.led_on = false;
        self.uploaded &= !matches!(step.action, Action::Submit(_));
        (self.steps, self.certain) = match (outcome, chart) {
            (Outcome::Step(name, _), Some(chart)) => {
                let named = chart.named(name);
                let known = !named.is_empty();
                (named, known)
            }
            // Either it was refused, and the applicant stands where before, or not.
            (Outcome::Unknown, _) if before.0 && !next.is_empty() => (&before.1 | &next, false),
            (Outcome::Unknown, _) => (Steps::new(), false),
            // Done several times, it may have led further than one step.
            _ if step.repeat.is_some() => (Steps::new(), false),
            _ => {
                let certain = certain && !next.is_empty();
                (next, certain)
            }
        };
        let says_end = match (outcome, self.chart) {
            (Outcome::End, _) => true,
            (Outcome::Step(..), Some(chart)) => self.certain && chart.each(&self.steps).all(|step| step.known.is_end()),
            _ => false,
        };
        self.ended = says_end.then_some(step.action_span);
    }

    fn same(&self, chart: Option<&Chart<'a>>) -> bool {
        match (self.chart, chart) {
            (Some(one), Some(another)) => std::ptr::eq(one, another),
            _ => false,
        }
    }

    fn led(&self, chart: Option<&'a Chart<'a>>, way: Way) -> Steps {
        match chart.filter(|chart| self.same(Some(chart))) {
            Some(chart) => chart.after(&self.steps, way),
            None => Steps::new(),
        }
    }
}
