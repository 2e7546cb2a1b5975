//! Text that matches a regular expression.

use regex::Regex;
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind, Repetition};

use super::seed::Seed;

/// More characters than this are not asked of a pattern; a field has fewer, and `.{100000}` is a mistake.
const LONGEST: usize = 4096;
const ATTEMPTS: usize = 64;

/// A pattern of an element's validations, read.
#[derive(Debug)]
pub(super) struct Pattern {
    hir: Hir,
    whole: Regex,
    anywhere: Regex,
}

/// Why a pattern is of no use.
#[derive(Debug, thiserror::Error)]
pub(super) enum PatternError {
    #[error("{}", last_line(.0))]
    Regex(#[from] regex::Error),
    #[error("{}", last_line(.0))]
    Syntax(#[from] Box<regex_syntax::Error>),
    #[error("it asks for more than {LONGEST} characters")]
    Long,
}

/// The errors of these crates draw the pattern over several lines; the reason stands in the last.
fn last_line(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

impl Pattern {
    pub(super) fn read(source: &str) -> Result<Self, PatternError> {
        let source = translate(source);
        let whole = Regex::new(&format!(r"\A(?:{source})\z"))?;
        let anywhere = Regex::new(&source)?;
        let hir = regex_syntax::Parser::new().parse(&source).map_err(Box::new)?;
        if shortest(&hir) > LONGEST {
            return Err(PatternError::Long);
        }
        Ok(Pattern { hir, whole, anywhere })
    }

    /// Whether all of a text matches, as a form in a browser demands.
    pub(super) fn matches_whole(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// Whether some part of a text matches, as most services ask.
    pub(super) fn matches_within(&self, text: &str) -> bool {
        self.anywhere.is_match(text)
    }

    /// Texts made after the pattern, of the lengths wanted as far as they come by themselves. Each must still be judged:
    /// assertions within the pattern are not heeded.
    pub(super) fn candidates(&self, seed: Seed, least: usize, most: usize) -> impl Iterator<Item = String> {
        let least_made = shortest(&self.hir);
        let low = least.max(least_made);
        let high = most.min(low.saturating_add(8)).min(LONGEST);
        (0..if low <= high { ATTEMPTS } else { 0 }).filter_map(move |attempt| {
            let seed = seed.nth(attempt);
            let target = seed.child("length").range(low as i64..=high as i64) as usize;
            // Where a length must be reached, repetitions take what is left; otherwise some of it, which looks more natural.
            let greedy = if least > least_made { attempt % 4 != 3 } else { attempt % 4 == 3 };
            // Signs and spaces come late: they are what an assertion such as `\b` may need.
            let plain = attempt < ATTEMPTS / 2;
            let mut maker = Maker { spare: target - least_made, greedy, plain, text: String::new() };
            maker.write(&self.hir, &seed).map(|()| maker.text)
        })
    }
}

struct Maker {
    /// How many characters may still be added to the shortest match.
    spare: usize,
    greedy: bool,
    /// Letters and digits only, where a class has them.
    plain: bool,
    text: String,
}

impl Maker {
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
            HirKind::Capture(capture) => self.write(&capture.sub, seed)?,
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
fn translate(source: &str) -> String {
    let (body, flags) = match source.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) {
        Some((body, flags)) if flags.chars().all(|c| "dgimsuvy".contains(c)) => (body, flags),
        _ => (source, ""),
    };
    let flags: String = flags.chars().filter(|c| "ims".contains(*c)).collect();
    let mut out = if flags.is_empty() { String::new() } else { format!("(?{flags})") };
    let chars: Vec<char> = body.chars().collect();
    let (mut in_class, mut i) = (false, 0);
    while let Some(&c) = chars.get(i) {
        let next = chars.get(i + 1).copied();
        let shorthand =
            |at: usize| chars.get(at) == Some(&'\\') && chars.get(at + 1).is_some_and(|c| "wdsWDS".contains(*c));
        match c {
            '\\' => {
                out.push(c);
                out.extend(next);
                if in_class && shorthand(i) && chars.get(i + 2) == Some(&'-') && chars.get(i + 3) != Some(&']') {
                    out.push('\\');
                }
                i += 1;
            }
            '[' if in_class && next != Some(':') => out.push_str("\\["),
            '&' | '~' if in_class => out.extend(['\\', c]),
            '-' if in_class && shorthand(i + 1) => out.push_str("\\-"),
            _ => {
                in_class = (in_class && c != ']') || c == '[';
                out.push(c);
            }
        }
        i += 1;
    }
    out
}

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
    fn patterns_as_browsers_have_them() {
        for (pattern, text) in [
            (r"/^[a-z\/]+$/i", "A/b"),
            (r"^[\w-.]+$", "a-.b"),
            (r"^[[(]x$", "[x"),
            (r"^[a&&b]+$", "&b"),
            (r"^[\d-]+$", "1-2"),
            (r"^[+-\d]$", "-"),
        ] {
            assert!(Pattern::read(pattern).unwrap().matches_whole(text), "{pattern}");
        }
        assert!(!Pattern::read(r"^[^[\]]$").unwrap().matches_whole("["));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let why = |pattern: &str| Pattern::read(pattern).unwrap_err().to_string();
        assert!(why("(?=a)").contains("look-around"), "{}", why("(?=a)"));
        assert!(why("[a-").contains("class"), "{}", why("[a-"));
        assert!(why("a{5000}").contains("4096"), "{}", why("a{5000}"));
    }
}
