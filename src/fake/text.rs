//! Text for a field: what its meaning gives, in the form that lengths and pattern leave open.

mod mail;

use serde_json::Value;

use super::cannot_fill::CannotFill;
use super::date::{self, DateFormat};
use super::generate_for;
use super::kind::Applicant;
use super::meaning::meaning;
use super::pattern::Pattern;
use super::prefilled;
use super::seed::Seed;
use crate::api::element::{Element, Limits};

/// No form asks for more; a minimum beyond this is a mistake, and not worth the memory.
const LONGEST: usize = 100_000;

/// The pattern of a field's validations, read.
pub(super) fn read_pattern(field: &str, source: &str) -> Result<Pattern, CannotFill> {
    Pattern::read(source).map_err(|error| CannotFill::UnreadablePattern {
        field: field.to_owned(),
        pattern: source.to_owned(),
        reason: error.to_string(),
    })
}

/// The lengths allowed, in words.
pub(super) fn lengths(limits: &Limits) -> String {
    match (limits.min_length, limits.max_length) {
        (None, None) => "any length".to_owned(),
        (Some(least), None) => format!("{least} characters or more"),
        (None, Some(most)) => format!("at most {most} characters"),
        (Some(least), Some(most)) => format!("{least} to {most} characters"),
    }
}

fn fits(text: &str, limits: &Limits) -> bool {
    let length = text.chars().count();
    limits.min_length.is_none_or(|least| least <= length) && limits.max_length.is_none_or(|most| length <= most)
}

/// A text for a field.
pub(super) fn value(element: &Element, field: &str, own: &Seed, applicant: &Applicant) -> Result<Value, CannotFill> {
    let limits = element.limits();
    let kind = meaning(element).unwrap_or("word");
    let short =
        |what: &str| CannotFill::Length { field: field.to_owned(), what: what.to_owned(), lengths: lengths(limits) };
    if limits.max_length == Some(0)
        || limits.min_length.unwrap_or(0) > limits.max_length.unwrap_or(LONGEST).min(LONGEST)
    {
        return Err(short("text"));
    }
    if let Some(source) = &limits.pattern {
        let pattern = read_pattern(field, source)?;
        let made = by_pattern(element, kind, &pattern, limits, own, applicant);
        let made = made.or_else(|| mail::elsewhere(&pattern, limits, own, applicant)).map(Value::String);
        // Where mail would have to go to somebody's domain, what the form holds already is preferred.
        let made = made.or_else(|| prefilled(element));
        return made.or_else(|| mail::at_its_domain(&pattern, limits, own, applicant).map(Value::String)).ok_or_else(
            || CannotFill::UnmatchedPattern {
                field: field.to_owned(),
                pattern: source.clone(),
                lengths: lengths(limits),
            },
        );
    }
    let forms = if kind == "date_of_birth" {
        let format = date::format_of(element, field)?;
        // Without a pattern nothing tells the other notations apart, so only the element's own will do.
        generate_for(kind, applicant)
            .and_then(|day| day.parse().ok())
            .map(|day| format.write(day))
            .into_iter()
            .collect()
    } else {
        forms(kind, &of_field(kind, own, applicant))
    };
    let chosen = forms.iter().find(|form| fits(form, limits)).cloned();
    let shaped = || forms.first().and_then(|form| shape(kind, form, limits, own));
    chosen.or_else(shaped).map(Value::String).ok_or_else(|| short(&kind.replace('_', " ")))
}

/// What the generator gives. A field that says nothing of itself draws from its own seed, so that two such differ.
fn of_field<'a>(kind: &str, own: &'a Seed, applicant: &Applicant<'a>) -> Applicant<'a> {
    let seed = if ["word", "sentence", "number", "digits"].contains(&kind) { own } else { applicant.seed };
    Applicant::new(seed, applicant.today, Some(applicant.country_code()))
}

fn by_pattern(
    element: &Element,
    kind: &'static str,
    pattern: &Pattern,
    limits: &Limits,
    own: &Seed,
    applicant: &Applicant,
) -> Option<String> {
    let wants_mail = limits.pattern.as_ref().is_some_and(|source| source.contains('@'));
    let mut meant = Vec::new();
    for i in 0..6 {
        let again = applicant.seed.child("again").nth(i);
        let seed = if i == 0 { applicant.seed } else { &again };
        let other = Applicant::new(seed, applicant.today, Some(applicant.country_code()));
        let own = own.nth(i);
        let from = of_field(kind, &own, &other);
        meant.extend(forms(kind, &from));
        if wants_mail && kind != "email" {
            meant.extend(forms("email", &from));
        }
    }
    if let Some(format) = element.json.get("dateFormat").and_then(Value::as_str).and_then(DateFormat::read)
        && let Some(day) = generate_for("date_of_birth", applicant).and_then(|day| day.parse().ok())
        && kind == "date_of_birth"
    {
        meant.insert(0, format.write(day));
    }
    let cut: Vec<String> = meant.iter().filter_map(|form| shape(kind, form, limits, own)).collect();
    let cased = |form: &String| [form.to_ascii_uppercase(), form.to_ascii_lowercase(), only_alphanumeric(form)];
    let more: Vec<String> = meant.iter().flat_map(cased).collect();
    let made = |seed: Seed| candidates(pattern, limits, seed);
    let good = |text: &String| fits(text, limits) && !text.trim().is_empty() && !mail::is_strange(text);
    let all = || meant.iter().chain(&cut).chain(&more).cloned().chain(made(own.child("pattern")));
    all().find(|text| good(text) && pattern.matches_whole(text)).or_else(|| {
        // A pattern without anchors asks for some part only, and the lengths may forbid that it be all.
        let padded = made(own.child("part")).filter_map(|text| shape("word", &text, limits, own));
        all().chain(padded).find(|text| good(text) && pattern.matches_within(text))
    })
}

/// Texts made after a pattern.
fn candidates(pattern: &Pattern, limits: &Limits, seed: Seed) -> impl Iterator<Item = String> {
    pattern.candidates(seed, limits.min_length.unwrap_or(0), limits.max_length.unwrap_or(usize::MAX))
}

fn only_alphanumeric(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The value of a kind in the forms in which it may be written, the usual one first.
fn forms(kind: &str, applicant: &Applicant) -> Vec<String> {
    let Some(value) = generate_for(kind, applicant) else { return Vec::new() };
    let mut forms = vec![value.clone()];
    match kind {
        "phone" => forms.extend(phone_forms(&value)),
        "email" => {
            let first = applicant.first_name().to_ascii_lowercase();
            let initial: String = first.chars().take(1).collect();
            forms.extend([first, initial].map(|local| format!("{local}@{}", applicant.mail_domain())));
        }
        "state" => forms.extend([applicant.place().region_code, applicant.place().region]),
        "country" => forms.extend(applicant.country_spellings()),
        "url" => forms
            .extend(["https://example.com", "http://example.com", "www.example.com", "example.com"].map(Into::into)),
        "date_of_birth" => {
            if let Ok(day) = value.parse() {
                let formats = [
                    "DD/MM/YYYY",
                    "MM/DD/YYYY",
                    "DD-MM-YYYY",
                    "MM-DD-YYYY",
                    "DD.MM.YYYY",
                    "YYYY/MM/DD",
                    "YYYYMMDD",
                    "D/M/YYYY",
                ];
                forms.extend(
                    formats.iter().filter_map(|format| DateFormat::read(format)).map(|format| format.write(day)),
                );
            }
        }
        "national_id" if value.len() == 9 && value.bytes().all(|b| b.is_ascii_digit()) => {
            forms.push(format!("{}-{}-{}", &value[..3], &value[3..5], &value[5..]));
            forms.push(format!("{} {} {}", &value[..3], &value[3..6], &value[6..]));
        }
        "postcode" => forms.push(only_alphanumeric(&value)),
        "middle_name" => forms.extend(value.chars().next().map(String::from)),
        "full_name" => forms.push(applicant.last_name()),
        "street" => forms.extend(value.split_once(' ').map(|(_, street)| street.to_owned())),
        "word" => forms.insert(1, format!("{value} test data")),
        _ => {}
    }
    forms
}

/// A number in E.164 form as people write it: without the plus, within the country, and with its groups parted.
fn phone_forms(number: &str) -> Vec<String> {
    let digits = number.trim_start_matches('+');
    let mut forms = vec![digits.to_owned(), format!("00{digits}")];
    match digits.strip_prefix('1').filter(|national| national.len() == 10) {
        Some(national) => {
            let (area, office, line) = (&national[..3], &national[3..6], &national[6..]);
            forms.push(national.to_owned());
            forms.push(format!("({area}) {office}-{line}"));
            forms.push(format!("{area}-{office}-{line}"));
            forms.push(format!("{area}.{office}.{line}"));
            forms.push(format!("+1 {area} {office} {line}"));
            forms.push(format!("{office}{line}"));
        }
        None => {
            forms.extend(digits.get(2..).into_iter().flat_map(|national| [format!("0{national}"), national.to_owned()]))
        }
    }
    forms
}

/// A text cut or padded to the lengths; none for what would lose its sense.
fn shape(kind: &str, text: &str, limits: &Limits, own: &Seed) -> Option<String> {
    let least = limits.min_length.unwrap_or(0);
    let most = limits.max_length.unwrap_or(usize::MAX);
    let padding = |n: usize, digits: bool| -> String {
        let letter = |i| char::from(b'a' + own.child("pad").nth(i).index(26) as u8);
        if digits { own.child("pad").digits(n) } else { (0..n).map(letter).collect() }
    };
    let resize = |text: &str, least: usize, most: usize, digits: bool| {
        let mut text: String = text.chars().take(most).collect();
        // A space at an end is likely to be cut off by whoever receives it.
        let trimmed = text.trim_end().chars().count();
        text = text.trim_end().to_owned();
        text + &padding(least.saturating_sub(trimmed), digits)
    };
    let resized = match kind {
        "email" => {
            let (local, domain) = text.split_once('@')?;
            let rest = domain.len() + 1;
            // A mailbox's name has 64 characters at most (RFC 5321).
            let (least, most) = (least.saturating_sub(rest), most.checked_sub(rest)?.min(64));
            let local = local.chars().take(most).collect::<String>();
            let local = resize(local.trim_end_matches('.'), least, most, false);
            if local.is_empty() { return None } else { format!("{local}@{domain}") }
        }
        "url" if text.contains("://") && most >= text.len() => resize(text, least, most, false),
        "url" | "ipv4" | "date_of_birth" | "iban" | "date" => return None,
        "phone"
        | "number"
        | "digits"
        | "age"
        | "postcode"
        | "national_id"
        | "passport_number"
        | "driver_licence_number" => {
            let text = if most < text.len() { only_alphanumeric(text) } else { text.to_owned() };
            resize(&text, least, most, true)
        }
        _ => resize(text, least, most, false),
    };
    (fits(&resized, limits) && !resized.is_empty()).then_some(resized)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_keep_their_sense() {
        let limits = |least, most| Limits { min_length: Some(least), max_length: Some(most), ..Limits::default() };
        let shaped = |kind, text, least, most| shape(kind, text, &limits(least, most), &Seed::new(1));
        assert_eq!(shaped("last_name", "Testwell", 2, 4).as_deref(), Some("Test"));
        assert!(shaped("last_name", "Testwell", 12, 12).unwrap().starts_with("Testwell"));
        let long = shaped("email", "a.b@example.com", 40, 40).unwrap();
        assert!(long.ends_with("@example.com") && long.len() == 40, "{long}");
        assert_eq!(shaped("email", "ab.cd@example.com", 3, 15).as_deref(), Some("ab@example.com"));
        assert_eq!(shaped("email", "ab@example.com", 3, 12), None);
        assert_eq!(shaped("street", "1 Sample Street", 1, 2).as_deref(), Some("1"));
        assert_eq!(shaped("iban", "GB00TEST", 3, 4), None);
    }
}
