//! One session of an exploration: what is done in it, told beforehand, and carried out.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::applicant::Applicant;
use super::classes::{Override, fields};
use super::people::entries;
use super::trail::{Hop, Outcome, Sight, Trail};
use crate::api::client::CallError;
use crate::api::wire::elements;
use crate::scenario::Persona;
use jiff::civil::Date;

/// How often a session may come to one step.
const MOST_VISITS: usize = 3;
/// How many things are done in a session at most.
const MOST_HOPS: usize = 2_000;

/// What is done in one session. Two sessions that are planned alike go alike, as long as the flow is the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// What is entered into each step on the way to where there is something to find out.
    pub way: Vec<Vec<Override>>,
    /// What is tried on the way, by going back each time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<Stop>,
    /// What is done there.
    pub then: Then,
}

/// Something that is tried at a step on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// How many steps were entered into before.
    pub after: usize,
    /// What is tried.
    pub task: Task,
}

/// What is tried at a step that one can come back to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// This is entered.
    Try(Vec<Override>),
    /// Two entries led to different steps: what differs in them is halved until one field is left.
    Narrow {
        /// One entry.
        from: Vec<Override>,
        /// The other.
        to: Vec<Override>,
        /// What the first one leads to.
        leads: String,
    },
}

impl Task {
    /// The task as it is remembered.
    pub fn memo(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What is done where there is something to find out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    /// One goes on to the end with made-up data.
    Straight,
    /// One goes on to the end, and tries at each step what was never tried there: of several such trials the one of this
    /// number.
    Sweep(usize),
    /// One goes on as this one of the people who are known.
    As(usize),
    /// One goes back so often, as long as it is said that one can.
    Back(usize),
    /// Nothing: it was to be seen what the last entry leads to.
    Stop,
}

/// What nobody tried yet, by what a step is known by: a list of entries, each of which tries something.
#[derive(Debug, Default)]
pub struct Untried {
    /// The trials of the steps that are known.
    pub of: HashMap<String, Vec<Vec<Override>>>,
    /// Whether a step's id is the same in every session, so that it tells it from others that look alike.
    pub stable: bool,
    /// Who services know.
    pub people: Arc<[Persona]>,
    /// The day that ages are reckoned from.
    pub today: Option<Date>,
}

impl Sight {
    /// What a step is known by. Where ids are `stable` they tell apart what looks alike.
    pub fn ident(&self, stable: bool) -> String {
        let own = if stable { self.id.clone() } else { self.lasting_text() };
        format!("{}\u{1f}{}\u{1f}{}\u{1f}{own}", self.spot.title, self.spot.kind, self.spot.shape)
    }
}

impl Outcome {
    /// What it is, in a word that differs where outcomes do.
    pub fn word(&self, stable: bool) -> String {
        match self {
            Outcome::At(sight) => sight.ident(stable),
            Outcome::Refused(code, _) => format!("refused {code}"),
            Outcome::Stuck(kind) => format!("stuck {kind}"),
            Outcome::Unfillable(_) => "unfillable".to_owned(),
            Outcome::Pending => "pending".to_owned(),
            Outcome::Unknown => "unknown".to_owned(),
        }
    }
}

/// Whether a session goes on after a trial.
enum Stopped {
    /// One stands again where one stood.
    At(Sight),
    /// One does not: whether all was done that may be done.
    Over(bool),
}

/// A session under way.
struct Visit<'a, A> {
    applicant: A,
    plan: &'a Plan,
    untried: &'a Untried,
    hops: Vec<Hop>,
    visits: HashMap<String, usize>,
}

/// Carries out what is planned; none where it had to stop on the way since what is allowed is used up.
///
/// # Errors
///
/// When there is no answer to a call.
pub async fn visit<A: Applicant>(applicant: A, plan: &Plan, untried: &Untried) -> Result<Option<Trail>, CallError> {
    let mut visit = Visit { applicant, plan, untried, hops: Vec::new(), visits: HashMap::new() };
    let whole = visit.go().await?;
    let requests = visit.applicant.requests();
    Ok(whole.then_some(Trail { hops: visit.hops, requests }))
}

impl<A: Applicant> Visit<'_, A> {
    /// Goes all the way: whether it got to its end.
    async fn go(&mut self) -> Result<bool, CallError> {
        if self.applicant.must_stop().await {
            return Ok(false);
        }
        let hop = self.applicant.begin().await?;
        let Some(mut at) = self.arrive(hop) else { return Ok(true) };
        for (after, given) in self.plan.way.iter().enumerate() {
            match self.stop(at, after).await? {
                Stopped::At(home) => at = home,
                Stopped::Over(whole) => return Ok(whole),
            }
            if self.applicant.must_stop().await {
                return Ok(false);
            }
            let hop = self.applicant.enter(&at, given.clone()).await?;
            match self.arrive(hop) {
                Some(next) if !next.is_end() => at = next,
                _ => return Ok(true),
            }
        }
        match self.stop(at, self.plan.way.len()).await? {
            Stopped::At(home) => at = home,
            Stopped::Over(whole) => return Ok(whole),
        }
        match &self.plan.then {
            Then::Back(times) => self.go_back(at, *times).await,
            Then::Stop => Ok(true),
            Then::Straight | Then::Sweep(_) | Then::As(_) => self.go_on(at).await,
        }
    }

    /// Does what is to be tried at a step on the way.
    async fn stop(&mut self, mut at: Sight, after: usize) -> Result<Stopped, CallError> {
        let plan = self.plan;
        for stop in plan.stops.iter().filter(|stop| stop.after == after) {
            at = match &stop.task {
                Task::Try(given) => match self.attempt(at, given.clone()).await? {
                    (_, Stopped::At(home)) => home,
                    (_, over) => return Ok(over),
                },
                Task::Narrow { from, to, leads } => match self.narrow(at, from.clone(), to.clone(), leads).await? {
                    Stopped::At(home) => home,
                    over => return Ok(over),
                },
            };
        }
        Ok(Stopped::At(at))
    }

    /// Notes what came of a hop: where one stands now, unless the session is over.
    fn arrive(&mut self, hop: Hop) -> Option<Sight> {
        let sight = hop.to.sight().cloned();
        self.hops.push(hop);
        let sight = sight?;
        let visits = self.visits.entry(sight.ident(self.untried.stable)).or_default();
        *visits += 1;
        (*visits <= MOST_VISITS && self.hops.len() < MOST_HOPS).then_some(sight)
    }

    /// Goes on to the end.
    async fn go_on(&mut self, mut at: Sight) -> Result<bool, CallError> {
        while !at.is_end() {
            if self.applicant.must_stop().await {
                return Ok(false);
            }
            let given = self.trial(&at);
            let plain = given.is_empty();
            let mut hop = self.applicant.enter(&at, given).await?;
            if matches!(hop.to, Outcome::Refused(..)) && !plain {
                // What was tried is not taken: on with what usually is.
                self.hops.push(hop);
                if self.applicant.must_stop().await {
                    return Ok(false);
                }
                hop = self.applicant.enter(&at, Vec::new()).await?;
            }
            match self.arrive(hop) {
                Some(next) => at = next,
                None => return Ok(true),
            }
        }
        Ok(true)
    }

    /// What is entered into a step on the way to the end.
    fn trial(&self, at: &Sight) -> Vec<Override> {
        let Some(today) = self.untried.today else { return Vec::new() };
        match self.plan.then {
            Then::Sweep(number) => {
                let known = self.untried.of.get(&at.ident(self.untried.stable));
                let own = || trials(&fields(&elements(&at.body), &self.untried.people, today), |_, _| false);
                let all = known.cloned().unwrap_or_else(own);
                all.get(number).cloned().unwrap_or_default()
            }
            Then::As(person) => {
                let person = self.untried.people.get(person);
                person.map(|person| entries(person, &elements(&at.body))).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// Halves what differs between two entries of which the one `leads` elsewhere than the other.
    async fn narrow(
        &mut self,
        at: Sight,
        mut from: Vec<Override>,
        mut to: Vec<Override>,
        leads: &str,
    ) -> Result<Stopped, CallError> {
        let (word, mut stopped) = self.attempt(at, to.clone()).await?;
        // Where it leads nowhere else from here, something that was entered before decides.
        let mut over = word == leads;
        loop {
            let differing = differing(&from, &to);
            let at = match stopped {
                Stopped::At(at) if !over && differing.len() > 1 => at,
                stopped => return Ok(stopped),
            };
            let half = with(&from, &to, &differing[..differing.len() / 2]);
            let (word, next) = self.attempt(at, half.clone()).await?;
            if word == leads {
                from = half
            } else {
                to = half
            }
            (stopped, over) = (next, false);
        }
    }

    /// Enters something, and goes back to where that was done: what it led to, in a word.
    async fn attempt(&mut self, at: Sight, given: Vec<Override>) -> Result<(String, Stopped), CallError> {
        if self.applicant.must_stop().await {
            return Ok((String::new(), Stopped::Over(false)));
        }
        let stable = self.untried.stable;
        let hop = self.applicant.enter(&at, given).await?;
        let (word, next) = (hop.to.word(stable), hop.to.sight().cloned());
        let refused = matches!(hop.to, Outcome::Refused(..));
        self.hops.push(hop);
        let stopped = match next {
            _ if refused => Stopped::At(at),
            Some(next) if next.can_go_back() => {
                if self.applicant.must_stop().await {
                    return Ok((word, Stopped::Over(false)));
                }
                let hop = self.applicant.back().await?;
                let sight = hop.to.sight().cloned();
                self.hops.push(hop);
                let home = sight.filter(|sight| sight.ident(stable) == at.ident(stable));
                home.map_or(Stopped::Over(true), Stopped::At)
            }
            _ => Stopped::Over(true),
        };
        Ok((word, stopped))
    }

    /// Goes back so often, as long as it is said that one can.
    async fn go_back(&mut self, mut at: Sight, times: usize) -> Result<bool, CallError> {
        for _ in 0..times {
            if !at.can_go_back() {
                break;
            }
            if self.applicant.must_stop().await {
                return Ok(false);
            }
            let hop = self.applicant.back().await?;
            let next = hop.to.sight().cloned();
            self.hops.push(hop);
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        Ok(true)
    }
}

/// Trials of a form: each tries one more class of each field, until all are tried. `done` says which are.
pub fn trials(fields: &[super::classes::Field], done: impl Fn(&str, &Value) -> bool) -> Vec<Vec<Override>> {
    let mut trials: Vec<Vec<Override>> = Vec::new();
    for field in fields {
        let open = field.classes.iter().filter(|class| !done(&field.key, class));
        for (at, class) in open.enumerate() {
            if trials.len() == at {
                trials.push(Vec::new());
            }
            let wanted = Some(class.clone()).filter(|class| !class.is_null());
            let needs: Vec<Override> = field.shown_by.iter().cloned().chain([(field.key.clone(), wanted)]).collect();
            // A field that another trial needs otherwise is left to that.
            let clash = |trial: &[Override]| {
                needs.iter().any(|(key, value)| trial.iter().any(|(known, other)| known == key && other != value))
            };
            let free = (at..trials.len()).find(|at| !clash(&trials[*at])).unwrap_or_else(|| {
                trials.push(Vec::new());
                trials.len() - 1
            });
            for entry in needs {
                if !trials[free].contains(&entry) {
                    trials[free].push(entry);
                }
            }
        }
    }
    trials
}

/// The fields of which two entries say different things.
pub fn differing(from: &[Override], to: &[Override]) -> Vec<String> {
    let value = |entries: &[Override], key: &str| entries.iter().find(|(known, _)| known == key).cloned();
    let mut keys: Vec<String> = Vec::new();
    for (key, _) in from.iter().chain(to) {
        if !keys.contains(key) && value(from, key) != value(to, key) {
            keys.push(key.clone());
        }
    }
    keys
}

/// An entry in which these fields are as another has them.
pub fn with(from: &[Override], to: &[Override], keys: &[String]) -> Vec<Override> {
    let mut entry: Vec<Override> = from.iter().filter(|(key, _)| !keys.contains(key)).cloned().collect();
    entry.extend(to.iter().filter(|(key, _)| keys.contains(key)).cloned());
    entry
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::explore::classes::Field;

    fn field(key: &str, classes: Value, shown_by: &[(&str, Value)]) -> Field {
        let shown_by = shown_by.iter().map(|(key, value)| ((*key).to_owned(), Some(value.clone()))).collect();
        Field {
            key: key.to_owned(),
            classes: classes.as_array().unwrap().clone(),
            scale: vec![],
            is_text: false,
            shown_by,
        }
    }

    #[test]
    fn trials_try_each_class_once_and_several_fields_at_once() {
        let fields = [field("a", json!([1, 2, 3]), &[]), field("b", json!(["x", null]), &[])];
        let some = |key: &str, value: Value| (key.to_owned(), Some(value));
        let expected = [
            vec![some("a", json!(1)), some("b", json!("x"))],
            vec![some("a", json!(2)), ("b".to_owned(), None)],
            vec![some("a", json!(3))],
        ];
        assert_eq!(trials(&fields, |_, _| false), expected);
        assert_eq!(trials(&fields, |key, _| key == "a"), [vec![some("b", json!("x"))], vec![("b".to_owned(), None)]]);
    }

    #[test]
    fn a_field_is_tried_with_what_shows_it_and_apart_from_what_hides_it() {
        let fields = [field("a", json!([true, false]), &[]), field("b", json!([1, 2]), &[("a", json!(true))])];
        let trials = trials(&fields, |_, _| false);
        for wanted in [json!(1), json!(2)] {
            let trial = trials.iter().find(|trial| trial.contains(&("b".to_owned(), Some(wanted.clone()))));
            assert!(trial.unwrap().contains(&("a".to_owned(), Some(json!(true)))), "{trials:?}");
        }
        assert!(trials.iter().any(|trial| *trial == [("a".to_owned(), Some(json!(false)))]), "{trials:?}");
    }

    #[test]
    fn what_differs_between_entries_is_taken_over_by_name() {
        let entry = |all: Value| -> Vec<Override> {
            all.as_object().unwrap().iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect()
        };
        let (from, to) = (entry(json!({"a": 1, "b": 1, "c": 1})), entry(json!({"a": 1, "b": 2, "d": 1})));
        assert_eq!(differing(&from, &to), ["b", "c", "d"]);
        assert_eq!(with(&from, &to, &["b".to_owned()]), entry(json!({"a": 1, "c": 1, "b": 2})));
        assert_eq!(with(&from, &to, &["c".to_owned(), "d".to_owned()]), entry(json!({"a": 1, "b": 1, "d": 1})));
    }
}
