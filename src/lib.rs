//! draftgate proves an onboarding flow's draft before it is published: scenarios in YAML drive a flow-execution API over
//! HTTP, and its answers are checked and compared with accepted snapshots.
//!
//! The program is a thin skin over this library. For a test target of a crate of one's own there is [`run_folder`]:
//! a folder in, an exit code out.
//!
//! ```no_run
//! // tests/scenarios.rs
//! fn main() -> std::process::ExitCode {
//!     draftgate::run_folder("scenarios")
//! }
//! ```
//!
//! # The way of a scenario
//!
//! `main` captures the environment; [`cli`] resolves settings; [`scenario`] finds, reads and checks **all** files and
//! reports every mistake together, before any request; [`runner`] starts each test as a task and lets a libtest-mimic
//! trial wait for it; [`session`] renders templates, maps fields and calls [`api::client`]; [`expect`] and [`snapshot`]
//! judge the answer and write nothing; an [`outcome`] goes to [`report`], which alone makes text of it; the snapshots'
//! update policy decides what is written; the verdicts become an exit code. What the answers showed of the flow goes into
//! its [`map`]; [`lint`] holds scenarios to it before the next run, and [`review`] goes through what awaits it.
//!
//! # The house, from the ground up
//!
//! Every import goes down; `tests/architecture.rs` fails on any other.
//!
//! | module | owns |
//! | --- | --- |
//! | [`phrase`] | phrases that are the same wherever people read them: counts, advice after a slip |
//! | [`source`], [`yaml`] | texts, places in them, mistakes; YAML as a tree that knows its places |
//! | [`redact`] | secrets, and the one place where they are masked |
//! | [`jsonpath`], [`diff`] | RFC 9535; structural and line differences |
//! | [`parallel`] | the same work on many things, on all cores |
//! | [`minimise`] | delta debugging: of what fails the least that still fails |
//! | [`serving`] | HTTP on a socket of this machine: connections taken, and ended in good time |
//! | [`api`] | the API: codes, operations, languages, elements, conditions, field mapping; the client |
//! | [`semantic`] | what a changed answer means, as sentences |
//! | [`fake`] | generated test data |
//! | [`template`] | `{{ … }}`, and what it sees |
//! | [`matcher`] | what a value may be asked to be |
//! | [`scenario`] | the language: files to a checked model |
//! | [`session`] | applicants: a step becomes requests; one who is led through a flow call by call |
//! | [`compose`] | scenarios written by the program: from a walk, from a recording |
//! | [`proxy`] | a recording proxy, which understands nothing of what passes |
//! | [`expect`], [`snapshot`] | judging an answer; comparing it with the accepted one |
//! | [`journal`] | what a run leaves behind, to be written, read again and merged |
//! | [`map`] | what is known of a flow from earlier runs |
//! | [`route`] | the shortest known way to a step, and the steps of a scenario that goes it |
//! | [`conform`] | whether a flow keeps what the reference promises: rules, what a form must refuse |
//! | [`held`] | applicants who are on the way while a flow is published: parked before, looked after afterwards |
//! | [`explore`] | learning a flow from its answers: what to try, what it shows, what is wrong |
//! | [`behaviour`] | how the behaviour of two sides of a flow differs, and how gravely |
//! | [`lint`] | what is odd in scenarios, told without sending anything |
//! | [`coverage`] | how much of its flows a run covered, and the scenarios that would cover the rest |
//! | [`gate`] | whether a flow may be published: one verdict of all of these |
//! | [`outcome`] | what came of it, as plain data |
//! | [`runner`] | plan, shards, tasks, trials |
//! | [`report`] | text for people |
//! | [`review`] | going through what awaits review: keys in, frames out |
//! | [`sandbox`] | the API, embedded: definitions, a pure engine, a thin server. Only [`schema`], [`cli`] and tests know it |
//! | [`schema`] | JSON Schemas of all that people write, for editors |
//! | [`cli`] | arguments, configuration, commands, exit codes |
//!
//! # Where a new thing goes
//!
//! - **A matcher** (`json: {$.x: {my_matcher: …}}`): [`matcher`]: a variant of [`matcher::Test`] and a row of
//!   [`matcher::MATCHERS`], which reads it; the compiler then asks for the arm of [`matcher::evaluate`] that judges it.
//! - **An action** (`- my_action: …`): [`scenario::action`]: a variant of [`scenario::action::Action`] and a row of
//!   [`scenario::action::ACTIONS`]; the compiler then asks, in the same file, for its name and what it answers with, from
//!   which polling, rules and snapshots follow, and in `session::perform` for the request that it makes.
//! - **An element type**: [`api::element`]: a variant of [`api::element::ElementType`] and a row of
//!   [`api::element::TYPES`] (its names on the wire, the JSON type that it takes); the compiler then asks for its
//!   generated data in [`fake`] and its validation in [`sandbox`].
//! - **An expectation's key**: [`scenario::expectation`], judged in [`expect`].
//! - **A rule that every answer is held to**: [`scenario::Rule`], judged in [`expect::contract`].
//! - **An error code, operation or language of the API**: a row in [`api::codes`], [`api::operation`], [`api::language`]. A code
//!   does not compile without the scenario that provokes it, in `scenarios/conformance/codes`.
//! - **A kind of mistake in files**, or of what is odd in them: a row of [`source::CODES`] and the file that explains it.
//! - **A rule of `conform`**: [`conform::rules`]: a variant and a row, with the sentence that it stands on; the check beside the
//!   others in [`conform`], and in `tests/cli/conform.rs` a server that breaks it.
//! - **A check of `lint`**: [`lint`]: a function in a file of its own and a row of the table there.
//! - **A key of the files that people write**: their reader, and the type in [`schema`] that says the same to editors; a test
//!   holds the two to each other.
//! - **A sentence about a changed answer**: [`semantic`]: a variant of [`semantic::StepChange`], which a reader finds and
//!   takes away; the compiler then asks for its words.
//! - **A step that `new`, `import` and `record` understand**: [`compose::recording`].
//! - **Something to try in a field** when a flow is explored: [`explore::classes`]; **something wrong** that exploring shows:
//!   [`explore::findings`], and its words in `report::exploration`.
//! - **A rule of the API that flows are held to**: a row of `conform::rules`, its check, and a server in `tests/cli/conform.rs` that breaks it.
//! - **A reason why who was on the way is lost or hindered**: [`held::judge`].
//! - **A report**: [`report`]: a function from a [`journal::Journal`] to bytes, a flag in [`cli::args::Reports`] and a word in
//!   `ReportCommand` there; `cli::reporters` and `cli::report` call it.
//! - **A member of the journal**: [`journal`], filled in [`report::notes`] and [`report::transcript`]; the compiler asks in [`report::discretion`] what of it is
//!   kept back. Then `draftgate schema --out schemas`.
//! - **A command**: its arguments in [`cli::args`], a variant of `Command` there, and its code beside the others in [`cli`];
//!   the compiler asks for the arm that calls it. Its help, completions and manual page follow.
//! - **A CI that numbers its parallel jobs**: `cli::shard`: a `Pair` of its variables, and a row of the table there.
//! - **A template filter or function**: `template::functions`, [`template::scope`]; **a kind of generated data**: [`fake`].
//! - **A node of a sandbox flow**: [`sandbox`] says where.

pub mod api;
pub mod behaviour;
pub mod cli;
pub mod compose;
pub mod conform;
pub mod coverage;
pub mod diff;
pub mod expect;
pub mod explore;
pub mod fake;
pub mod gate;
pub mod held;
pub mod journal;
pub mod jsonpath;
pub mod lint;
pub mod map;
pub mod matcher;
pub mod minimise;
pub mod outcome;
pub mod parallel;
pub mod phrase;
pub mod proxy;
pub mod redact;
pub mod report;
pub mod review;
pub mod route;
pub mod runner;
pub mod sandbox;
pub mod scenario;
pub mod schema;
pub mod semantic;
pub mod serving;
pub mod session;
pub mod snapshot;
pub mod source;
pub mod template;
pub mod yaml;

pub use cli::harness::run_folder;
