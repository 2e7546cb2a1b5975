//! Limits against a simulated server, on a clock that goes on only when everybody waits: all that is measured here is
//! exact, and the same every time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Url;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::{Concurrency, LimitChange, Limiter, Limiters, Outcome, Reason};

/// What a server is.
#[derive(Debug, Clone, Copy)]
struct Kind {
    /// How many requests it works on at a time; the others wait.
    workers: usize,
    /// How long it works on one, in milliseconds.
    service: f64,
    /// How much that varies: the standard deviation of its logarithm.
    noise: f64,
    /// How long a request and its answer are on their way, in milliseconds.
    network: f64,
    /// Requests a second that are not refused, and how many at once.
    allowed: Option<(f64, f64)>,
    seed: u64,
}

const QUIET: Kind = Kind { workers: 64, service: 50.0, noise: 0.0, network: 4.0, allowed: None, seed: 1 };
const AUTO: Concurrency = Concurrency::Adaptive { local: 1000, remote: 64 };

struct Server {
    kind: Kind,
    workers: Semaphore,
    /// Tokens that are left, and when that was so.
    tokens: Mutex<(f64, Instant)>,
    random: Mutex<u64>,
    /// By how much longer everything takes than it used to.
    slower: Mutex<f64>,
}

impl Server {
    fn new(kind: Kind) -> Self {
        let tokens = Mutex::new((kind.allowed.map_or(0.0, |(_, most)| most), Instant::now()));
        let workers = Semaphore::new(kind.workers);
        Server { kind, workers, tokens, random: Mutex::new(kind.seed), slower: Mutex::new(1.0) }
    }

    /// The next of evenly spread numbers from zero to one (SplitMix64).
    fn next(&self) -> f64 {
        let mut state = self.random.lock().unwrap();
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap()) / f64::from(u32::MAX)
    }

    /// A number that is normally distributed, near enough.
    fn normal(&self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }

    fn allows(&self) -> bool {
        let Some((rate, most)) = self.kind.allowed else { return true };
        let mut tokens = self.tokens.lock().unwrap();
        let now = Instant::now();
        let left = (tokens.0 + (now - tokens.1).as_secs_f64() * rate).min(most);
        *tokens = (if left >= 1.0 { left - 1.0 } else { left }, now);
        left >= 1.0
    }

    /// Answers a request of which the work is so many times the usual.
    async fn ask(&self, work: f64) -> Outcome {
        sleep(millis(self.kind.network / 2.0)).await;
        let outcome = if self.allows() {
            let _worker = self.workers.acquire().await.unwrap();
            let slower = *self.slower.lock().unwrap();
            sleep(millis(self.kind.service * work * slower * (self.kind.noise * self.normal()).exp())).await;
            Outcome::Answered
        } else {
            Outcome::Refused
        };
        sleep(millis(self.kind.network / 2.0)).await;
        outcome
    }
}

fn millis(millis: f64) -> Duration {
    Duration::from_secs_f64(millis / 1000.0)
}

/// What a run came to.
#[derive(Debug, Default)]
struct Seen {
    wall: f64,
    /// Of those that were answered, in milliseconds.
    latencies: Vec<f64>,
    refused: usize,
    /// How often one request was refused, at most.
    most_refusals: u32,
    changes: Vec<LimitChange>,
}

impl Seen {
    fn latency(&self) -> f64 {
        self.latencies.iter().sum::<f64>() / f64::from(u32::try_from(self.latencies.len()).unwrap())
    }

    /// Which part of all requests was refused.
    fn refused(&self) -> f64 {
        let of = |count: usize| f64::from(u32::try_from(count).unwrap());
        of(self.refused) / of(self.refused + self.latencies.len())
    }
}

/// Lets so many scenarios of six requests each go on at the same time.
async fn run(server: &Arc<Server>, limiter: &Arc<Limiter>, scenarios: usize, work: fn(usize) -> f64) -> Seen {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..scenarios {
        tasks.spawn(scenario(server.clone(), limiter.clone(), seen.clone(), work));
    }
    tasks.join_all().await;
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    Seen { wall: began.elapsed().as_secs_f64(), ..seen }
}

async fn scenario(server: Arc<Server>, limiter: Arc<Limiter>, seen: Arc<Mutex<Seen>>, work: fn(usize) -> f64) {
    for step in 0..6 {
        let mut refusals = 0;
        loop {
            let turn = limiter.enter().await;
            let asked = Instant::now();
            let outcome = server.ask(work(step)).await;
            let change = turn.end(u64::try_from(step).unwrap(), outcome, None);
            {
                let mut seen = seen.lock().unwrap();
                seen.changes.extend(change);
                if outcome == Outcome::Answered {
                    seen.latencies.push(asked.elapsed().as_secs_f64() * 1000.0);
                    break;
                }
                seen.refused += 1;
                refusals += 1;
                seen.most_refusals = seen.most_refusals.max(refusals);
            }
            sleep(Duration::from_millis(200)).await;
        }
    }
}

fn limiter(concurrency: Concurrency, local: bool) -> Arc<Limiter> {
    Arc::new(Limiter::new("sim".to_owned(), concurrency, local, None))
}

async fn measure(kind: Kind, concurrency: Concurrency, local: bool, scenarios: usize) -> Seen {
    run(&Arc::new(Server::new(kind)), &limiter(concurrency, local), scenarios, |_| 1.0).await
}

/// How long an answer takes of a server that has nothing else to do, in milliseconds.
async fn idle_latency(kind: Kind) -> f64 {
    measure(Kind { workers: 1000, ..kind }, Concurrency::Fixed(1), false, 30).await.latency()
}

#[tokio::test(start_paused = true)]
async fn it_is_as_fast_as_the_best_fixed_number_and_the_server_answers_about_as_quickly_as_an_idle_one() {
    let times = [(20.0, 0.0), (50.0, 0.3), (200.0, 0.2)];
    let remote = [8, 16, 32, 64, 500].map(|workers| (workers, false));
    let local = [16, 64].map(|workers| (workers, true));
    for (workers, local) in remote.into_iter().chain(local) {
        for (service, noise) in times {
            let kind = Kind { workers, service, noise, ..QUIET };
            let idle = idle_latency(kind).await;
            // Long enough for how it begins not to matter.
            let scenarios = if workers > 32 && local { 2500 } else { 1000 };
            // More only wait, and less leave workers idle.
            let best = Concurrency::Fixed(if local { 2 * workers } else { (2 * workers).min(64) });
            let (mut fixed, mut wall, mut latency) = (0.0, 0.0, 0.0);
            for seed in 1..=3 {
                let kind = Kind { seed, ..kind };
                fixed += measure(kind, best, local, scenarios).await.wall / 3.0;
                let seen = measure(kind, AUTO, local, scenarios).await;
                wall += seen.wall / 3.0;
                latency += seen.latency() / 3.0;
            }
            let told = format!("{kind:?}: {wall} s of {fixed} s, {latency} ms of {idle} ms");
            assert!(wall <= 1.1 * fixed, "{told}");
            assert!(latency <= 1.5 * idle, "{told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_a_server_that_limits_to_twenty_a_second_at_most_two_of_a_hundred_requests_are_refused() {
    for (burst, service, network) in [(20.0, 50.0, 4.0), (1.0, 50.0, 4.0), (5.0, 200.0, 60.0), (20.0, 200.0, 60.0)] {
        for seed in 1..=5 {
            let allowed = Some((20.0, burst));
            let kind = Kind { workers: 1000, service, network, noise: 0.2, allowed, seed };
            let seen = measure(kind, AUTO, false, 100).await;
            let told = format!("{kind:?}: {} of 600 in {} s; {:?}", seen.refused, seen.wall, seen.changes);
            assert!(seen.refused() <= 0.02, "{told}");
            // So often at most one and the same is asked again.
            assert!(seen.most_refusals <= 3, "{told}");
            assert!(seen.wall <= 1.5 * 600.0 / 20.0, "{told}");
            let first = &seen.changes.iter().find(|change| change.rate.is_some()).unwrap();
            assert_eq!((first.reason, first.pause), (Reason::Refused, Some(super::PAUSE)), "{told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_takes_long_by_itself_is_no_load() {
    let work = |step: usize| [1.0, 1.0, 60.0, 1.0, 4.0, 1.0][step];
    for noise in [0.0, 0.3] {
        let kind = Kind { workers: 1000, noise, ..QUIET };
        let wall =
            async |concurrency| run(&Arc::new(Server::new(kind)), &limiter(concurrency, false), 500, work).await.wall;
        let (seen, fixed) = (wall(AUTO).await, wall(Concurrency::Fixed(64)).await);
        assert!(seen <= 1.15 * fixed, "{seen} s of {fixed} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_becomes_slower_for_another_reason_is_asked_no_less() {
    let server = Arc::new(Server::new(Kind { workers: 1000, ..QUIET }));
    let limiter = limiter(AUTO, false);
    run(&server, &limiter, 500, |_| 1.0).await;
    assert_eq!(limiter.state().limit, 64);
    *server.slower.lock().unwrap() = 3.0;
    let seen = run(&server, &limiter, 500, |_| 1.0).await;
    assert!(seen.changes.iter().any(|change| change.reason == Reason::NotOurs), "{:?}", seen.changes);
    assert_eq!(limiter.state().limit, 64, "{:?}", seen.changes);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_not_reached_does_not_grow() {
    let limiter = limiter(AUTO, false);
    let seen = run(&Arc::new(Server::new(QUIET)), &limiter, 3, |_| 1.0).await;
    assert_eq!((limiter.state().limit, seen.changes), (8, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn a_number_is_kept_to_whatever_comes() {
    let limiter = limiter(Concurrency::Fixed(5), false);
    let kind = Kind { workers: 2, allowed: Some((20.0, 20.0)), ..QUIET };
    let seen = run(&Arc::new(Server::new(kind)), &limiter, 20, |_| 1.0).await;
    let state = limiter.state();
    assert_eq!((state.limit, state.pace.learnt(), limiter.permits.available_permits()), (5, None, 5));
    assert!(seen.changes.iter().all(|change| change.to == 5), "{:?}", seen.changes);
}

#[tokio::test(start_paused = true)]
async fn a_configured_rate_is_kept_to_and_reached() {
    let limiter = Arc::new(Limiter::new("sim".to_owned(), AUTO, true, Some(20.0)));
    let server = Arc::new(Server::new(Kind { allowed: Some((20.5, 2.0)), ..QUIET }));
    let seen = run(&server, &limiter, 100, |_| 1.0).await;
    assert_eq!(seen.refused, 0);
    assert!((29.9..31.0).contains(&seen.wall), "{} s", seen.wall);
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_everybody_back_and_has_a_bound() {
    for (asked, held) in [(3, 3), (0, 0), (3600, 30)] {
        for outcome in [Outcome::Refused, Outcome::Unavailable] {
            for concurrency in [AUTO, Concurrency::Fixed(8)] {
                let limiter = limiter(concurrency, false);
                let change = limiter.enter().await.end(0, outcome, Some(Duration::from_secs(asked)));
                assert_eq!(change.and_then(|change| change.pause).unwrap_or_default().as_secs(), held);
                let began = Instant::now();
                let _turn = limiter.enter().await;
                assert_eq!(began.elapsed().as_secs(), held, "{outcome:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_hang_hold_up_no_other_for_long_and_the_most_is_never_exceeded() {
    let limiter = limiter(AUTO, false);
    let mut hanging = Vec::new();
    for number in 0..64 {
        let began = Instant::now();
        let mut turn = limiter.enter().await;
        assert!(began.elapsed().is_zero(), "{number}");
        tokio::time::sleep(turn.patience(0)).await;
        turn.lend();
        hanging.push(turn);
        assert!(limiter.state().lent <= 64);
    }
    // All that may be in flight hang: now one has to end.
    let next = tokio::time::timeout(Duration::from_secs(60), limiter.enter()).await;
    assert!(next.is_err());
    hanging.pop();
    drop(limiter.enter().await);
    drop(hanging);
    let state = limiter.state();
    assert_eq!((state.lent, state.in_flight, state.debt), (0, 0, 0));
    assert_eq!(state.limit, limiter.permits.available_permits());
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_gives_the_place_back() {
    let server = Arc::new(Server::new(Kind { allowed: Some((200.0, 10.0)), noise: 0.5, ..QUIET }));
    let limiter = limiter(AUTO, false);
    let mut tasks = JoinSet::new();
    for _ in 0..300 {
        let task = scenario(server.clone(), limiter.clone(), Arc::default(), |_| 1.0);
        let patience = millis(2000.0 * server.next());
        tasks.spawn(async move { drop(tokio::time::timeout(patience, task).await) });
    }
    tasks.join_all().await;
    {
        let state = limiter.state();
        assert_eq!((state.lent, state.in_flight), (0, 0));
        assert_eq!(state.limit + state.debt, limiter.permits.available_permits());
    }
    assert!(tokio::time::timeout(Duration::from_secs(60), limiter.enter()).await.is_ok());
}

#[test]
fn each_host_has_limits_of_its_own() {
    let limiters = Limiters::new(AUTO, None);
    let of = |url: &str| limiters.of(&Url::parse(url).unwrap());
    let api = of("https://api.example.com/wfs/interpreter-v2/flow/a");
    assert!(Arc::ptr_eq(&api, &of("https://api.example.com/wfs/export/b")));
    for other in ["https://auth.example.com/token", "https://api.example.com:8443/", "http://127.0.0.1:9/"] {
        assert!(!Arc::ptr_eq(&api, &of(other)), "{other}");
    }
    assert_eq!((api.most, of("http://127.0.0.1:9/").most), (64, 1000));
}
