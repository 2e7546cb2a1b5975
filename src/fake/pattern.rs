//! Text that matches a regular expression.

mod look_around;

use std::collections::HashMap;

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Repetition};

use super::seed::Seed;
use crate::api::pattern::{self, PatternError, translate};
use look_around::{BACK, GROUP, without_look_around};

/// More characters than this are not asked of a pattern; a field has fewer, and `.{100000}` is a mistake.
const LONGEST: usize = 4096;
const ATTEMPTS: usize = 64;
/// The attempts at a pattern that looks around: what it asks for beside its characters is met by chance in part.
const MORE_ATTEMPTS: usize = 256;

/// A pattern of an element's validations, read.
#[derive(Debug)]
pub(super) struct Pattern {
    /// What a text is made after: the pattern without what it looks around for.
    hir: Hir,
    /// What must come somewhere in the text, by each look-ahead.
    ahead: Vec<Hir>,
    looks_around: bool,
    judge: pattern::Pattern,
}

/// Why a pattern is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum Useless {
    #[error(transparent)]
    Unreadable(#[from] PatternError),
    #[error("it asks for more than {LONGEST} characters")]
    Long,
}

impl Pattern {
    pub(super) fn read(source: &str) -> Result<Self, Useless> {
        let judge = pattern::Pattern::read(source)?;
        let source = translate(source);
        let parse = |text: &str| {
            regex_syntax::Parser::new().parse(text).map_err(|error| Useless::Unreadable(PatternError::of(&error)))
        };
        let (hir, ahead, looks_around) = match parse(&source) {
            Ok(hir) => (hir, Vec::new(), false),
            Err(_) => {
                let (rest, ahead) = without_look_around(&source);
                let ahead = ahead.iter().filter_map(|text| parse(text).ok()).collect();
                (parse(&rest)?, ahead, true)
            }
        };
        if shortest(&hir) > LONGEST {
            return Err(Useless::Long);
        }
        Ok(Pattern { hir, ahead, looks_around, judge })
    }

    /// Whether all of a text matches, as a form in a browser demands.
    pub(super) fn matches_whole(&self, text: &str) -> bool {
        self.judge.matches_whole(text) == Some(true)
    }

    /// Whether some part of a text matches, as most services ask.
    pub(super) fn matches_within(&self, text: &str) -> bool {
        self.judge.matches_within(text) == Some(true)
    }

    /// Texts made after the pattern, of the lengths wanted as far as they come by themselves. Each must still be judged:
    /// assertions within the pattern are not heeded.
    pub(super) fn candidates(&self, seed: Seed, least: usize, most: usize) -> impl Iterator<Item = String> {
        let least_made = shortest(&self.hir);
        let ahead = self.ahead.iter().map(shortest).filter(|length| *length <= LONGEST).max().unwrap_or(0);
        let low = least.max(least_made).max(ahead);
        let high = most.min(low.saturating_add(8)).min(LONGEST);
        let attempts = if self.looks_around { MORE_ATTEMPTS } else { ATTEMPTS };
        (0..if low <= high { attempts } else { 0 }).filter_map(move |attempt| {
            let seed = seed.nth(attempt);
            let target = seed.child("length").range(low as i64..=high as i64) as usize;
            // Where a length must be reached, repetitions take what is left; otherwise some of it, which looks more natural.
            let greedy = if low > least_made { attempt % 4 != 3 } else { attempt % 4 == 3 };
            // Signs and spaces come late: they are what an assertion such as `\b` may need.
            let plain = attempt < attempts / 2;
            let text = Maker::new(target - least_made, greedy, plain).made(&self.hir, &seed)?;
            // Every other one as it comes: a look-ahead that asks for little is met by most texts.
            Some(if attempt % 2 == 0 { text } else { self.with_ahead(text, &seed) })
        })
    }

    /// A text in which the place of some characters is taken by what look-aheads want to see.
    fn with_ahead(&self, text: String, seed: &Seed) -> String {
        let made = |(at, hir): (usize, &Hir)| Maker::new(0, false, true).made(hir, &seed.child("ahead").nth(at));
        let wanted: String = self.ahead.iter().enumerate().filter_map(made).collect();
        let (all, own) = (text.chars().count(), wanted.chars().count());
        let Some(room) = all.checked_sub(own) else { return text };
        let places = [0, room, seed.child("place").index(room + 1)];
        let place = seed.child("places").one_of(&places);
        let before = text.chars().take(place);
        before.chain(wanted.chars()).chain(text.chars().skip(place + own)).collect()
    }
}

struct Maker {
    /// How many characters may still be added to the shortest match.
    spare: usize,
    greedy: bool,
    /// Letters and digits only, where a class has them.
    plain: bool,
    text: String,
    /// What groups became that a later part refers to.
    groups: HashMap<String, String>,
}

impl Maker {
    fn new(spare: usize, greedy: bool, plain: bool) -> Self {
        Maker { spare, greedy, plain, text: String::new(), groups: HashMap::new() }
    }

    /// A match of a pattern; none of one that nothing matches.
    fn made(mut self, hir: &Hir, seed: &Seed) -> Option<String> {
        self.write(hir, seed).map(|()| self.text)
    }

    /// Adds a match of a part; none for a part that nothing matches.
    fn write(&mut self, hir: &Hir, seed: &Seed) -> Option<()> {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.push_str(std::str::from_utf8(&literal.0).ok()?),
            HirKind::Class(Class::Unicode(class)) => self.text.push(pick_char(class, self.plain, seed)?),
            HirKind::Class(Class::Bytes(class)) => {
                self.text.push(pick_char(&class.to_unicode_class()?, self.plain, seed)?)
            }
            HirKind::Repetition(repetition) => {
                for i in 0..self.count(repetition, seed) {
                    self.write(&repetition.sub, &seed.nth(i))?;
                }
            }
            HirKind::Capture(capture) => {
                let name = capture.name.as_deref().unwrap_or_default();
                if let Some((group, _)) = name.strip_prefix(BACK).and_then(|name| name.split_once('_')) {
                    self.text.push_str(self.groups.get(group).map_or("", String::as_str));
                } else {
                    let start = self.text.len();
                    self.write(&capture.sub, seed)?;
                    if let Some(group) = name.strip_prefix(GROUP) {
                        self.groups.insert(group.to_owned(), self.text[start..].to_owned());
                    }
                }
            }
            HirKind::Concat(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    self.write(part, &seed.nth(i))?;
                }
            }
            HirKind::Alternation(ways) => {
                let least = shortest(hir);
                let open: Vec<&Hir> = ways.iter().filter(|way| shortest(way) - least <= self.spare).collect();
                let way = *seed.child("way").pick(&open)?;
                self.spare -= shortest(way) - least;
                self.write(way, seed)?;
            }
        }
        Some(())
    }

    fn count(&mut self, repetition: &Repetition, seed: &Seed) -> usize {
        let least = repetition.min as usize;
        let unit = shortest(&repetition.sub).max(1);
        let room = repetition.max.map_or(usize::MAX, |max| max as usize - least).min(self.spare / unit);
        let more = if self.greedy { room } else { seed.child("count").index(room + 1) };
        self.spare -= more * unit;
        least + more
    }
}

/// A letter or digit of a class where it has one, then any other printable ASCII, then whatever comes first.
fn pick_char(class: &ClassUnicode, plain: bool, seed: &Seed) -> Option<char> {
    let ranges = class.ranges();
    let has = |c: &char| {
        let after = ranges.partition_point(|range| range.start() <= *c);
        after > 0 && ranges[after - 1].end() >= *c
    };
    let letters = ('0'..='9').chain('A'..='Z').chain('a'..='z').filter(has);
    let signs = || (' '..='~').filter(|c| !c.is_ascii_alphanumeric()).filter(has);
    let mut from: Vec<char> = if plain { letters.collect() } else { letters.step_by(3).chain(signs()).collect() };
    if from.is_empty() {
        from = signs().filter(|c| *c != ' ').collect();
    }
    seed.pick(&from).copied().or_else(|| has(&' ').then_some(' ')).or_else(|| ranges.first().map(|range| range.start()))
}

/// The characters of the shortest match; what no text matches counts as endless.
fn shortest(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).map_or(usize::MAX, |text| text.chars().count()),
        HirKind::Class(_) => 1,
        HirKind::Repetition(repetition) => shortest(&repetition.sub).saturating_mul(repetition.min as usize),
        HirKind::Capture(capture) => shortest(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(shortest).fold(0, usize::saturating_add),
        HirKind::Alternation(ways) => ways.iter().map(shortest).min().unwrap_or(usize::MAX),
    }
}

/// A pattern of a browser in the syntax of the regex crate: `/…/i`, and what stands plainly in a JavaScript class
/// (`[\w-.]`, `[[(]`, `[&~]`) but means something here.
#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, least: usize, most: usize, seed: u64) -> Option<String> {
        let pattern = Pattern::read(pattern).unwrap();
        let fits = |text: &String| (least..=most).contains(&text.chars().count());
        pattern.candidates(Seed::new(seed), least, most).find(|text| fits(text) && pattern.matches_whole(text))
    }

    #[test]
    fn lengths_are_reached() {
        for seed in 0..40 {
            for (pattern, least, most) in [
                ("^[A-Z]+$", 50, 50),
                ("^[a-z]+@[a-z]+$", 30, 31),
                ("(ab|cde){2,}x?", 12, 13),
                ("^(a|bb|ccc)$", 2, 2),
                (r"^\d{3}-?\d{4}$", 8, 8),
                (".{0,10}", 10, 99),
                (r"^\bfoo\b.*$", 5, 9),
            ] {
                assert!(found(pattern, least, most, seed).is_some(), "{pattern} {least} {most} {seed}");
            }
        }
        assert_eq!(found("^[a-z]{5}$", 6, 9, 1), None);
        assert_eq!(found("^[a-z]{5}$", 0, 4, 1), None);
    }

    #[test]
    fn what_is_made_looks_plain() {
        for seed in 0..40 {
            let text = found(r"^[^,]{5}.\w\p{L}\s$", 0, 99, seed).unwrap();
            assert!(text.trim_end().chars().all(|c| c.is_ascii_alphanumeric()), "{text:?}");
        }
    }

    #[test]
    fn what_is_looked_for_comes() {
        for seed in 0..40 {
            for (pattern, least, most) in [
                (r"^(?!000)\d{9}$", 0, 99),
                (r"^(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$", 0, 99),
                (r"^(?=.*\d)(?=.*[a-z]).{8,}$", 0, 99),
                (r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{8,16}$", 0, 99),
                (r"^(?=.{12,20}$)[a-z]+(?:_[a-z]+)*$", 0, 99),
                (r"^(?=.*foo7)[\w]+$", 20, 24),
                (r"^(\d)(?!\1+$)\d{7}$", 0, 99),
                (r"^([A-Z])(\d)\2\1$", 4, 4),
                (r"^(?<letter>[a-z])x+\k<letter>$", 6, 6),
                (r"^\w+(?<!_)$", 3, 9),
            ] {
                let text = found(pattern, least, most, seed);
                assert!(text.is_some(), "{pattern} {least} {most} {seed}");
            }
        }
        assert_eq!(found("^(?=a)b$", 0, 9, 1), None);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let why = |pattern: &str| Pattern::read(pattern).unwrap_err().to_string();
        assert!(why("(?=a").contains("parenthesis"), "{}", why("(?=a"));
        assert!(why("a{5000}").contains("4096"), "{}", why("a{5000}"));
    }
}
