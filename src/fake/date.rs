//! Dates within bounds, written as the element wants them.

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};
use serde_json::Value;

use super::cannot_fill::CannotFill;
use super::kind::Applicant;
use super::meaning::{meaning, mentions};
use super::number::shown;
use super::seed::Seed;
use crate::api::element::{Element, Limits};

/// A part of a date format.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Year { short: bool },
    Month { width: usize },
    Day { padded: bool },
    Text(String),
}

/// How dates are written: `DD/MM/YYYY`, `yyyy-MM-dd`, `D MMM YYYY`, `%d.%m.%Y`. Capital and small letters mean the same:
/// a date has no minutes, and the notations disagree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DateFormat(Vec<Part>);

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl DateFormat {
    /// Reads a format; none unless it has a year, a month and a day, each once.
    pub(super) fn read(text: &str) -> Option<Self> {
        let named = text.trim().to_ascii_lowercase();
        if ["", "iso", "iso8601", "iso-8601", "iso_8601"].contains(&named.as_str()) {
            return Some(Self::iso());
        }
        let parts = if text.contains('%') { Self::strftime(text)? } else { Self::letters(text)? };
        let count = |of: fn(&Part) -> bool| parts.iter().filter(|part| of(part)).count();
        let complete = count(|part| matches!(part, Part::Year { .. })) == 1
            && count(|part| matches!(part, Part::Month { .. })) == 1
            && count(|part| matches!(part, Part::Day { .. })) == 1;
        complete.then_some(DateFormat(parts))
    }

    pub(super) fn iso() -> Self {
        let hyphen = || Part::Text("-".to_owned());
        DateFormat(vec![
            Part::Year { short: false },
            hyphen(),
            Part::Month { width: 2 },
            hyphen(),
            Part::Day { padded: true },
        ])
    }

    fn strftime(text: &str) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '%' => match chars.next()? {
                    'Y' => Part::Year { short: false },
                    'y' => Part::Year { short: true },
                    'm' => Part::Month { width: 2 },
                    'b' => Part::Month { width: 3 },
                    'B' => Part::Month { width: 4 },
                    'd' => Part::Day { padded: true },
                    'e' => Part::Day { padded: false },
                    _ => return None,
                },
                other => Part::Text(other.to_string()),
            });
        }
        Some(parts)
    }

    fn letters(text: &str) -> Option<Vec<Part>> {
        let chars: Vec<char> = text.trim().chars().collect();
        let (mut parts, mut i, mut bare_single) = (Vec::new(), 0, false);
        while let Some(&c) = chars.get(i) {
            if let Some(close) = [('[', ']'), ('\'', '\'')].iter().find(|(open, _)| *open == c).map(|(_, close)| *close)
            {
                let end = chars[i + 1..].iter().position(|c| *c == close)? + i + 1;
                parts.push(Part::Text(chars[i + 1..end].iter().collect()));
                i = end + 1;
                continue;
            }
            let run = chars[i..].iter().take_while(|other| **other == c).count();
            parts.push(match (c.to_ascii_lowercase(), run) {
                ('y', 1 | 4) => Part::Year { short: false },
                ('y', 2) => Part::Year { short: true },
                ('m', 1..=4) => Part::Month { width: run },
                ('d', 1 | 2) => Part::Day { padded: run == 2 },
                (other, _) if !other.is_alphanumeric() => Part::Text(c.to_string().repeat(run)),
                _ => return None,
            });
            // `DMY` is a name of an order, not a format: written out, its numbers could not be told apart.
            let next = chars.get(i + run).is_some_and(|next| next.is_ascii_alphabetic());
            bare_single |= c.is_ascii_alphabetic() && run == 1 && next;
            i += run;
        }
        (!bare_single).then_some(parts)
    }

    /// A date in this format.
    pub(super) fn write(&self, date: Date) -> String {
        let month = usize::from(date.month().unsigned_abs());
        let part = |part: &Part| match part {
            Part::Year { short: true } => format!("{:02}", date.year().rem_euclid(100)),
            Part::Year { short: false } => format!("{:04}", date.year()),
            Part::Month { width: 1 } => month.to_string(),
            Part::Month { width: 2 } => format!("{month:02}"),
            Part::Month { width: 3 } => MONTHS[month - 1].chars().take(3).collect(),
            Part::Month { .. } => MONTHS[month - 1].to_owned(),
            Part::Day { padded: true } => format!("{:02}", date.day()),
            Part::Day { padded: false } => date.day().to_string(),
            Part::Text(text) => text.clone(),
        };
        self.0.iter().map(part).collect()
    }

    /// The same format in the notation of strftime.
    fn strftime_text(&self) -> String {
        let part = |part: &Part| match part {
            Part::Year { short: true } => "%y".to_owned(),
            Part::Year { short: false } => "%Y".to_owned(),
            Part::Month { width: 1 } => "%-m".to_owned(),
            Part::Month { width: 2 } => "%m".to_owned(),
            Part::Month { width: 3 } => "%b".to_owned(),
            Part::Month { .. } => "%B".to_owned(),
            Part::Day { padded: true } => "%d".to_owned(),
            Part::Day { padded: false } => "%-d".to_owned(),
            Part::Text(text) => text.replace('%', "%%"),
        };
        self.0.iter().map(part).collect()
    }

    /// A date written in this format, months as numbers and years in full; none otherwise.
    pub(super) fn parse(&self, text: &str) -> Option<Date> {
        let (mut rest, mut year, mut month, mut day) = (text.trim(), None, None, None);
        for part in &self.0 {
            let mut number = |most: usize| {
                let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                let (head, tail) = rest.split_at(length);
                rest = tail;
                head.parse::<i16>().ok()
            };
            match part {
                Part::Year { short: false } => year = number(4),
                Part::Month { width: 1 | 2 } => month = number(2),
                Part::Day { .. } => day = number(2),
                Part::Text(text) => rest = rest.strip_prefix(text.as_str())?,
                Part::Year { short: true } | Part::Month { .. } => return None,
            }
        }
        let small = |number: i16| i8::try_from(number).ok();
        rest.is_empty().then_some(())?;
        Date::new(year?, small(month?)?, small(day?)?).ok()
    }
}

/// A day between two, both included; the first when they are the wrong way about.
pub(super) fn between(from: Date, to: Date, seed: &Seed) -> Date {
    let days = from.until(to).map_or(0, |span| i64::from(span.get_days()));
    from.saturating_add(seed.range(0..=days.max(0)).days())
}

/// Days on which an adult of 18 to 80 may be born. The years hardly move with the day of the run, so that the same seed
/// sends the same birthday next month.
pub(super) fn birth_range(today: Date) -> (Date, Date) {
    let oldest = today.saturating_sub(80.years());
    let youngest = today.saturating_sub(18.years());
    let (from, to) = (date(1960, 1, 1).max(oldest), date(2000, 12, 31).min(youngest));
    if from <= to { (from, to) } else { (oldest, youngest) }
}

/// Days in the past, not moving with the day of the run.
pub(super) fn past_range(today: Date) -> (Date, Date) {
    let (from, to) = (date(2015, 1, 1), date(2024, 12, 31));
    if to < today { (from, to) } else { (today.saturating_sub(10.years()), today.saturating_sub(1.day())) }
}

fn usual_range(element: &Element, today: Date) -> (Date, Date) {
    let expires = ["expiry", "expiration", "expires", "expire", "valid until", "valid to", "end date", "due"];
    if meaning(element) == Some("date_of_birth") {
        birth_range(today)
    } else if mentions(element, &expires) {
        let day = |years: i16, month, day| Date::new(today.year().saturating_add(years), month, day).unwrap_or(today);
        (day(2, 1, 1), day(4, 12, 31))
    } else {
        past_range(today)
    }
}

/// The format in which an element takes dates.
pub(super) fn format_of(element: &Element, field: &str) -> Result<DateFormat, CannotFill> {
    match element.json.get("dateFormat").and_then(Value::as_str) {
        None => Ok(DateFormat::iso()),
        Some(format) => DateFormat::read(format)
            .ok_or_else(|| CannotFill::UnreadableDateFormat { field: field.to_owned(), format: format.to_owned() }),
    }
}

/// The date that a text is for an element, written in its format or as ISO; none where it is no date.
pub fn date_in(element: &Element, text: &str) -> Option<Date> {
    let own = format_of(element, "").ok().and_then(|format| format.parse(text));
    own.or_else(|| text.trim().parse().ok())
}

/// The format in which an element takes dates, in the notation of strftime; `None` where they are taken as ISO.
pub fn date_strftime(element: &Element) -> Option<String> {
    let format = format_of(element, "").ok()?;
    (format != DateFormat::iso()).then(|| format.strftime_text())
}

/// A date for a field of type date, as text.
pub(super) fn value(element: &Element, field: &str, own: &Seed, applicant: &Applicant) -> Result<Value, CannotFill> {
    let format = format_of(element, field)?;
    let (from, to) = range(element, field, &format, applicant.today)?;
    let seed = match meaning(element) {
        // The birthday of the seed's applicant, however the field is called.
        Some("date_of_birth") => applicant.draw("date_of_birth"),
        _ => own.child("date"),
    };
    Ok(Value::String(format.write(between(from, to, &seed))))
}

fn range(element: &Element, field: &str, format: &DateFormat, today: Date) -> Result<(Date, Date), CannotFill> {
    let Limits { min, max, .. } = element.limits();
    let read = |bound: &Option<Value>| match bound {
        None => Ok(None),
        Some(bound) => read_bound(bound, format, today).map(Some).ok_or_else(|| CannotFill::UnreadableBound {
            field: field.to_owned(),
            what: "date",
            bound: shown(bound),
        }),
    };
    let (least, most) = (read(min)?, read(max)?);
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        let field = field.to_owned();
        return Err(CannotFill::EmptyRange { field, what: "date", min: least.to_string(), max: most.to_string() });
    }
    let (from, to) = usual_range(element, today);
    let (low, high) = (least.map_or(from, |least| least.max(from)), most.map_or(to, |most| most.min(to)));
    if low <= high {
        return Ok((low, high));
    }
    let year: Span = 1.year();
    Ok(match (least, most) {
        (Some(least), most) => (least, most.unwrap_or(Date::MAX).min(least.saturating_add(year))),
        (None, Some(most)) => (most.saturating_sub(year), most),
        (None, None) => (from, to),
    })
}

/// A bound: ISO, in the element's format, `today`, or milliseconds since 1970.
fn read_bound(bound: &Value, format: &DateFormat, today: Date) -> Option<Date> {
    if let Some(milliseconds) = bound.as_i64() {
        return Some(jiff::Timestamp::from_millisecond(milliseconds).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date());
    }
    let text = bound.as_str()?.trim();
    if ["today", "now"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Some(today);
    }
    let iso = text.get(..10).filter(|_| text.len() == 10 || text.as_bytes().get(10) == Some(&b'T'));
    iso.and_then(|iso| iso.parse().ok()).or_else(|| format.parse(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_three_notations() {
        let day = date(1990, 3, 7);
        for (format, written) in [
            ("DD/MM/YYYY", "07/03/1990"),
            ("MM-dd-yyyy", "03-07-1990"),
            ("yyyy-MM-dd", "1990-03-07"),
            ("mm/dd/yy", "03/07/90"),
            ("D MMM YYYY", "7 Mar 1990"),
            ("MMMM d, y", "March 7, 1990"),
            ("YYYYMMDD", "19900307"),
            ("%d.%m.%Y", "07.03.1990"),
            ("d 'de' MMMM", ""),
            ("D [de] M YYYY", "7 de 3 1990"),
            ("iso8601", "1990-03-07"),
            ("DMY", ""),
            ("HH:mm", ""),
            ("YYYY-MM-DDTHH:mm:ss", ""),
            ("YYYY", ""),
            ("DD/MM/YYYY DD", ""),
        ] {
            let read = DateFormat::read(format).map(|format| format.write(day)).unwrap_or_default();
            assert_eq!(read, written, "{format}");
        }
    }

    #[test]
    fn bounds_in_every_form() {
        let format = DateFormat::read("DD/MM/YYYY").unwrap();
        let today = date(2026, 11, 23);
        let read = |json: Value| read_bound(&json, &format, today);
        assert_eq!(read("2000-02-29".into()), Some(date(2000, 2, 29)));
        assert_eq!(read("2000-02-29T00:00:00Z".into()), Some(date(2000, 2, 29)));
        assert_eq!(read("29/02/2000".into()), Some(date(2000, 2, 29)));
        assert_eq!((read("TODAY".into()), read(86_400_000.into())), (Some(today), Some(date(1970, 1, 2))));
        assert_eq!((read("30/02/2000".into()), read("soon".into()), read("29/02/2000x".into())), (None, None, None));
    }

    #[test]
    fn a_birthday_does_not_move_with_the_day() {
        let seed = Seed::new(4);
        let born = |today| {
            let (from, to) = birth_range(today);
            between(from, to, &seed)
        };
        assert_eq!(born(date(2026, 1, 1)), born(date(2027, 12, 31)));
        assert_eq!(birth_range(date(2100, 6, 1)), (date(2020, 6, 1), date(2082, 6, 1)));
    }
}
