//! One session of an exploration: what is done in it, told beforehand, and carried out.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::applicant::Applicant;
use super::classes::{Override, fields};
use super::people::entries;
use super::trail::{Hop, Outcome, Sight, Trail};
use super::trials::{differing, set, trials, with};
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
    /// What is done there.
    pub then: Then,
    /// What is to be found out in passing, wherever one comes by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aims: Vec<Aim>,
}

impl Plan {
    /// A session that goes a way, and on from there.
    pub fn new(way: Vec<Vec<Override>>, then: Then) -> Self {
        Plan { way, then, aims: Vec::new() }
    }
}

/// Something that is found out at a step, if one comes by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aim {
    /// The step, by its place.
    pub step: usize,
    /// What it is remembered by.
    pub memo: String,
    /// What is tried there before one goes on; nothing where it is enough to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
}

/// What is entered into a step, whenever one comes to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The step, by its place.
    pub step: usize,
    /// What.
    pub given: Vec<Override>,
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
    /// A value of a scale leads elsewhere than a later one: what lies between them is halved until they are next to each other.
    Bound {
        /// What is entered beside it.
        given: Vec<Override>,
        /// The field.
        key: String,
        /// The values between them.
        between: Vec<Value>,
        /// What the lower one leads to.
        leads: String,
    },
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
    /// One goes on, and enters into each step what is said; into one of which nothing is said, something of what was never tried
    /// there.
    Along {
        /// What is entered.
        entries: Vec<Entry>,
        /// The step behind which nothing more is to be seen; none where one goes on to the end.
        until: Option<usize>,
        /// How often one goes back from there, as long as it is said that one can.
        #[serde(default, skip_serializing_if = "is_zero")]
        back: usize,
    },
    /// One goes back so often, as long as it is said that one can.
    Back(usize),
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What nobody tried yet, by what a step is known by: a list of entries, each of which tries something.
#[derive(Debug, Default)]
pub struct Untried {
    /// The trials of the steps that are known.
    pub of: HashMap<String, Vec<Vec<Override>>>,
    /// The places of the steps that are known.
    pub places: HashMap<String, usize>,
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
            Outcome::Unfillable(why) => format!("unfillable {why}"),
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
    /// The aims that were seen to.
    done: Vec<bool>,
}

/// Carries out what is planned; none where it had to stop on the way since what is allowed is used up.
///
/// # Errors
///
/// When there is no answer to a call.
pub async fn visit<A: Applicant>(applicant: A, plan: &Plan, untried: &Untried) -> Result<Option<Trail>, CallError> {
    let done = vec![false; plan.aims.len()];
    let mut visit = Visit { applicant, plan, untried, hops: Vec::new(), visits: HashMap::new(), done };
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
        for given in &self.plan.way {
            if self.applicant.must_stop().await {
                return Ok(false);
            }
            let hop = self.applicant.enter(&at, given.clone()).await?;
            match self.arrive(hop) {
                Some(next) if !next.is_end() => at = next,
                _ => return Ok(true),
            }
        }
        match &self.plan.then {
            Then::Back(times) => self.go_back(at, *times).await,
            Then::Straight | Then::Sweep(_) | Then::As(_) | Then::Along { .. } => self.go_on(at).await,
        }
    }

    /// Does what is to be found out in passing at a step that one has come to.
    async fn see_to(&mut self, mut at: Sight, place: usize) -> Result<Stopped, CallError> {
        let plan = self.plan;
        for (number, aim) in plan.aims.iter().enumerate().filter(|(_, aim)| aim.step == place) {
            if std::mem::replace(&mut self.done[number], true) {
                continue;
            }
            if let Some(task) = &aim.task {
                match self.carry_out(at, task).await? {
                    Stopped::At(home) => at = home,
                    over => return Ok(over),
                }
            }
        }
        Ok(Stopped::At(at))
    }

    async fn carry_out(&mut self, at: Sight, task: &Task) -> Result<Stopped, CallError> {
        match task {
            Task::Try(given) => Ok(self.attempt(at, given.clone()).await?.1),
            Task::Narrow { from, to, leads } => self.narrow(at, from.clone(), to.clone(), leads).await,
            Task::Bound { given, key, between, leads } => self.bound(at, (given, key), between, leads).await,
        }
    }

    /// Halves what lies between two values of a scale.
    async fn bound(
        &mut self,
        mut at: Sight,
        (given, key): (&[Override], &str),
        mut between: &[Value],
        leads: &str,
    ) -> Result<Stopped, CallError> {
        while !between.is_empty() {
            let middle = between.len() / 2;
            let entry = set(given.to_vec(), key, Some(between[middle].clone()));
            let (word, stopped) = self.attempt(at, entry).await?;
            between = if word == leads { &between[middle + 1..] } else { &between[..middle] };
            at = match stopped {
                Stopped::At(home) => home,
                over => return Ok(over),
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
            let place = self.untried.places.get(&at.ident(self.untried.stable)).copied();
            if let Some(place) = place {
                match self.see_to(at, place).await? {
                    Stopped::At(home) => at = home,
                    Stopped::Over(whole) => return Ok(whole),
                }
            }
            if self.applicant.must_stop().await {
                return Ok(false);
            }
            let given = self.trial(&at, place);
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
            at = match (self.arrive(hop), &self.plan.then) {
                (Some(next), Then::Along { until, back, .. }) if until.is_some() && *until == place => {
                    return self.go_back(next, *back).await;
                }
                (Some(next), _) => next,
                (None, _) => return Ok(true),
            };
        }
        Ok(true)
    }

    /// What is entered into a step on the way to the end.
    fn trial(&self, at: &Sight, place: Option<usize>) -> Vec<Override> {
        let Some(today) = self.untried.today else { return Vec::new() };
        let untried = |number: usize| {
            let known = self.untried.of.get(&at.ident(self.untried.stable));
            let own = || trials(&fields(&elements(&at.body), &self.untried.people, today), |_, _| false);
            let all = known.cloned().unwrap_or_else(own);
            all.get(number).cloned().unwrap_or_default()
        };
        match &self.plan.then {
            Then::Sweep(number) => untried(*number),
            Then::Along { entries, .. } => {
                let known = entries.iter().find(|entry| Some(entry.step) == place);
                known.map_or_else(|| untried(0), |entry| entry.given.clone())
            }
            Then::As(person) => {
                let person = self.untried.people.get(*person);
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
