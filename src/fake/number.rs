//! Numbers within bounds, exactly: bounds are decimals, also when they come as text.

use serde_json::{Number, Value};

use super::cannot_fill::CannotFill;
use super::kind::Applicant;
use super::meaning::mentions;
use super::pattern::Pattern;
use super::seed::Seed;
use super::{generate_for, text};
use crate::api::element::{Element, Limits};

/// A decimal number: `units` of ten to the power of minus `places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    units: i128,
    places: u32,
}

impl Decimal {
    /// Reads a number as JSON or a person writes it; none beyond some 30 digits.
    pub(super) fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::parse(&number.to_string()),
            Value::String(text) => Self::parse(text.trim()),
            _ => None,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if !fraction.bytes().all(|b| b.is_ascii_digit()) || !mantissa.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let units: i128 = format!("{whole}{fraction}").parse().ok()?;
        let places = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        let read = match u32::try_from(places) {
            Ok(places) => Decimal { units, places },
            Err(_) => Decimal { units: units.checked_mul(10i128.checked_pow(places.unsigned_abs())?)?, places: 0 },
        };
        (read.places <= 15 && read.units.unsigned_abs() < 10u128.pow(30)).then_some(read)
    }

    /// How many units it has at so many places, rounded down or up.
    fn at(self, places: u32, up: bool) -> i128 {
        if places >= self.places {
            return self.units.saturating_mul(10i128.saturating_pow(places - self.places));
        }
        let divisor = 10i128.pow(self.places - places);
        let down = self.units.div_euclid(divisor);
        if up && self.units.rem_euclid(divisor) != 0 { down + 1 } else { down }
    }

    fn to_json(self) -> Option<Value> {
        if self.places == 0 {
            return i64::try_from(self.units).map(Value::from).ok().or_else(|| float(self.units as f64));
        }
        let digits = format!("{:0width$}", self.units.unsigned_abs(), width = self.places as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.places as usize);
        float(format!("{}{whole}.{fraction}", if self.units < 0 { "-" } else { "" }).parse().ok()?)
    }
}

fn float(number: f64) -> Option<Value> {
    Number::from_f64(number).map(Value::Number)
}

struct Bounds {
    min: Option<Decimal>,
    max: Option<Decimal>,
}

impl Bounds {
    fn of(field: &str, limits: &Limits) -> Result<Self, CannotFill> {
        let read = |bound: &Option<Value>| match bound {
            None => Ok(None),
            Some(bound) => Decimal::read(bound).map(Some).ok_or_else(|| CannotFill::UnreadableBound {
                field: field.to_owned(),
                what: "number",
                bound: shown(bound),
            }),
        };
        Ok(Bounds { min: read(&limits.min)?, max: read(&limits.max)? })
    }

    fn hold(&self, number: Decimal) -> bool {
        let places = number.places;
        self.min.is_none_or(|min| min.at(places, true) <= number.units)
            && self.max.is_none_or(|max| number.units <= max.at(places, false))
    }

    /// The least and greatest count of units at so many places that lie within, the usual ones where they may.
    fn span(&self, places: u32, usual: (i128, i128)) -> Option<(i128, i128)> {
        let scale = 10i128.pow(places);
        let min = self.min.map(|min| min.at(places, true));
        let max = self.max.map(|max| max.at(places, false));
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            return None;
        }
        let (low, high) = (usual.0 * scale, usual.1 * scale);
        let low = min.map_or(low, |min| min.max(low));
        let high = max.map_or(high, |max| max.min(high));
        if low <= high {
            return Some((low, high));
        }
        let width = 999 * scale;
        Some(match (min, max) {
            (Some(min), max) => (min, max.unwrap_or(i128::MAX).min(min.saturating_add(width))),
            (None, Some(max)) => (max.saturating_sub(width), max),
            (None, None) => (low, high),
        })
    }
}

/// A bound as a person reads it.
pub(super) fn shown(bound: &Value) -> String {
    bound.as_str().map_or_else(|| bound.to_string(), str::to_owned)
}

/// The range that is likely for what a field is about.
fn usual(element: &Element, applicant: &Applicant) -> (i128, i128) {
    let year = i128::from(applicant.today.year());
    if mentions(element, &["age", "how old"]) {
        (18, 80)
    } else if mentions(element, &["year", "jahr"]) {
        (1990, year - 1)
    } else if mentions(element, &["percent", "percentage", "share", "ownership", "owned"]) {
        (1, 100)
    } else {
        (1, 9999)
    }
}

/// A number for a field: whole where the bounds allow, otherwise with as many decimals as they have.
pub(super) fn value(element: &Element, field: &str, own: &Seed, applicant: &Applicant) -> Result<Value, CannotFill> {
    let limits = element.limits();
    let bounds = Bounds::of(field, limits)?;
    let pattern = limits.pattern.as_deref().map(|source| text::read_pattern(field, source)).transpose()?;
    if let Some(number) = meant(element, limits, &bounds, pattern.as_ref(), applicant) {
        return Ok(number);
    }
    let nothing = || CannotFill::EmptyRange {
        field: field.to_owned(),
        what: "number",
        min: limits.min.as_ref().map_or("-∞".to_owned(), shown),
        max: limits.max.as_ref().map_or("∞".to_owned(), shown),
    };
    let usual = by_length(usual(element, applicant), limits).ok_or_else(|| CannotFill::Length {
        field: field.to_owned(),
        what: "number".to_owned(),
        lengths: text::lengths(limits),
    })?;
    let finest = bounds.min.map_or(0, |min| min.places).max(bounds.max.map_or(0, |max| max.places));
    let (places, (low, high)) =
        [0, finest].into_iter().find_map(|places| Some((places, bounds.span(places, usual)?))).ok_or_else(nothing)?;
    let width = i64::try_from(high.saturating_sub(low)).unwrap_or(i64::MAX);
    let drawn = |seed: &Seed| Decimal { units: low + i128::from(seed.range(0..=width)), places }.to_json();
    let fits = |number: &Value| within(number, limits, &bounds, pattern.as_ref());
    let tries = (0..32).filter_map(|i| drawn(&own.nth(i)));
    let made = pattern.iter().flat_map(|pattern| {
        pattern
            .candidates(own.child("pattern"), limits.min_length.unwrap_or(1), limits.max_length.unwrap_or(15))
            .filter_map(|text| Decimal::parse(&text)?.to_json())
    });
    tries.chain(made).find(fits).ok_or_else(|| match &limits.pattern {
        Some(pattern) => CannotFill::UnmatchedPattern {
            field: field.to_owned(),
            pattern: pattern.clone(),
            lengths: text::lengths(limits),
        },
        None => nothing(),
    })
}

/// The number of an identity paper or a telephone, for a field that takes it as a number.
fn meant(
    element: &Element,
    limits: &Limits,
    bounds: &Bounds,
    pattern: Option<&Pattern>,
    applicant: &Applicant,
) -> Option<Value> {
    let kind = super::meaning::meaning(element)?;
    if !["phone", "national_id", "passport_number", "driver_licence_number", "postcode", "iban"].contains(&kind) {
        return None;
    }
    let text: String = generate_for(kind, applicant)?.chars().filter(char::is_ascii_digit).collect();
    let number = Decimal::parse(&text)?.to_json()?;
    within(&number, limits, bounds, pattern).then_some(number)
}

fn within(number: &Value, limits: &Limits, bounds: &Bounds, pattern: Option<&Pattern>) -> bool {
    let written = number.to_string();
    let length = written.chars().count();
    Decimal::read(number).is_some_and(|read| bounds.hold(read))
        && limits.min_length.is_none_or(|least| least <= length)
        && limits.max_length.is_none_or(|most| length <= most)
        && pattern.is_none_or(|pattern| pattern.matches_whole(&written))
}

/// The usual range, moved to numbers of as many digits as are asked for.
fn by_length(usual: (i128, i128), limits: &Limits) -> Option<(i128, i128)> {
    let power = |digits: usize| 10i128.checked_pow(u32::try_from(digits).ok()?).filter(|_| digits <= 18);
    let low = match limits.min_length {
        Some(least) if least > 1 => power(least - 1)?,
        _ => 0,
    };
    let high = match limits.max_length {
        Some(0) => return None,
        Some(most) => power(most.min(18))? - 1,
        None => i128::MAX,
    };
    if low > high {
        return None;
    }
    let (from, to) = (usual.0.max(low), usual.1.min(high));
    Some(if from <= to { (from, to) } else { (low, high.min(low.max(100) * 10)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn decimals_are_read_exactly() {
        let read = |text: &str| Decimal::parse(text).map(|d| (d.units, d.places));
        assert_eq!((read("10"), read("0.25"), read("-1.50")), (Some((10, 0)), Some((25, 2)), Some((-15, 1))));
        assert_eq!((read("1e3"), read("25e-1"), read("+7")), (Some((1000, 0)), Some((25, 1)), Some((7, 0))));
        assert_eq!(
            (read(""), read("."), read("1.2.3"), read("ten"), read("1e400"), read("0x1")),
            (None, None, None, None, None, None)
        );
        let far = Bounds { min: Decimal::parse("9e28"), max: Decimal::parse("-1e-15") };
        assert_eq!(far.span(15, (1, 9)), None);
        assert_eq!(Decimal { units: -5, places: 2 }.to_json(), Some(json!(-0.05)));
    }

    #[test]
    fn rounding_stays_within() {
        let half = Decimal::parse("-1.5").unwrap();
        assert_eq!((half.at(0, true), half.at(0, false), half.at(2, true)), (-1, -2, -150));
    }
}
