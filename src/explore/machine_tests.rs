//! Random flows in memory, each explored until nothing is left to find out: every step and every way must be found, and it
//! must not take many requests.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::applicant::Applicant;
use super::classes::{Override, fields, sent};
use super::model::{Goal, Model};
use super::round::{Planner, memo};
use super::trail::{Act, Hop, Outcome, Sight, Trail};
use super::visit::{Plan, visit};
use crate::api::client::CallError;
use crate::api::wire::elements;
use crate::map::KnownStep;

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 11, 29);
const OPTIONS: [&str; 3] = ["a", "b", "c"];
/// Bounds that lie on the ladder of amounts, and amounts on either side of each.
const BOUNDS: [i64; 3] = [10, 1_000, 100_000];
const AMOUNTS: [i64; 4] = [5, 500, 50_000, 500_000];

/// What decides at a step: one field of it, or of one before it; it is not so where nobody came by that step.
#[derive(Debug, Clone, Copy)]
enum Test {
    Chosen(usize, &'static str),
    Least(usize, i64),
    Ticked(usize),
}

/// A flow without loops; a step leads to two others, or twice to the same. The one behind the last is the end.
#[derive(Debug)]
struct Machine {
    steps: Vec<(Test, usize, usize)>,
    /// Whether ids are made anew for each session.
    renews: bool,
}

/// What was entered into a step.
#[derive(Debug, Clone)]
struct Data {
    choice: String,
    amount: i64,
    tick: bool,
}

/// Numbers that follow from a seed (xorshift, 64 bits).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

impl Machine {
    fn random(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let number = 3 + dice.below(6);
        let steps = (0..number).map(|at| {
            // Mostly what was entered right there.
            let of = if dice.below(3) == 0 { dice.below(at + 1) } else { at };
            let test = match dice.below(3) {
                0 => Test::Chosen(of, OPTIONS[dice.below(3)]),
                1 => Test::Least(of, BOUNDS[dice.below(3)]),
                _ => Test::Ticked(of),
            };
            let mut next = || at + 1 + dice.below((number - at).min(3));
            (test, next(), next())
        });
        Machine { steps: steps.collect(), renews: seed % 2 == 1 }
    }

    fn leads(&self, past: &[(usize, Data)]) -> usize {
        let (at, _) = past.last().expect("something was entered");
        let (test, then, otherwise) = self.steps[*at];
        let of = |step: usize| past.iter().rev().find(|(known, _)| *known == step).map(|(_, data)| data);
        let holds = match test {
            Test::Chosen(step, option) => of(step).is_some_and(|data| data.choice == option),
            Test::Least(step, bound) => of(step).is_some_and(|data| data.amount >= bound),
            Test::Ticked(step) => of(step).is_some_and(|data| data.tick),
        };
        if holds { then } else { otherwise }
    }

    /// Every way there is, by trying everything everywhere.
    fn ways(&self) -> BTreeSet<(usize, usize)> {
        let (mut ways, mut known) = (BTreeSet::new(), HashSet::new());
        let mut open: Vec<(usize, Vec<(usize, Data)>)> = vec![(0, Vec::new())];
        while let Some((at, past)) = open.pop() {
            if at == self.steps.len() {
                continue;
            }
            for choice in OPTIONS {
                for (amount, tick) in AMOUNTS.iter().flat_map(|amount| [(*amount, false), (*amount, true)]) {
                    let mut past = past.clone();
                    past.push((at, Data { choice: choice.to_owned(), amount, tick }));
                    let to = self.leads(&past);
                    ways.insert((at, to));
                    if known.insert((to, self.remembered(&past))) {
                        open.push((to, past));
                    }
                }
            }
        }
        ways
    }

    /// All that a past can decide later on.
    fn remembered(&self, past: &[(usize, Data)]) -> Vec<bool> {
        let of = |step: usize| past.iter().rev().find(|(known, _)| *known == step).map(|(_, data)| data);
        let holds = |(test, ..): &(Test, usize, usize)| match test {
            Test::Chosen(step, option) => of(*step).is_some_and(|data| data.choice == *option),
            Test::Least(step, bound) => of(*step).is_some_and(|data| data.amount >= *bound),
            Test::Ticked(step) => of(*step).is_some_and(|data| data.tick),
        };
        self.steps.iter().map(holds).collect()
    }

    fn show(&self, at: usize, session: usize) -> Outcome {
        let own = |name: String| if self.renews { format!("{name} of {session}") } else { name };
        let body = if at == self.steps.len() {
            json!({"id": own("end".to_owned()), "type": "end", "text": "Over"})
        } else {
            let id = |field: &str| own(format!("{at}{field}"));
            let required = json!([{"type": "required"}]);
            let amount = json!([{"type": "required"}, {"type": "range", "min": 0, "max": 10_000_000}]);
            json!({"id": id(""), "type": "form", "title": format!("Step {at}"), "canGoBack": at > 0, "elements": [
                {"id": id("c"), "name": "Choice", "type": "dropdown", "options": OPTIONS, "validations": required},
                {"id": id("a"), "name": "Amount", "type": "number", "validations": amount},
                {"id": id("t"), "name": "Tick", "type": "checkbox", "validations": []},
            ]})
        };
        let spot = KnownStep::of(&body).expect("it is a step").spot();
        let id = body["id"].as_str().unwrap_or_default().to_owned();
        Outcome::At(Sight { spot, id, body: Arc::new(body) })
    }
}

/// Somebody who goes through a machine.
struct Walker {
    machine: Arc<Machine>,
    session: usize,
    at: usize,
    past: Vec<(usize, Data)>,
    requests: usize,
}

impl Applicant for Walker {
    async fn begin(&mut self) -> Result<Hop, CallError> {
        self.requests += 1;
        Ok(Hop { act: Act::Begin, sent: Vec::new(), service: false, to: self.machine.show(0, self.session) })
    }

    async fn enter(&mut self, at: &Sight, given: Vec<Override>) -> Result<Hop, CallError> {
        self.requests += 1;
        let value = |name: &str, usual: Value| {
            let own = given.iter().rev().find(|(known, _)| known == name);
            own.map_or(usual, |(_, value)| value.clone().unwrap_or(Value::Null))
        };
        let (choice, amount, tick) =
            (value("Choice", json!("b")), value("Amount", json!(70)), value("Tick", json!(true)));
        let elements = elements(&at.body);
        let ids = elements.iter().map(|element| element.id.clone());
        let body: Map<String, Value> = ids.zip([choice.clone(), amount.clone(), tick.clone()]).collect();
        let sent = sent(&elements, &fields(&elements, &[], TODAY), &body);
        let data = Data {
            choice: choice.as_str().unwrap_or_default().to_owned(),
            amount: amount.as_i64().unwrap_or_default(),
            tick: tick == json!(true),
        };
        self.past.push((self.at, data));
        self.at = self.machine.leads(&self.past);
        Ok(Hop { act: Act::Enter(given), sent, service: false, to: self.machine.show(self.at, self.session) })
    }

    async fn back(&mut self) -> Result<Hop, CallError> {
        self.requests += 1;
        let (before, _) = self.past.pop().expect("one can go back");
        self.at = before;
        Ok(Hop { act: Act::Back, sent: Vec::new(), service: false, to: self.machine.show(before, self.session) })
    }

    fn requests(&self) -> usize {
        self.requests
    }

    async fn must_stop(&mut self) -> bool {
        false
    }
}

/// Explores a machine as a flow is explored.
async fn explored(machine: &Arc<Machine>) -> Model {
    let people = Arc::from([]);
    let mut trails: Vec<(Plan, Trail)> = Vec::new();
    let mut done = HashSet::new();
    loop {
        let model = Model::of(trails.iter().map(|(_, trail)| trail), &people, TODAY);
        let forks = model.forks();
        let round = Planner { model: &model, forks: &forks, people: &people, today: TODAY, done: &done }.next();
        if round.plans.is_empty() {
            for (step, fork) in forks.iter().enumerate() {
                let title = &model.steps[step].sight.spot.title;
                assert_eq!((fork.open, fork.unsteady), (None, None), "{title} of {machine:?}");
            }
            return model;
        }
        for plan in round.plans {
            done.insert(memo(&plan));
            done.extend(plan.stops.iter().map(|stop| stop.task.memo()));
            let (machine, session) = (Arc::clone(machine), trails.len());
            let walker = Walker { machine, session, at: 0, past: Vec::new(), requests: 0 };
            let trail = visit(walker, &plan, &round.untried).await.expect("it answers").expect("nothing stops it");
            trails.push((plan, trail));
        }
    }
}

#[tokio::test]
async fn every_way_of_a_random_flow_is_found() {
    let (mut requests, mut number_of_ways) = (0, 0);
    for seed in 1..=60 {
        let machine = Arc::new(Machine::random(seed));
        let model = explored(&machine).await;
        let number = |step: usize| {
            let title = &model.steps[step].sight.spot.title;
            title.strip_prefix("Step ").map_or(machine.steps.len(), |number| number.parse().expect("a number"))
        };
        let found: BTreeSet<(usize, usize)> = (model.seen.iter())
            .filter_map(
                |seen| if let Goal::Step(to) = seen.to { Some((number(seen.step()), number(to))) } else { None },
            )
            .collect();
        let ways = machine.ways();
        assert_eq!(found, ways, "seed {seed}: {machine:?}");
        assert!(model.requests <= 40 * ways.len(), "seed {seed}: {} requests for {}", model.requests, ways.len());
        requests += model.requests;
        number_of_ways += ways.len();
    }
    assert!(requests <= 20 * number_of_ways, "{requests} requests for {number_of_ways} ways");
}
