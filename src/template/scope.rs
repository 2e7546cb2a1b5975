//! What the expressions of a template see.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use indexmap::IndexMap;
use jiff::{Timestamp, tz::TimeZone};
use minijinja::value::{Object, Serde, Value as Jinja};
use minijinja::{Error, ErrorKind, State};
use serde_json::Value;

use crate::fake::{self, Seed};
use crate::phrase::{did_you_mean, nearest};
use crate::redact::Redactor;
use crate::source::Span;

/// The names of the language itself, which a variable cannot take.
pub const BUILT_IN: [&str; 9] = ["env", "secret", "uuid", "now", "today", "fake", "step", "session", "loop"];

/// What is the same for every scenario of a run.
#[derive(Debug, Clone)]
pub struct World {
    /// The environment variables, as they were when the program began.
    pub environment: BTreeMap<String, String>,
    /// Learns every secret that a template reads.
    pub redactor: Redactor,
    /// What generated data begin from.
    pub seed: u64,
    /// The clock.
    pub now: fn() -> Timestamp,
}

impl World {
    /// Today's date, in UTC so that two machines agree.
    pub fn today(&self) -> jiff::civil::Date {
        (self.now)().to_zoned(TimeZone::UTC).date()
    }
}

/// The names that are defined at one place of one scenario.
#[derive(Debug, Clone)]
pub struct Scope {
    world: Arc<World>,
    names: IndexMap<String, Value>,
    step: Option<Arc<Value>>,
    session: Option<String>,
    seed: Seed,
    place: usize,
}

impl Scope {
    /// A scope with nothing but the language's own names.
    pub fn new(world: Arc<World>) -> Self {
        let seed = Seed::new(world.seed);
        Scope { world, names: IndexMap::new(), step: None, session: None, seed, place: 0 }
    }

    /// The run's world.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// Defines a name, or gives it another value.
    pub fn define(&mut self, name: impl Into<String>, value: Value) {
        self.names.insert(name.into(), value);
    }

    /// Takes a definition back.
    pub fn forget(&mut self, name: &str) {
        self.names.shift_remove(name);
    }

    /// Sets what `step` and `session` are: the acting applicant's last answer and session.
    pub fn set_applicant(&mut self, step: Option<Arc<Value>>, session: Option<String>) {
        self.step = step;
        self.session = session;
    }

    /// Sets what generated data grow from: the same place gets the same data in every run.
    pub fn set_seed(&mut self, seed: Seed) {
        self.seed = seed;
    }

    /// Sets which step is at work, from one: a fragment's template gives other data each time that the fragment is used.
    pub fn set_place(&mut self, step: usize) {
        self.place = step;
    }

    /// What generated data grow from in this test.
    pub fn seed(&self) -> &Seed {
        &self.seed
    }

    /// Whether a name is defined.
    pub fn knows(&self, name: &str) -> bool {
        match name {
            "step" => self.step.is_some(),
            "session" => self.session.is_some(),
            _ => BUILT_IN.contains(&name) || self.names.contains_key(name),
        }
    }

    /// All names but those of the language itself.
    pub fn names(&self) -> Vec<String> {
        self.names.keys().cloned().collect()
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.names.get(name)
    }

    /// The scope as the template engine takes it, for a template that stands at `span`.
    pub(super) fn context(&self, span: Span) -> Jinja {
        Jinja::from_object(Context { scope: self.clone(), span, calls: Arc::default() })
    }
}

#[derive(Debug)]
struct Context {
    scope: Scope,
    span: Span,
    /// How often generated data were asked for.
    calls: Arc<AtomicUsize>,
}

impl Object for Context {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        let scope = &self.scope;
        let name = key.as_str()?;
        if let Some(value) = scope.names.get(name) {
            return Some(Jinja::from(Serde(value)));
        }
        let now = scope.world.now;
        match name {
            "env" => Some(Jinja::from_object(Variables { world: scope.world.clone(), secret: false })),
            "secret" => Some(Jinja::from_object(Variables { world: scope.world.clone(), secret: true })),
            "uuid" => Some(Jinja::from_function(|| uuid::Uuid::new_v4().to_string())),
            "now" => Some(Jinja::from_function(move || now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string())),
            "today" => {
                let today = scope.world.today();
                Some(Jinja::from_function(move || today.to_string()))
            }
            "fake" => Some(Jinja::from_object(Fakes {
                seed: scope.seed.child(&format!("{} {}", scope.place, self.span.start)),
                today: scope.world.today(),
                calls: self.calls.clone(),
            })),
            "step" => scope.step.as_deref().map(|step| Jinja::from(Serde(step))),
            "session" => scope.session.clone().map(Jinja::from),
            _ => None,
        }
    }
}

/// `env` and `secret`.
#[derive(Debug)]
struct Variables {
    world: Arc<World>,
    secret: bool,
}

impl Object for Variables {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        let value = self.world.environment.get(key.as_str()?)?;
        if self.secret {
            self.world.redactor.add(value);
        }
        Some(Jinja::from(value.as_str()))
    }
}

/// `fake`: each call gives another value, the same ones in every run.
#[derive(Debug)]
struct Fakes {
    seed: Seed,
    today: jiff::civil::Date,
    calls: Arc<AtomicUsize>,
}

impl Object for Fakes {
    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, method: &str, args: &[Jinja]) -> Result<Jinja, Error> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let country = args.first().and_then(Jinja::as_str);
        fake::generate(method, &self.seed.child(&call.to_string()), self.today, country).map(Jinja::from).ok_or_else(
            || {
                let names = fake::KINDS.map(|kind| kind.name);
                let advice = nearest(method, names).map_or_else(
                    || format!("there are {}", names.join(", ")),
                    |near| did_you_mean(&format!("fake.{near}()")),
                );
                Error::new(ErrorKind::UnknownMethod, format!("fake.{method}() is not known; {advice}"))
            },
        )
    }
}
