//! Values that their fields do not take, and required fields that are not given, where the step is to succeed.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;
use serde_json::Value;

use super::chart::ChartStep;
use super::known::{Known, Meant};
use super::outcome::Outcome;
use super::walk::{Context, Standing};
use crate::api::element::{Element, ElementType, Limits};
use crate::api::field;
use crate::api::file::{FILE_TYPES, extension};
use crate::api::id::is_generated_id;
use crate::api::pattern::Pattern;
use crate::api::wire::is_blank;
use crate::map::KnownElement;
use crate::phrase::{did_you_mean, nearest};
use crate::scenario::Step;
use crate::scenario::action::{Action, Fields};
use crate::source::{Code, Diagnostic};
use crate::template::Templated;

/// How many options are listed.
const MOST_LISTED: usize = 8;

/// What is wrong with a value, and what to write instead.
pub(super) struct Refused {
    code: u16,
    why: String,
    help: Option<String>,
}

/// Looks at what a submit sends to the one step where the applicant can stand.
pub(super) fn check<'a>(
    step: &'a Step,
    outcome: Outcome<'_>,
    standing: &Standing<'_>,
    names: &Known<'a>,
    context: &mut Context<'_>,
) {
    let Some(chart) = standing.chart else { return };
    let steps: Vec<_> = chart.each(&standing.steps).collect();
    let ([form], true) = (&steps[..], standing.certain) else { return };
    if !step.map || standing.pending || standing.ended.is_some() || form.known.elements.is_empty() {
        return;
    }
    match &step.action {
        Action::Upload(upload) if outcome.succeeds() => {
            let known = form.files();
            let named = names
                .meant(&upload.file)
                .into_iter()
                .filter_map(|meant| Some((meant, file_type(&known, meant.text()?)?)));
            context.found.extend(named.map(|(meant, refused)| told("the step", refused, meant).note(chart.source())));
        }
        Action::Submit(Fields::Entries(entries)) => {
            let mut sent = Sent { form, names, given: Vec::new(), sure: step.fill.is_none() && !standing.uploaded };
            let odd = sent.take(entries, outcome.succeeds());
            let missing = if sent.sure && outcome.succeeds() { missing(step, form, &sent.given) } else { None };
            context.found.extend(odd.into_iter().chain(missing).map(|mistake| mistake.note(chart.source())));
        }
        _ => {}
    }
}

/// What goes to a form.
struct Sent<'a, 'n> {
    form: &'a ChartStep<'a>,
    names: &'n Known<'n>,
    given: Vec<&'a KnownElement>,
    /// Whether all of it is known.
    sure: bool,
}

impl<'n> Sent<'_, 'n> {
    /// Looks at each entry; values only where they are to be taken.
    fn take(&mut self, entries: &'n [(Templated, Templated)], succeeds: bool) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let mut keys: Vec<(&KnownElement, &Templated)> = Vec::new();
        for (key, value) in entries {
            let named = match self.names.meant(key)[..] {
                [only] => only.text().and_then(|key| self.form.find(key)),
                _ => None,
            };
            let Some((element, known)) = named else {
                self.sure = false;
                continue;
            };
            if let Some((_, first)) = keys.iter().find(|(other, _)| std::ptr::eq(*other, known)) {
                let message = format!("the field `{}` is named twice", known.name);
                found.push(
                    Diagnostic::mistake(Code::SameField, key.span, message)
                        .related(first.span, "it is named here already")
                        .help("a field has a label and may have a role; give its value under one of them"),
                );
            }
            keys.push((known, key));
            if !value.as_literal().is_some_and(|value| is_blank(&value)) {
                self.given.push(known);
            }
            // What a condition hides nobody judges.
            if !succeeds || known.condition.is_some() {
                continue;
            }
            let all = self.names.meant(value).into_iter();
            let refused = all.filter_map(|meant| Some((meant, refused(element, meant)?)));
            found.extend(refused.map(|(meant, refused)| told(&format!("`{}`", element.name), refused, meant)));
        }
        found
    }
}

/// A value that is refused, at its place.
fn told(who: &str, refused: Refused, meant: Meant<'_>) -> Diagnostic {
    let message = format!("{who} {}, so the answer is error {}", refused.why, refused.code);
    let otherwise = || format!("write another value, or `expect: {}` if it should be refused", refused.code);
    let help = refused.help.unwrap_or_else(otherwise);
    let mistake = Diagnostic::mistake(Code::RefusedValue, meant.value.span, message).help(help);
    match meant.used {
        Some(used) => mistake.related(used, "it is sent here"),
        None => mistake,
    }
}

fn missing(step: &Step, form: &ChartStep<'_>, given: &[&KnownElement]) -> Option<Diagnostic> {
    let wanted = form.known.elements.iter().filter(|element| {
        let takes = ElementType::from_wire(&element.kind) != ElementType::Static;
        element.required
            && takes
            && element.condition.is_none()
            && !given.iter().any(|given| std::ptr::eq(*given, *element))
    });
    let names: Vec<String> = wanted.map(|element| format!("`{}`", element.name)).collect();
    let (fields, are) = match &names[..] {
        [] => return None,
        [one] => (one.clone(), "is"),
        [most @ .., last] => (format!("{} and {last}", most.join(", ")), "are"),
    };
    let message = format!("{fields} {are} required and not given, so the answer is error 4006");
    Some(
        Diagnostic::mistake(Code::MissingField, step.action_span, message)
            .help("give a value, let `fill: valid` generate what is not named, or `expect: 4006`"),
    )
}

/// Why a field does not take a value that is written out.
fn refused(element: &Element, meant: Meant<'_>) -> Option<Refused> {
    let literal = &*meant.value.as_literal().filter(|value| !is_blank(value))?;
    // `{file: path}` is uploaded, and its key is sent.
    if let Some(file) = literal.as_object() {
        let path = file.get("file").and_then(Value::as_str).filter(|_| element.kind == ElementType::File)?;
        return file_type(&[element], path);
    }
    // A name stands for the value, however it is written.
    let written = meant.value.written().filter(|_| meant.used.is_none());
    let wire = field::to_wire(element, literal, written);
    let limits = element.limits();
    match element.kind {
        ElementType::Text => text(limits, wire.as_str()?),
        ElementType::Number => number(limits, &wire),
        ElementType::Date => date(limits, element.json.get("dateFormat").and_then(Value::as_str), wire.as_str()?),
        ElementType::CountrySelect if element.options().is_empty() => country(wire.as_str()?),
        ElementType::CountrySelect | ElementType::Dropdown => option(element, &wire),
        ElementType::Checkbox if wire.is_string() => malformed("takes true or false", None),
        ElementType::CheckboxGroup => wire.as_array()?.iter().find_map(|item| option(element, item)),
        _ => None,
    }
}

fn malformed(why: impl Into<String>, help: Option<String>) -> Option<Refused> {
    Some(Refused { code: 4007, why: why.into(), help })
}

fn outside(why: String) -> Option<Refused> {
    Some(Refused { code: 4008, why, help: None })
}

fn text(limits: &Limits, text: &str) -> Option<Refused> {
    let length = text.chars().count();
    if let Some(least) = limits.min_length.filter(|least| length < *least) {
        return outside(format!("takes at least {least} characters, and this has {length}"));
    }
    if let Some(most) = limits.max_length.filter(|most| length > *most) {
        return outside(format!("takes at most {most} characters, and this has {length}"));
    }
    let pattern = limits.pattern.as_deref()?;
    // A pattern in another dialect is the API's to judge.
    let read = Pattern::read(pattern).ok()?;
    (read.matches_within(text) == Some(false)).then(|| Refused {
        code: 4008,
        why: format!("takes only what matches {pattern}"),
        help: None,
    })
}

fn number(limits: &Limits, value: &Value) -> Option<Refused> {
    let Some(number) = value.as_f64() else {
        let help = value
            .as_str()
            .filter(|text| text.parse::<f64>().is_ok())
            .map(|text| format!("write {text} without quotes"));
        return malformed("takes a number", help);
    };
    let bound = |bound: &Option<Value>| bound.as_ref().and_then(Value::as_f64);
    if let Some(min) = bound(&limits.min).filter(|min| number < *min) {
        return outside(format!("takes no number below {min}"));
    }
    bound(&limits.max).filter(|max| number > *max).and_then(|max| outside(format!("takes no number above {max}")))
}

fn date(limits: &Limits, format: Option<&str>, text: &str) -> Option<Refused> {
    static ISO: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\d{4}-\d{2}-\d{2}$").expect("the pattern is a constant"));
    if !text.contains(|c: char| c.is_ascii_digit()) {
        let own = format.map(|format| format!(", or as {format}")).unwrap_or_default();
        return malformed("takes a date", Some(format!("write it as 1990-01-31{own}")));
    }
    let read = match format.and_then(|format| own_form(format, text)) {
        Some(strptime) => Date::strptime(strptime, text).ok(),
        // A date in another form is the API's to judge.
        None if !ISO.is_match(text) => return None,
        None => text.parse::<Date>().ok(),
    };
    let Some(date) = read else {
        return malformed(format!("takes a date, and there is no {text}"), None);
    };
    let bound = |bound: &Option<Value>| bound.as_ref()?.as_str()?.parse::<Date>().ok();
    if let Some(min) = bound(&limits.min).filter(|min| date < *min) {
        return outside(format!("takes no date before {min}"));
    }
    bound(&limits.max).filter(|max| date > *max).and_then(|max| outside(format!("takes no date after {max}")))
}

/// The form's own way of writing dates, such as `DD.MM.YYYY`, for `strptime`, where a text has just this shape.
fn own_form(format: &str, text: &str) -> Option<String> {
    let upper = format.to_ascii_uppercase();
    let once = |part: &str| upper.matches(part).count() == 1;
    let others = upper.replace("YYYY", "").replace("MM", "").replace("DD", "");
    let plain =
        ["YYYY", "MM", "DD"].into_iter().all(once) && !others.contains(|c: char| c.is_alphanumeric() || c == '%');
    let same = |(form, written): (char, char)| match form {
        'Y' | 'M' | 'D' => written.is_ascii_digit(),
        _ => form == written,
    };
    let shaped = upper.chars().count() == text.chars().count() && upper.chars().zip(text.chars()).all(same);
    (plain && shaped).then(|| upper.replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d"))
}

/// Why none of these elements takes a file of this name.
pub(super) fn file_type(elements: &[&Element], path: &str) -> Option<Refused> {
    let ending = extension(path);
    let lists: Vec<Vec<String>> = elements.iter().map(|element| endings(element)).collect::<Option<_>>()?;
    if lists.is_empty() || lists.iter().flatten().any(|known| *known == ending) {
        return None;
    }
    let mut known: Vec<String> = lists.into_iter().flatten().collect();
    known.sort();
    known.dedup();
    malformed(format!("takes no such file as {path}"), Some(format!("it takes {}", known.join(", "))))
}

/// The endings that an element takes; none where it says so in a way that is not understood, such as `image/*`.
fn endings(element: &Element) -> Option<Vec<String>> {
    let own = element.json.get("accept").and_then(Value::as_array).filter(|own| !own.is_empty());
    let Some(own) = own else { return Some(FILE_TYPES.iter().map(|(known, _)| (*known).to_owned()).collect()) };
    own.iter()
        .map(|ending| {
            let ending = ending.as_str()?.trim_start_matches('.').to_ascii_lowercase();
            ending.bytes().all(|byte| byte.is_ascii_alphanumeric()).then_some(ending)
        })
        .collect()
}

fn country(text: &str) -> Option<Refused> {
    let code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if code { None } else { malformed("takes a country's two-letter code", Some("write it as GB".to_owned())) }
}

fn option(element: &Element, value: &Value) -> Option<Refused> {
    let options = element.options();
    if options.is_empty() || options.iter().any(|(known, _)| known == value) {
        return None;
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // A map knows such options by their labels only.
    if is_generated_id(&text) {
        return None;
    }
    let words: Vec<&str> = options.iter().filter_map(|(known, _)| known.as_str()).collect();
    // A label may stand for its value.
    let labels = options.iter().map(|(_, label)| label.as_str());
    let help = match nearest(&text, words.iter().copied().chain(labels)) {
        Some(near) => did_you_mean(near),
        None if words.len() > MOST_LISTED => {
            format!("its options are {} and {} more", words[..MOST_LISTED].join(", "), words.len() - MOST_LISTED)
        }
        None => format!("its options are {}", words.join(", ")),
    };
    Some(Refused { code: 4008, why: format!("has no option `{text}`"), help: Some(help) })
}
