//! How many requests a server takes at a time, found out from how its answers come.
//!
//! A pure state machine in the manner of TCP Vegas and of Netflix's gradient limits: it is told of each request and of what
//! came of it, and gives a limit. It has no clock; times are those since any beginning.
//!
//! What is measured is the *load*: how long answers took, divided by how long answers of their kind take when nothing waits.
//! A server that has room answers as quickly with more in flight, so its load stays near one; where it has none, every
//! further request waits, and the load grows with their number.
//!
//! What is usual is learnt from the first answers of a kind, and corrected by trial: when the load is too much, the limit is
//! lowered until answers come no sooner. Where lowering it brings nothing from the start, it is not our requests that they
//! wait for (a service that the server calls is slow, say), and how long they take is what is usual from now on.
//!
//! Requests are judged in rounds, in the order in which they begin: of those that come back first, most are quick.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::api::client) struct Sample {
    /// What its answer is compared with: those of the same kind.
    pub kind: u64,
    /// How long it took.
    pub latency: Duration,
    /// What came.
    pub outcome: Outcome,
    /// What [`Gradient::begin`] gave.
    pub round: u64,
    /// How many requests were in flight when this one began, itself among them.
    pub in_flight: usize,
    /// Whether more would be in flight if the limit were higher.
    pub wanted: bool,
    /// When it came.
    pub now: Duration,
}

/// What came of a request, as far as it says something of the server's load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api::client) enum Outcome {
    /// An answer.
    Answered,
    /// HTTP 429.
    Refused,
    /// HTTP 503.
    Unavailable,
    /// No connection, one that broke, or no answer in time.
    Broken,
}

/// Why a limit is another now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Answers come as quickly as with fewer requests in flight.
    Level,
    /// Answers take longer the more requests are in flight.
    Slower,
    /// Answers take longer, however few requests are in flight.
    NotOurs,
    /// HTTP 429.
    Refused,
    /// HTTP 503.
    Unavailable,
    /// Connections fail, or answers do not come.
    Broken,
}

/// A load up to this is none: the limit may grow.
const LEVEL: f64 = 1.15;
/// A load from this on is too much; by chance it must not be less than the other.
const TOO_MUCH: f64 = 1.5;
const SURELY: f64 = 1.2;
/// A load up to this says that what was taken for usual is too long.
const SOONER: f64 = 0.9;
/// What a limit leaves to wait beside what the server works on, so that it never runs out of work.
const QUEUE: f64 = 1.2;
/// To which part of what the server seems to work on the limit is lowered to see whether answers come sooner, and to which
/// part of what was in flight at most.
const BELOW: f64 = 0.9;
const STEP: f64 = 0.7;
/// A delay of this length, in seconds, is nothing that a limit has to do with: schedulers and networks are not finer.
const SLACK: f64 = 0.002;
/// No answer is waited for longer, in seconds.
const LONGEST: f64 = 3600.0;
/// So few requests in flight are no load: that answers take longer then has another cause.
const LEAST: f64 = 2.0;
/// How many answers of a kind say what is usual, and how many say it well.
const KNOWN: u32 = 8;
const LEARNT: u32 = 32;
/// How many kinds are told apart; all others are one.
const MOST_KINDS: usize = 1000;
/// After so many rounds in which all was level, the limit grows quickly again.
const CALM_ROUNDS: u32 = 8;
/// After so many rounds in which it was not, it is looked anew what is usual.
const BUSY_ROUNDS: u32 = 150;
/// By how much the limit grows with each answer, at first: of a host that is approached with care, and of any other.
const CAREFUL_GROWTH: f64 = 0.5;
const GROWTH: f64 = 1.0;
/// How much faster than they are answered requests begin meanwhile, with care.
const CAREFUL_RATE: f64 = 1.5;

/// The number of no round.
const NO_ROUND: u64 = u64::MAX;

/// Finds the limit.
#[derive(Debug)]
pub(in crate::api::client) struct Gradient {
    limit: f64,
    most: f64,
    careful: bool,
    phase: Phase,
    /// How long answers of a kind usually take, in seconds, and of how many answers that is the mean.
    usual: HashMap<u64, (f64, u32)>,
    /// The load, smoothed.
    load: f64,
    /// How long answers take, of all kinds and smoothed, in seconds.
    latency: Option<f64>,
    /// The rounds whose requests are in flight, and the number of the next one.
    rounds: VecDeque<Round>,
    next: u64,
    /// Requests that began before say nothing: another limit held then.
    since: Duration,
    /// Rounds in a row that were level, and such that were not.
    calm: u32,
    busy: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    /// More with each answer.
    SlowStart,
    /// A little more, or less, with each round.
    Steady,
    /// Lowered, to see whether answers come sooner.
    Lowered(Lowered),
}

/// How it was before the limit was lowered.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Lowered {
    /// The limit before all.
    from: f64,
    /// Whether it grew quickly then.
    slow_start: bool,
    /// The load and the requests in flight one step before.
    load: f64,
    in_flight: f64,
    /// Whether this is the first step down.
    first: bool,
}

/// Requests that began one after the other.
#[derive(Debug, Default)]
struct Round {
    number: u64,
    begun: u32,
    answered: u32,
    /// Whether no more belong to it.
    full: bool,
    /// The sum of how many were in flight.
    in_flight: usize,
    kinds: HashMap<u64, Latencies>,
}

/// The latencies of one kind in a round, in seconds: their number, sum, and sum of squares.
#[derive(Debug, Default, Clone, Copy)]
struct Latencies {
    count: u32,
    sum: f64,
    squares: f64,
}

impl Gradient {
    /// Begins with a limit of `first` and goes up to `most`, with care at a host that others call too.
    pub fn new(first: usize, most: usize, careful: bool) -> Self {
        let most = count(most.max(1));
        Gradient {
            limit: count(first).clamp(1.0, most),
            most,
            careful,
            phase: Phase::SlowStart,
            usual: HashMap::new(),
            load: 1.0,
            latency: None,
            rounds: VecDeque::new(),
            next: 0,
            since: Duration::ZERO,
            calm: 0,
            busy: 0,
        }
    }

    /// The most requests that should be in flight.
    pub fn limit(&self) -> usize {
        self.limit as usize
    }

    /// How long answers of a kind usually take, where that is known.
    pub fn usual(&self, kind: u64) -> Option<Duration> {
        self.usual.get(&kind).map(|(mean, _)| Duration::from_secs_f64(mean.min(LONGEST)))
    }

    /// How many requests a second may begin while the limit grows quickly, where that is bounded: they would come in bursts
    /// otherwise, of which a server that limits the rate refuses many before the first refusal is heard of.
    pub fn rate(&self) -> Option<f64> {
        let careful = self.careful && self.phase == Phase::SlowStart;
        self.latency.filter(|_| careful).map(|latency| CAREFUL_RATE * self.limit / latency.max(SLACK))
    }

    /// A request begins, as one of so many in flight; gives the round that it belongs to.
    pub fn begin(&mut self, in_flight: usize) -> u64 {
        if in_flight > self.limit() {
            // A higher limit has let it begin, and says nothing of this one.
            return NO_ROUND;
        }
        let enough = self.enough();
        if self.rounds.back().is_none_or(|round| round.full) {
            self.rounds.push_back(Round { number: self.next, ..Round::default() });
            self.next += 1;
        }
        let Some(round) = self.rounds.back_mut() else { return NO_ROUND };
        round.begun += 1;
        round.in_flight += in_flight;
        round.full = round.begun >= enough;
        round.number
    }

    /// A request of this round says nothing: it was given up, or nothing like it is compared.
    pub fn forget(&mut self, round: u64) {
        if let Some(round) = self.rounds.iter_mut().find(|other| other.number == round) {
            round.begun = round.begun.saturating_sub(1);
        }
    }

    /// How many requests make a round.
    fn enough(&self) -> u32 {
        let limit = u32::try_from(self.limit()).unwrap_or(u32::MAX);
        match self.phase {
            Phase::SlowStart => (limit / 4).clamp(8, 64),
            Phase::Steady => limit.clamp(12, 256),
            Phase::Lowered(_) => limit.clamp(24, 256),
        }
    }

    /// Takes in what came of a request; the reason, where the limit is another then.
    pub fn take(&mut self, sample: Sample) -> Option<Reason> {
        let before = self.limit();
        if sample.now.saturating_sub(sample.latency) < self.since {
            return None;
        }
        let reason = match sample.outcome {
            Outcome::Answered => self.answered(sample),
            Outcome::Refused => self.cut(0.5, sample, Reason::Refused),
            Outcome::Unavailable => self.cut(0.5, sample, Reason::Unavailable),
            Outcome::Broken => self.cut(0.7, sample, Reason::Broken),
        };
        (self.limit() != before).then_some(reason)
    }

    /// Whatever began before the cut is not held against the limit again.
    fn cut(&mut self, to: f64, sample: Sample, reason: Reason) -> Reason {
        let limit = self.limit.min(count(sample.in_flight).max(LEAST)) * to;
        self.settle(limit, Phase::Steady, sample.now);
        reason
    }

    /// From now on another limit holds.
    fn settle(&mut self, limit: f64, phase: Phase, now: Duration) {
        self.limit = limit.clamp(1.0, self.most);
        self.phase = phase;
        (self.calm, self.busy) = (0, 0);
        self.begin_rounds(now);
    }

    fn begin_rounds(&mut self, now: Duration) {
        self.rounds.clear();
        self.since = now;
    }

    fn answered(&mut self, sample: Sample) -> Reason {
        let full = self.usual.len() >= MOST_KINDS && !self.usual.contains_key(&sample.kind);
        let kind = if full { u64::MAX } else { sample.kind };
        let latency = sample.latency.as_secs_f64();
        let smoothed = self.latency.get_or_insert(latency);
        *smoothed += (latency - *smoothed) / 8.0;
        if self.phase == Phase::SlowStart && sample.wanted {
            let growth = if self.careful { CAREFUL_GROWTH } else { GROWTH };
            self.limit = (self.limit + growth).min(self.most);
        }
        let Some(at) = self.rounds.iter().position(|round| round.number == sample.round) else { return Reason::Level };
        let round = &mut self.rounds[at];
        round.answered += 1;
        let of_kind = round.kinds.entry(kind).or_default();
        of_kind.count += 1;
        of_kind.sum += latency;
        of_kind.squares += latency * latency;
        // The last tenth is not waited for: some answers never come.
        if !round.full || round.answered * 10 < round.begun * 9 {
            return Reason::Level;
        }
        let judged = self.rounds.drain(..=at).next_back().unwrap_or_default();
        self.judge(&judged, sample)
    }

    /// The load of a round and how uncertain it is, where enough is known of what is usual.
    fn measure(&self, round: &Round) -> Option<(f64, f64)> {
        let (mut latency, mut usual, mut spread, mut known) = (0.0, 0.0, 0.0, 0);
        for (kind, Latencies { count, sum, squares }) in &round.kinds {
            let Some((mean, _)) = self.usual.get(kind).filter(|(_, answers)| *answers >= KNOWN) else { continue };
            let answers = f64::from(*count);
            latency += sum + answers * SLACK;
            usual += answers * (mean + SLACK);
            spread += (squares - sum * sum / answers).max(0.0);
            known += count;
        }
        (known * 2 >= round.answered).then(|| (latency / usual, spread.sqrt() / usual))
    }

    /// What is usual is learnt from the first answers of a kind, with what they waited for taken off.
    fn learn(&mut self, round: &Round, load: f64) {
        for (kind, Latencies { count, sum, .. }) in &round.kinds {
            let (mean, answers) = self.usual.entry(*kind).or_default();
            if *answers < LEARNT {
                *mean = (*mean * f64::from(*answers) + sum / load) / f64::from(*answers + count);
                *answers += count;
            }
        }
    }

    fn judge(&mut self, round: &Round, last: Sample) -> Reason {
        let Some((load, uncertain)) = self.measure(round) else {
            self.learn(round, self.load);
            return Reason::Level;
        };
        self.load = (self.load + (load - self.load) / 2.0).clamp(1.0, 4.0);
        self.learn(round, load);
        let in_flight = count(round.in_flight) / f64::from(round.begun);
        if let Phase::Lowered(before) = self.phase {
            return self.compare(before, round, load, in_flight, last.now);
        }
        if load < SOONER - uncertain {
            self.usual.values_mut().for_each(|(mean, _)| *mean *= load.sqrt());
        }
        if load >= TOO_MUCH && load - 2.0 * uncertain >= SURELY {
            if in_flight > LEAST {
                return self.lower(load, in_flight, last.now);
            }
            self.relearn(round, load);
            self.begin_rounds(last.now);
        } else if self.phase == Phase::Steady {
            return self.steady(load, in_flight, last);
        }
        Reason::Level
    }

    /// Whether answers come sooner with fewer requests in flight.
    fn compare(&mut self, before: Lowered, round: &Round, load: f64, in_flight: f64, now: Duration) -> Reason {
        self.relearn(round, load);
        // As much sooner as there are fewer, if every one of them waits for the others.
        let fewer = (before.in_flight / in_flight).max(1.0);
        if before.load / load >= (1.0 + fewer) / 2.0 && in_flight > LEAST {
            self.step_down(Lowered { load: 1.0, in_flight, first: false, ..before }, now);
            return Reason::Slower;
        }
        if before.first {
            let phase = if before.slow_start { Phase::SlowStart } else { Phase::Steady };
            self.settle(before.from, phase, now);
            return Reason::NotOurs;
        }
        self.settle((before.in_flight * QUEUE).max(LEAST), Phase::Steady, now);
        Reason::Slower
    }

    /// Lowers the limit, to see whether answers come sooner.
    fn lower(&mut self, load: f64, in_flight: f64, now: Duration) -> Reason {
        let slow_start = self.phase == Phase::SlowStart;
        self.step_down(Lowered { from: self.limit, slow_start, load, in_flight, first: true }, now);
        Reason::Slower
    }

    fn step_down(&mut self, before: Lowered, now: Duration) {
        let limit = (before.in_flight * (BELOW / before.load).min(STEP)).max(LEAST).min(self.limit);
        self.settle(limit, Phase::Lowered(before), now);
    }

    fn steady(&mut self, load: f64, in_flight: f64, last: Sample) -> Reason {
        if load < LEVEL {
            self.calm += 1;
            if last.wanted {
                self.limit = (self.limit + (self.limit * 0.05).max(1.0)).min(self.most);
            }
            if self.calm >= CALM_ROUNDS {
                self.phase = Phase::SlowStart;
                self.calm = 0;
            }
        } else {
            self.calm = 0;
            self.busy += 1;
            if self.busy >= BUSY_ROUNDS && in_flight > LEAST {
                return self.lower(load, in_flight, last.now);
            }
        }
        self.begin_rounds(last.now);
        Reason::Level
    }

    /// What is usual, as the answers of this round have it; kinds that had none are taken to have changed alike.
    fn relearn(&mut self, round: &Round, load: f64) {
        for (kind, (mean, _)) in &mut self.usual {
            *mean = match round.kinds.get(kind) {
                Some(Latencies { count, sum, .. }) if *count >= 3 => sum / f64::from(*count),
                _ => (*mean * load.clamp(0.25, 4.0)).min(LONGEST),
            };
        }
        self.load = 1.0;
    }
}

/// Counts of requests are small enough to be told exactly.
fn count(requests: usize) -> f64 {
    requests as f64
}
