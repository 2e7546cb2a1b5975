//! What is tried at a step while standing on it: asking twice, asking in other languages, data that must be refused.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::applicant::{Applicant, Route, Went, described, differently, essential, identity, same, step_name};
use super::ledger::{Finding, Ledger, Refused, at_path, entry};
use super::negatives::{Case, INVALID, MALFORMED, MISSING, cases};
use super::rules::RuleId;
use super::{Plan, Stage, Trail};
use crate::api::client::CallError;
use crate::api::element::{Element, ElementType};
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::operation::Operation;
use crate::api::wire::{BodyKind, elements};
use crate::compose::Data;
use crate::map::KnownStep;
use crate::session::driver::Course;

/// The most fresh sessions that one form's cases take, where a refusal that does not come moves the applicant on.
const MOST_ANEW: usize = 6;
/// The most cases of one form that are tried unasked.
const MOST_CASES: usize = 24;

/// A step, and how one gets there.
pub(super) struct Spot<'a> {
    pub course: &'a Course,
    pub plan: &'a Plan,
    pub route: &'a Route,
    pub trail: &'a Trail,
    /// The step's place on the trail.
    pub at: usize,
}

impl Spot<'_> {
    pub fn stage(&self) -> &Stage {
        &self.trail.stages[self.at]
    }

    pub fn name(&self) -> String {
        step_name(&self.stage().step)
    }

    /// A fresh applicant here; none where the way is not the same any more.
    pub async fn arrive(&self) -> Result<Option<Applicant>, CallError> {
        let applicant = Applicant::at(self.course, self.plan.growth, self.route, self.at).await?;
        let here = identity(&self.stage().step);
        Ok(applicant.filter(|applicant| applicant.step().map(identity) == Some(here)))
    }

    pub fn finding(&self, rule: RuleId, text: String, calls: Vec<Exchange>, expect: Option<Data>) -> Finding {
        Finding::new(rule, self.name(), text, calls).expecting(expect)
    }
}

/// How a scenario expects a step.
pub(super) fn expected_step(step: &Value) -> Option<Data> {
    let title = step.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty());
    Some(match title {
        Some(title) => Data::Map(vec![("title".to_owned(), Data::text(title))]),
        None => Data::text(step.get("type").and_then(Value::as_str)?),
    })
}

/// How a scenario expects that a step is as it was, where it is not: by its title, or by the first value that is another.
pub(super) fn expected_same(was: &Value, is: &Value) -> Option<Data> {
    if ["title", "type"].iter().any(|key| was.get(key) != is.get(key)) {
        return expected_step(was);
    }
    let json = |path: String, value: &Value| Some(at_path(path, Data::Json(value.clone())));
    let elements = |step: &Value| step.get("elements").and_then(Value::as_array).cloned().unwrap_or_default();
    let (old, new) = (elements(was), elements(is));
    let held = |list: &[Value], at: usize| list.get(at).and_then(|element| element.get("value")).cloned();
    let lost = (0..old.len()).find(|at| held(&old, *at).is_some() && held(&old, *at) != held(&new, *at));
    match lost {
        Some(at) => json(format!("$.elements[{at}].value"), &held(&old, at)?),
        None => was
            .get("canGoBack")
            .filter(|can| is.get("canGoBack") != Some(can))
            .and_then(|can| json("$.canGoBack".to_owned(), can)),
    }
}

/// What the languages of one step showed.
#[derive(Default)]
pub(super) struct InLanguages {
    /// The step as FlowStep gives it by default.
    pub usual: Value,
    /// The calls that lead there.
    pub way: Vec<Exchange>,
    /// FlowStep by language.
    pub seen: Vec<(String, Exchange)>,
}

/// Tries everything at a step. The answers in other languages are handed back, to be compared over all steps.
pub(super) async fn stand(spot: &Spot<'_>, languages: &[String]) -> Result<(Ledger, InLanguages), CallError> {
    let mut ledger = Ledger::default();
    let mut seen = InLanguages::default();
    let Some(mut applicant) = spot.arrive().await? else { return Ok((ledger, seen)) };
    seen.way = essential(applicant.driver.exchanges());
    let usual = ask_twice(spot, &mut applicant, &mut ledger).await?;
    seen.usual = usual.answer.json().cloned().unwrap_or_default();
    for language in languages {
        seen.seen.push((language.clone(), applicant.driver.current_in(language).await?));
    }
    if let (Some((language, exchange)), true) = (seen.seen.first(), spot.plan.wants(RuleId::Idempotent)) {
        let after = applicant.driver.current().await?;
        let sticks = !same(&applicant.here.answer, &after.answer) && same(&applicant.here.answer, &usual.answer);
        let (language, exchange) = (language.clone(), exchange.clone());
        ledger.check(RuleId::Idempotent, sticks.then(|| sticking(spot, &applicant, &language, vec![exchange, after])));
        // What comes next is held against what came before any other language.
        if sticks {
            let Some(fresh) = spot.arrive().await? else { return Ok((ledger, seen)) };
            ledger.finish(std::mem::replace(&mut applicant, fresh));
        }
    }
    if applicant.is_at_form() {
        refusals(spot, applicant, &mut ledger).await?;
    } else {
        ledger.finish(applicant);
    }
    Ok((ledger, seen))
}

/// A language that the session keeps, though only one call was in it.
fn sticking(spot: &Spot<'_>, applicant: &Applicant, language: &str, last: Vec<Exchange>) -> Finding {
    let mut calls = essential(applicant.driver.exchanges());
    let gives = differently(&applicant.here.answer, &last[1].answer);
    let text = format!("after FlowStep in {language}, FlowStep without a language gives {gives}");
    calls.extend(last);
    changed(spot.finding(RuleId::Idempotent, text, calls, None), &applicant.here).caused_by("a language sticks")
}

/// The finding, shown by the last call's not giving what was shown before. Where nothing short says so, the first element's id
/// is compared with the one that the call before it showed.
pub(super) fn changed(mut finding: Finding, before: &Exchange) -> Finding {
    let last = finding.calls.last().and_then(|last| last.answer.json());
    let (Some(was), Some(is)) = (before.answer.json(), last) else { return finding };
    if before.answer.kind() == BodyKind::End {
        finding.expect = Some(Data::text("end"));
        return finding;
    }
    // A scenario polls what is pending.
    finding.sayable = !finding.calls.last().is_some_and(|last| last.answer.kind() == BodyKind::Pending);
    finding.expect = expected_same(was, is);
    if finding.expect.is_some() {
        return finding;
    }
    let ids = |step: &Value| crate::api::wire::elements(step).into_iter().map(|element| element.id).collect::<Vec<_>>();
    match (0..ids(was).len().min(ids(is).len())).find(|at| ids(was)[*at] != ids(is)[*at]) {
        Some(at) if finding.calls.len() > 1 => {
            let path = format!("$.elements[{at}].id");
            finding.expect = Some(at_path(path.clone(), Data::Template("{{ was }}".to_owned())));
            finding.capture = Some(path);
        }
        _ => finding.sayable = false,
    }
    finding
}

/// FlowStep, twice: the second answer.
async fn ask_twice(spot: &Spot<'_>, applicant: &mut Applicant, ledger: &mut Ledger) -> Result<Exchange, CallError> {
    let arrived = applicant.mark();
    let first = applicant.driver.current().await?;
    let second = applicant.driver.current().await?;
    let wrong = if !same(&applicant.here.answer, &first.answer) {
        let gives = differently(&applicant.here.answer, &first.answer);
        let text = format!("FlowStep gives {gives}, and not what the call before it answered");
        Some((text, vec![first], "FlowStep after another call"))
    } else if !same(&first.answer, &second.answer) {
        let gives = differently(&first.answer, &second.answer);
        Some((format!("asked again, FlowStep gives {gives}"), vec![first, second.clone()], "FlowStep twice"))
    } else {
        None
    };
    let finding = wrong.map(|(text, last, cause)| {
        let mut calls = applicant.calls(arrived, usize::MAX);
        calls.extend(last);
        changed(spot.finding(RuleId::Idempotent, text, calls, None), &applicant.here).caused_by(cause)
    });
    // At END it is the end that is not final.
    if applicant.here.answer.kind() != BodyKind::End || !spot.plan.wants(RuleId::End) {
        ledger.check(RuleId::Idempotent, finding);
    }
    Ok(second)
}

/// Everything that the form must refuse, then valid data.
async fn refusals(spot: &Spot<'_>, mut applicant: Applicant, ledger: &mut Ledger) -> Result<(), CallError> {
    let entry = spot.route.entry(spot.at);
    let elements = applicant.elements();
    let Some(valid) = applicant.body(entry).await? else {
        ledger.finish(applicant);
        return Ok(());
    };
    // Data that the form does not take prove nothing.
    let leads_on = spot.trail.stages.get(spot.at + 1).map(|next| identity(&next.step));
    if leads_on.is_none() {
        ledger.finish(applicant);
        return Ok(());
    }
    let mut refused = Vec::new();
    let mut anew = 0;
    for put in puts(spot, &elements, &valid) {
        if anew > MOST_ANEW {
            break;
        }
        match one_refusal(spot, &mut applicant, &put, ledger).await? {
            Outcome::Stands(call) => refused.push(call),
            Outcome::Moved => {
                anew += 1;
                let Some(fresh) = spot.arrive().await? else { break };
                ledger.finish(std::mem::replace(&mut applicant, fresh));
                refused.clear();
                // Keys of files are another session's.
                drop(applicant.body(entry).await?);
            }
        }
    }
    if let Some(last) = refused.pop() {
        still_leads_on(spot, applicant, *last, leads_on, ledger).await?;
    } else {
        ledger.finish(applicant);
    }
    Ok(())
}

/// A submit that must be refused.
struct Put {
    element: String,
    rule: RuleId,
    code: Option<i64>,
    words: String,
    body: Map<String, Value>,
    /// Which of the form's rules it breaks, where it is one.
    case: Option<Case>,
}

/// What is put: every case, or of a large form the first of each kind, unless all are asked for; and a file's key that nobody
/// was given.
fn puts(spot: &Spot<'_>, elements: &[crate::api::element::Element], valid: &Map<String, Value>) -> Vec<Put> {
    let mut all: Vec<Case> = cases(elements, valid);
    if !spot.plan.negatives && all.len() > MOST_CASES {
        let mut known = Vec::new();
        all.retain(|case| {
            let new = !known.contains(&case.kind);
            known.push(case.kind);
            new
        });
    }
    let rule = |code: i64| match code {
        MISSING => RuleId::Missing,
        MALFORMED => RuleId::Malformed,
        INVALID => RuleId::Invalid,
        _ => RuleId::Refusal,
    };
    let mut puts: Vec<Put> = all
        .iter()
        .map(|case| Put {
            element: case.element.clone(),
            rule: rule(case.code),
            code: Some(case.code),
            words: case.words(),
            body: case.body(valid),
            case: Some(case.clone()),
        })
        .collect();
    let file = elements.iter().find(|element| element.kind == ElementType::File && valid.contains_key(&element.id));
    if let Some(element) = file {
        let mut body = valid.clone();
        let key = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("draftgate conform {}", spot.plan.growth.seed).as_bytes());
        body.insert(element.id.clone(), key.to_string().into());
        let words = format!("{} with a key that nobody was given", super::negatives::name(element));
        puts.push(Put { element: element.id.clone(), rule: RuleId::ForeignKey, code: None, words, body, case: None });
    }
    puts.retain(|put| spot.plan.wants(put.rule) || spot.plan.wants(RuleId::Refusal));
    puts
}

enum Outcome {
    /// They still stand there; the call that was refused.
    Stands(Box<Exchange>),
    Moved,
}

async fn one_refusal(
    spot: &Spot<'_>,
    applicant: &mut Applicant,
    put: &Put,
    ledger: &mut Ledger,
) -> Result<Outcome, CallError> {
    let arrived = applicant.mark();
    // What was asked for here changed nothing: the way is what came before.
    let mut calls = essential(&applicant.driver.exchanges()[..arrived]);
    let answer =
        applicant.driver.call(Operation::SubmitStep, RequestBody::Json(Value::Object(put.body.clone()))).await?;
    calls.push(answer.clone());
    let code = answer.answer.error_code();
    if let (Some(case), Some(step)) = (&put.case, KnownStep::of(&spot.stage().step)) {
        ledger.refused.push(Refused { step, case: case.clone(), code });
    }
    let right = match put.code {
        Some(wanted) => code == Some(wanted),
        None => answer.answer.is_error(),
    };
    let any = entry("status", entry("gte", Data::Json(400.into())));
    let expect = Some(put.code.map_or(any, |code| Data::Json(code.into())));
    // What is no answer of the API is said once, of its form.
    let readable = !(answer.answer.status >= 400 && code.is_none() && spot.plan.wants(RuleId::Schema));
    let finding = (!right && readable).then(|| {
        let wanted = put.code.map_or("a refusal".to_owned(), |code| code.to_string());
        let text = format!("{}: {wanted} must come, and {} came", put.words, described(&answer.answer));
        let mut finding = spot.finding(put.rule, text, calls.clone(), expect);
        finding.about = vec![put.element.clone()];
        finding
    });
    ledger.check(put.rule, finding);
    if !answer.answer.is_error() {
        return Ok(Outcome::Moved);
    }
    let after = applicant.driver.current().await?;
    let stands = same(&applicant.here.answer, &after.answer);
    calls.push(after.clone());
    let finding = (!stands).then(|| {
        let text = format!(
            "{}: it was refused with {}, and then FlowStep gives {}, and not what it gave before",
            put.words,
            described(&answer.answer),
            differently(&applicant.here.answer, &after.answer)
        );
        let mut finding = changed(spot.finding(RuleId::Refusal, text, calls, None), &applicant.here);
        finding.about = vec![put.element.clone()];
        finding.caused_by("FlowStep after a refusal")
    });
    let moved = finding.is_some();
    ledger.check(RuleId::Refusal, finding);
    Ok(if moved { Outcome::Moved } else { Outcome::Stands(Box::new(answer)) })
}

/// Valid data after a refusal.
async fn still_leads_on(
    spot: &Spot<'_>,
    mut applicant: Applicant,
    last: Exchange,
    next: Option<String>,
    ledger: &mut Ledger,
) -> Result<(), CallError> {
    let way = essential(applicant.driver.exchanges());
    let since = applicant.mark();
    let went = applicant.enter(spot.route.entry(spot.at)).await?;
    let refused = matches!(went, Went::Nowhere(_)) && applicant.here.answer.is_error();
    let back_here = applicant.step().map(identity) == Some(identity(&spot.stage().step))
        && next.as_ref().is_some_and(|next| *next != identity(&spot.stage().step));
    let finding = (refused || back_here).then(|| {
        let mut calls = way;
        calls.push(last);
        calls.extend(applicant.calls(0, since));
        let text = format!(
            "after a refused submit, valid data do not lead on any more: {} comes",
            described(&applicant.here.answer)
        );
        let expect = spot.trail.stages.get(spot.at + 1).and_then(|next| expected_step(&next.step));
        spot.finding(RuleId::Refusal, text, calls, expect)
    });
    ledger.check(RuleId::Refusal, finding);
    ledger.finish(applicant);
    Ok(())
}

/// Whether a finding says that a choice could be left out.
pub(super) fn is_of_choice_left_out(finding: &Finding) -> bool {
    let forms = finding.calls.iter().filter_map(|call| call.answer.json()).flat_map(elements);
    let mut about = forms.filter(|element| finding.about.contains(&element.id));
    let taken = finding.calls.last().is_some_and(|last| !last.answer.is_error());
    let choice = |element: Element| matches!(element.kind, ElementType::CountrySelect | ElementType::Dropdown);
    finding.rule == RuleId::Missing && taken && about.any(choice)
}
