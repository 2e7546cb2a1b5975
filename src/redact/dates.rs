//! In which orders a date is written.

use jiff::civil::Date;

/// The usual orders, in the notation of strftime; the first is ISO 8601's.
const ORDERS: [&str; 14] = [
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y%m%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%m-%d-%Y",
    "%-d.%-m.%Y",
    "%-d/%-m/%Y",
    "%-m/%-d/%Y",
    "%-d %B %Y",
    "%B %-d, %Y",
];

/// A date in every usual order.
pub fn written(date: Date) -> impl Iterator<Item = String> {
    ORDERS.iter().map(move |order| date.strftime(order).to_string())
}

/// What else is written for a text that is a date, in whichever order; nothing for another text. A text that may be two
/// dates (`03/04/1990`) is both.
///
/// ```
/// use draftgate::redact::dates::others;
/// assert!(others("1815-12-10").contains(&"10/12/1815".to_owned()));
/// assert!(others("Ada").is_empty());
/// ```
pub fn others(text: &str) -> Vec<String> {
    let text = text.trim();
    // A number of eight digits is a date for whoever knows only.
    if text.bytes().filter(u8::is_ascii_digit).count() < 5 || text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    let dates = ORDERS.iter().filter_map(|order| Date::strptime(order, day).ok());
    let mut all: Vec<String> = dates.flat_map(written).filter(|other| other != text).collect();
    all.sort_unstable();
    all.dedup();
    all
}
