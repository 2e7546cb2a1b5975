//! Ways that were found, gone again each by a fresh applicant, so that a scenario can be written of each that runs as it says.

use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use super::applicant::{Applicant, Real, Used};
use super::classes::Override;
use super::model::Model;
use super::paths::{Entering, Gone, Path};
use super::trail::{Act, Hop, Outcome};
use super::{Exploration, Explored};
use crate::api::client::CallError;
use crate::api::exchange::Exchange;
use crate::api::id::is_generated_id;
use crate::api::wire::elements;
use crate::compose::draft::{Argument, Data, Draft, Field, Step, saying};
use crate::compose::recording::Recorded;
use crate::compose::{Composed, Composition, Options, compose};

/// The most steps of a way, should it lead round and round.
const MOST_STEPS: usize = 60;

/// A way that was gone again, with its scenario.
#[derive(Debug)]
pub struct Retraced {
    /// The way.
    pub gone: Gone,
    /// The scenario: at each form what decides, and made-up data for the rest. Its title says nothing of what is special.
    pub composed: Composed,
    /// What could not be kept of what services were answered with.
    pub notes: Vec<String>,
}

/// What became of going ways again.
#[derive(Debug, Default)]
pub struct Retracing {
    /// Those that led to an end, each once.
    pub ways: Vec<Retraced>,
    /// How many led to none.
    pub lost: usize,
    /// How many were not gone, since what is allowed is used up.
    pub left: usize,
}

/// Goes ways again. What the exploration used counts towards what is allowed.
///
/// # Errors
///
/// When there is no answer to a call.
pub async fn retrace(
    exploration: &Exploration,
    explored: &Explored,
    paths: &[Path],
    options: &Options,
) -> Result<Retracing, CallError> {
    let mut exploration = exploration.clone();
    let allowance = &mut exploration.allowance;
    allowance.requests = allowance.requests.saturating_sub(explored.requests);
    allowance.services = allowance.services.saturating_sub(explored.services);
    let used = Arc::new(Used::none_of(allowance));
    let stable = explored.model.stable;
    let idents: Arc<[String]> = explored.model.steps.iter().map(|step| step.sight.ident(stable)).collect();
    let mut going = JoinSet::new();
    for (at, path) in paths.iter().cloned().enumerate() {
        let (exploration, used, idents) = (exploration.clone(), Arc::clone(&used), Arc::clone(&idents));
        going.spawn(async move { (at, again(&exploration, &path, &idents, stable, &used).await) });
    }
    let mut went: Vec<Went> = paths.iter().map(|_| Went::Nowhere).collect();
    while let Some(joined) = going.join_next().await {
        // A panic is passed on to whoever writes the scenarios.
        let (at, walked) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        went[at] = walked?;
    }
    let mut retracing = Retracing::default();
    for walked in went {
        match walked {
            Went::Nowhere => retracing.lost += 1,
            Went::Stopped => retracing.left += 1,
            Went::ToTheEnd(walk) if retracing.ways.iter().any(|known| known.gone.steps == walk.gone.steps) => {}
            Went::ToTheEnd(walk) => match composed(&walk.recording, &walk.forms, options) {
                Some((mut composed, notes)) => {
                    tell_end(&mut composed.draft, &walk, &explored.model);
                    retracing.ways.push(Retraced { gone: walk.gone, composed, notes });
                }
                None => retracing.lost += 1,
            },
        }
    }
    Ok(retracing)
}

/// How far one got.
enum Went {
    ToTheEnd(Box<Walk>),
    Nowhere,
    Stopped,
}

struct Walk {
    gone: Gone,
    /// What was entered into each form; none for an interactive service.
    forms: Vec<Option<Form>>,
    recording: Vec<Recorded>,
    /// What the end said.
    said: String,
}

/// Calls as a recording.
pub(super) fn recorded(exchanges: Vec<Exchange>) -> Vec<Recorded> {
    let numbered = exchanges.into_iter().enumerate();
    numbered.map(|(at, exchange)| Recorded { number: at + 1, exchange, lost: false }).collect()
}

/// What was entered into a form on purpose.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) given: Vec<Override>,
    /// Whether it has fields at all.
    fields: bool,
}

/// Goes a way, with what decides; with all that was entered when it was found, where that leads elsewhere.
async fn again(
    exploration: &Exploration,
    path: &Path,
    idents: &[String],
    stable: bool,
    used: &Arc<Used>,
) -> Result<Went, CallError> {
    let expected = |walk: &Walk| {
        let steps = path.stages.iter().map(|stage| stage.step);
        steps.zip(&walk.gone.steps).all(|(one, other)| one == *other)
    };
    let deciding = |stage: &Entering| stage.deciding.clone();
    match walk(exploration, path, &deciding, idents, stable, used).await? {
        Went::ToTheEnd(walk) if expected(&walk) => return Ok(Went::ToTheEnd(walk)),
        Went::Stopped => return Ok(Went::Stopped),
        Went::ToTheEnd(_) | Went::Nowhere => {}
    }
    walk(exploration, path, &|stage| stage.given.clone(), idents, stable, used).await
}

async fn walk(
    exploration: &Exploration,
    path: &Path,
    entry: &(dyn Fn(&Entering) -> Vec<Override> + Sync),
    idents: &[String],
    stable: bool,
    used: &Arc<Used>,
) -> Result<Went, CallError> {
    let (course, people, used) = (exploration.course.clone(), Arc::clone(&exploration.people), Arc::clone(used));
    let mut real = Real::new(course, exploration.growth, people, used, exploration.allowance);
    let (mut gone, mut forms) = (Gone { steps: Vec::new(), sent: Vec::new() }, Vec::new());
    if real.must_stop().await {
        return Ok(Went::Stopped);
    }
    let mut hop = real.begin().await?;
    for at in 0..MOST_STEPS {
        let Outcome::At(sight) = &hop.to else { return Ok(Went::Nowhere) };
        let ident = sight.ident(stable);
        let Some(step) = idents.iter().position(|known| *known == ident) else { return Ok(Went::Nowhere) };
        gone.steps.push(step);
        if sight.is_end() {
            let said = sight.text().to_owned();
            let recording = recorded(real.into_exchanges());
            return Ok(Went::ToTheEnd(Box::new(Walk { gone, forms, recording, said })));
        }
        if real.must_stop().await {
            return Ok(Went::Stopped);
        }
        let given = path.stages.get(at).filter(|stage| stage.step == step).map(entry).unwrap_or_default();
        let (is_form, fields) =
            (sight.body.get("elements").is_some_and(Value::is_array), !elements(&sight.body).is_empty());
        let sight = sight.clone();
        hop = real.enter(&sight, given).await?;
        forms.push(form(&hop, fields).filter(|_| is_form));
        gone.sent.push(hop.sent.iter().cloned().collect());
    }
    Ok(Went::Nowhere)
}

/// What was entered into a form; it may have no `fields`.
pub(super) fn form(hop: &Hop, fields: bool) -> Option<Form> {
    match &hop.act {
        Act::Enter(given) => Some(Form { given: given.clone(), fields }),
        Act::Begin | Act::Back => None,
    }
}

/// The scenario of a way. Services are answered in it as they were; of what was entered into a form only that stays which was
/// entered on purpose, and what a service was answered with later on. `forms` are what was entered, none for a service.
pub(super) fn composed(
    recording: &[Recorded],
    entered: &[Option<Form>],
    options: &Options,
) -> Option<(Composed, Vec<String>)> {
    let Composition { scenarios, notes, .. } = compose(recording, options);
    let mut composed = scenarios.into_iter().next()?;
    let draft = &mut composed.draft;
    let mut forms = entered.iter();
    let forms: Vec<Option<&Form>> = draft
        .steps
        .iter()
        .map(|step| if step.action == "submit" { forms.next().and_then(Option::as_ref) } else { None })
        .collect();
    let other = draft.steps.iter().zip(&forms).filter(|(_, form)| form.is_none()).map(|(step, _)| step);
    let other: Vec<Step> = other.cloned().collect();
    draft.vars.retain(|var| other.iter().any(|step| mentions(&step.argument, &var.name)));
    for (step, form) in draft.steps.iter_mut().zip(&forms) {
        if let Some(form) = form {
            let of_service = |field: &Field| draft.vars.iter().any(|var| says(&field.value, &var.name));
            shorten(step, form, &of_service);
        }
    }
    // The files of forms are made up, too.
    composed.files.retain(|(path, _)| draft.steps.iter().any(|step| mentions(&step.argument, path)));
    let services = entered.iter().any(Option::is_none);
    Some((composed, if services { notes } else { Vec::new() }))
}

/// Where a flow ends in more than one way a scenario says which it expects, unless the text is one applicant's own.
fn tell_end(draft: &mut Draft, walk: &Walk, model: &Model) {
    let ends = model.steps.iter().filter(|step| step.sight.is_end()).count();
    let usual = walk.gone.steps.last().map(|step| model.steps[*step].sight.text());
    let expected = draft.steps.last_mut().filter(|step| step.modifier("expect") == Some(&Data::text("end")));
    if let Some(step) = expected.filter(|_| ends > 1 && !walk.said.is_empty() && usual == Some(&walk.said)) {
        let end = ("step".to_owned(), Data::text("end"));
        step.set("expect", Data::Map(vec![end, saying(&walk.said)]), "");
    }
}

fn shorten(step: &mut Step, form: &Form, of_service: &dyn Fn(&Field) -> bool) {
    let sent = if let Argument::Fields(sent) = &step.argument { sent.as_slice() } else { &[] };
    let field = |(key, value): &Override| {
        let value = value.as_ref()?;
        // An option's generated id is written as what it was called when it was sent.
        let written = sent.iter().find(|field| field.key == *key).filter(|_| is_generated(value));
        let value = written.map_or_else(|| Data::Json(value.clone()), |field| field.value.clone());
        Some(Field { key: key.clone(), value, comment: String::new(), sent: true })
    };
    let mut fields: Vec<Field> = form.given.iter().filter_map(field).collect();
    let new = |field: &&Field| of_service(field) && !form.given.iter().any(|(key, _)| *key == field.key);
    fields.extend(sent.iter().filter(new).cloned());
    let omitted: Vec<Value> =
        form.given.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| Value::from(key.as_str())).collect();
    step.argument = if fields.is_empty() { Argument::None } else { Argument::Fields(fields) };
    if form.fields {
        step.set("fill", Data::text("valid"), "");
    }
    if !omitted.is_empty() {
        step.set("omit", Data::Json(Value::Array(omitted)), "");
    }
}

/// Whether a value is a generated id, or a list with one.
fn is_generated(value: &Value) -> bool {
    match value {
        Value::String(text) => is_generated_id(text),
        Value::Array(items) => items.iter().any(is_generated),
        _ => false,
    }
}

fn mentions(argument: &Argument, word: &str) -> bool {
    match argument {
        Argument::None => false,
        Argument::Inline(data) => says(data, word),
        Argument::Fields(fields) => fields.iter().any(|field| says(&field.value, word)),
    }
}

/// Whether a template names a variable, or a value is this path of a file.
fn says(data: &Data, word: &str) -> bool {
    match data {
        Data::Json(Value::String(text)) => text == word,
        Data::Json(_) => false,
        Data::Template(text) => {
            let mut names = text.split(|c: char| !c.is_alphanumeric() && c != '_');
            names.any(|name| name == word)
        }
        Data::Map(entries) => entries.iter().any(|(_, data)| says(data, word)),
    }
}
