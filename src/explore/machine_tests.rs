//! Random flows in memory, each explored until nothing is left to find out: every step and every way must be found, and it
//! must not take many requests.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Explored;
use super::applicant::Applicant;
use super::classes::{Override, fields, sent};
use super::fork::Factor;
use super::model::{Goal, Model};
use super::round::Round;
use super::rounds::Knowledge;
use super::trail::{Act, Hop, Outcome, Sight, Trail};
use super::visit::visit;
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

    /// A trunk of which every second step leads by one more for some entries, those of a step before for one in three.
    fn trunk(seed: u64, number: usize) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut steps = Vec::new();
        let mut forms = Vec::new();
        while steps.len() < number {
            let at = steps.len();
            forms.push(at);
            let of = if dice.below(3) == 0 { forms[dice.below(forms.len())] } else { at };
            let test = match dice.below(3) {
                0 => Test::Chosen(of, OPTIONS[dice.below(3)]),
                1 => Test::Least(of, BOUNDS[dice.below(3)]),
                _ => Test::Ticked(of),
            };
            if dice.below(2) == 0 && at + 2 < number {
                steps.extend([(test, at + 1, at + 2), (Test::Ticked(at + 1), at + 2, at + 2)]);
            } else {
                steps.push((test, at + 1, at + 1));
            }
        }
        Machine { steps, renews: seed % 2 == 1 }
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

/// What decides at a step of a machine: a field of a step.
fn factor_of(machine: &Machine, model: &Model, at: usize) -> Factor {
    let (of, key) = match machine.steps[at].0 {
        Test::Chosen(of, _) => (of, "Choice"),
        Test::Least(of, _) => (of, "Amount"),
        Test::Ticked(of) => (of, "Tick"),
    };
    let of = model.steps.iter().position(|step| step.sight.spot.title == format!("Step {of}"));
    Factor::Field(of.expect("one can come to it"), key.to_owned())
}

/// Explores a machine as a flow is explored.
async fn explored(machine: &Arc<Machine>, thorough: bool) -> Model {
    let mut knowledge = Knowledge::new(Arc::from([]), TODAY, thorough);
    let mut explored = Explored::default();
    let go = async |round: &Round, explored: &mut Explored| -> Result<Vec<Option<Trail>>, CallError> {
        let mut gone = Vec::new();
        for (at, plan) in round.plans.iter().enumerate() {
            let (machine, session) = (Arc::clone(machine), explored.trails.len() + at);
            let walker = Walker { machine, session, at: 0, past: Vec::new(), requests: 0 };
            gone.push(visit(walker, plan, &round.untried).await?);
        }
        Ok(gone)
    };
    assert!(knowledge.play(&mut explored, go).await.expect("it answers"), "nothing stops it");
    let model = explored.model;
    for (step, fork) in explored.forks.iter().enumerate() {
        let title = &model.steps[step].sight.spot.title;
        assert_eq!((fork.open, fork.unsteady), (None, None), "{title} of {machine:?}");
    }
    model
}

#[tokio::test]
async fn every_way_of_a_random_flow_is_found() {
    let machines = (1..=60).map(|seed| (seed, Machine::random(seed)));
    every_way_is_found(machines, [48, 29]).await;
}

#[tokio::test]
async fn every_way_of_a_flow_that_comes_together_again_is_found_with_what_decides() {
    let machines = (1..=12).map(|seed| (seed, Machine::trunk(seed, 16)));
    every_way_is_found(machines, [48, 29]).await;
}

/// Explores machines: all ways are found, with the reason of each, in so many requests a way at most, and altogether.
async fn every_way_is_found(machines: impl Iterator<Item = (u64, Machine)>, [most, mean]: [usize; 2]) {
    let (mut requests, mut number_of_ways) = (0, 0);
    for (seed, machine) in machines {
        let machine = Arc::new(machine);
        let model = explored(&machine, true).await;
        let number = |step: usize| {
            let title = &model.steps[step].sight.spot.title;
            title.strip_prefix("Step ").map_or(machine.steps.len(), |number| number.parse().expect("a number"))
        };
        let found: BTreeSet<(usize, usize)> = (model.seen.iter())
            .filter_map(
                |seen| if let Goal::Step(to) = seen.to { Some((number(seen.step()), number(to))) } else { None },
            )
            .collect();
        for step in (0..model.steps.len()).filter(|step| model.next(*step).len() > 1) {
            let (fork, decides) = (&model.forks()[step], factor_of(&machine, &model, number(step)));
            assert_eq!(fork.factors, [decides], "seed {seed}, step {}: {machine:?}", number(step));
        }
        let ways = machine.ways();
        assert_eq!(found, ways, "seed {seed}: {machine:?}");
        assert!(model.requests <= most * ways.len(), "seed {seed}: {} requests for {}", model.requests, ways.len());
        requests += model.requests;
        number_of_ways += ways.len();
    }
    assert!(requests <= mean * number_of_ways, "{requests} requests for {number_of_ways} ways");
}

/// What a tick box leads by another step for, and what decides behind it, is entered before it: each session in which the one
/// is otherwise, the other is, too.
#[tokio::test]
async fn what_parted_two_ways_is_not_taken_for_what_decides_behind() {
    let steps = vec![
        (Test::Ticked(9), 1, 1),
        (Test::Ticked(1), 2, 3),
        (Test::Ticked(2), 3, 3),
        (Test::Chosen(0, "a"), 4, 5),
        (Test::Ticked(4), 5, 5),
    ];
    let machine = Arc::new(Machine { steps, renews: false });
    let model = explored(&machine, true).await;
    let step = model.steps.iter().position(|step| step.sight.spot.title == "Step 3").unwrap();
    assert_eq!(model.forks()[step].factors, [factor_of(&machine, &model, 3)]);
}
