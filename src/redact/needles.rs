//! Texts that are looked for in others, all at once, each with what is shown in its place.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, Span, packed};

/// The character by which reports shorten a text.
const CUT: char = '…';
/// The fewest characters of a text's beginning that are masked before a cut: fewer tell nothing, and stand everywhere.
const LEAST_CUT: usize = 4;
/// So many are looked for without an automaton: each test has a session's forms of its own, and an automaton of them takes
/// longer to make than all that is said of the test takes to be gone through.
const FEW: usize = 64;

/// A text that is looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needle {
    /// The text.
    pub text: String,
    /// What is shown in its place.
    pub shown: Arc<str>,
    /// Whether it counts only where neither a letter nor a digit stands beside it.
    pub whole: bool,
}

/// Texts that are looked for in one pass over another text.
#[derive(Debug, Default)]
pub struct Needles {
    /// In the order of their texts.
    all: Vec<Needle>,
    /// What finds them.
    whole_texts: Finder,
    /// What finds the first [`LEAST_CUT`] characters of those that are longer.
    heads: OnceLock<Finder>,
    /// The bytes of the longest.
    longest: usize,
}

/// A place in a text where something stands that is not shown.
#[derive(Debug)]
pub struct Found<'n> {
    start: usize,
    end: usize,
    needle: &'n Needle,
}

impl Found<'_> {
    /// Its range of bytes.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start..self.end
    }
}

impl Needles {
    /// Makes ready to look for these.
    pub fn new(needles: impl IntoIterator<Item = Needle>) -> Self {
        let mut all: Vec<Needle> = needles.into_iter().filter(|needle| !needle.text.is_empty()).collect();
        all.sort();
        all.dedup_by(|later, earlier| later.text == earlier.text);
        let whole_texts = Finder::new(all.iter().map(|needle| needle.text.as_str()).collect());
        let longest = all.iter().map(|needle| needle.text.len()).max().unwrap_or(0);
        Needles { all, whole_texts, heads: OnceLock::new(), longest }
    }

    /// Made when the first text is looked at that is cut: most are not.
    fn heads(&self) -> &Finder {
        self.heads.get_or_init(|| {
            let long = self.all.iter().filter(|needle| !needle.whole);
            let mut heads: Vec<&str> = long.filter_map(|needle| head(&needle.text)).collect();
            heads.dedup();
            Finder::new(heads)
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The texts themselves.
    pub fn all(&self) -> &[Needle] {
        &self.all
    }

    /// Every place where one of them stands, those that overlap too.
    pub fn find<'n>(&'n self, text: &'n str) -> impl Iterator<Item = Found<'n>> {
        self.whole_texts.find(text).filter_map(move |(start, at)| {
            let needle = self.all.get(at)?;
            let end = start + needle.text.len();
            (!needle.whole || is_word(text, start, end)).then_some(Found { start, end, needle })
        })
    }

    /// The beginning of one of them with which a part of a text ends that was cut off: where it begins, and which it is.
    fn cut_off(&self, text: &str, part: usize, cut: usize) -> Option<Found<'_>> {
        let mut start = part.max(cut.saturating_sub(self.longest));
        while !text.is_char_boundary(start) {
            start += 1;
        }
        let window = text.get(start..cut)?;
        let mut begun = self.heads().find(window).filter_map(|(at, _)| {
            let tail = &window[at..];
            let next = self.all.partition_point(|needle| needle.text.as_str() < tail);
            let needle = self.all.get(next).filter(|needle| needle.text.starts_with(tail))?;
            Some(Found { start: start + at, end: cut, needle })
        });
        begun.next()
    }
}

/// Finds texts in another one: each place where one of them begins, with which it is, those that overlap too.
#[derive(Debug, Default)]
enum Finder {
    #[default]
    Nothing,
    /// Vectors of the processor find the next place where any of a few texts stands; those that begin there are told one by
    /// one.
    Few(packed::Searcher, Vec<Box<str>>),
    /// A compact one: hundreds of secrets have thousands of forms.
    Many(AhoCorasick),
}

impl Finder {
    fn new(texts: Vec<&str>) -> Self {
        if texts.is_empty() {
            return Finder::Nothing;
        }
        // None where the processor has no such vectors, or the texts do not suit them.
        let few = (texts.len() <= FEW).then(|| packed::Searcher::new(&texts)).flatten();
        match few {
            Some(searcher) => Finder::Few(searcher, texts.into_iter().map(Box::from).collect()),
            None => {
                let kind = aho_corasick::AhoCorasickKind::ContiguousNFA;
                let built = AhoCorasick::builder().kind(Some(kind)).build(&texts);
                // Without it nothing would be masked: rather no report than one that shows secrets.
                Finder::Many(built.expect("fewer than two thousand million states"))
            }
        }
    }

    fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        let (few, many) = match self {
            Finder::Nothing => (None, None),
            Finder::Few(searcher, texts) => (Some(few(searcher, texts, text)), None),
            Finder::Many(automaton) => (None, Some(automaton.find_overlapping_iter(text))),
        };
        let many = many.into_iter().flatten().map(|found| (found.start(), found.pattern().as_usize()));
        few.into_iter().flatten().chain(many)
    }
}

/// The places of a few texts in another one, from left to right.
fn few<'t>(
    searcher: &'t packed::Searcher,
    texts: &'t [Box<str>],
    text: &'t str,
) -> impl Iterator<Item = (usize, usize)> + 't {
    let mut from = 0;
    let starts = std::iter::from_fn(move || {
        let rest = Span { start: from, end: text.len() };
        let start = searcher.find_in(text, rest)?.start();
        from = start + 1;
        Some(start)
    });
    starts.flat_map(move |start| {
        let rest = &text.as_bytes()[start..];
        let begin = texts.iter().enumerate().filter(move |(_, one)| rest.starts_with(one.as_bytes()));
        begin.map(move |(at, _)| (start, at))
    })
}

fn head(text: &str) -> Option<&str> {
    text.char_indices().nth(LEAST_CUT).map(|(at, _)| &text[..at])
}

/// Whether neither a letter nor a digit goes on across the ends of a range. What an escape (`\n`, `%20`) leaves beside it is
/// neither.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (&text[..start], &text[end..]);
    let escaped = |bytes: &[u8]| match bytes {
        [.., b'\\', b'n' | b't' | b'r'] => true,
        [.., b'%', high, low] => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        _ => false,
    };
    let goes_on = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    (!goes_on(before.chars().next_back()) || escaped(before.as_bytes())) && !goes_on(after.chars().next())
}

/// The text with everything replaced that any of the needles stand for.
///
/// What is covered by several that overlap is replaced once, by what the longest of them shows. The beginning of one that
/// stands before an ellipsis is replaced as well.
pub fn mask<'a>(sets: &[Arc<Needles>], text: &'a str) -> Cow<'a, str> {
    if sets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut found: Vec<Found<'_>> = sets.iter().flat_map(|needles| needles.find(text)).collect();
    let masked = if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(replace(text, &mut found)) };
    if masked.contains(CUT) {
        return match mask_cut(sets, &masked) {
            Some(masked) => Cow::Owned(masked),
            None => masked,
        };
    }
    masked
}

fn replace(text: &str, found: &mut [Found<'_>]) -> String {
    found.sort_unstable_by_key(|found| (found.start, std::cmp::Reverse(found.end)));
    let mut out = String::with_capacity(text.len());
    let mut behind = 0;
    let mut at = 0;
    while let Some(first) = found.get(at) {
        let mut longest = first;
        let mut end = first.end;
        at += 1;
        while let Some(next) = found.get(at).filter(|next| next.start < end) {
            if next.range().len() > longest.range().len() {
                longest = next;
            }
            end = end.max(next.end);
            at += 1;
        }
        out.push_str(&text[behind..first.start]);
        out.push_str(&longest.needle.shown);
        behind = end;
    }
    out.push_str(&text[behind..]);
    out
}

/// The text without the beginnings that stand where a report cut it; none where there are none.
fn mask_cut(sets: &[Arc<Needles>], text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut part = 0;
    let mut changed = false;
    for (cut, _) in text.match_indices(CUT) {
        let longest =
            sets.iter().filter_map(|needles| needles.cut_off(text, part, cut)).min_by_key(|found| found.start);
        // What is shown of a text in its place is no secret any more.
        let shown = |found: &Found<'_>| found.needle.shown.trim_end_matches(CUT) == &text[found.start..cut];
        match longest.filter(|found| !shown(found)) {
            Some(found) => {
                out.push_str(&text[part..found.start]);
                out.push_str(found.needle.shown.trim_end_matches(CUT));
                changed = true;
            }
            None => out.push_str(&text[part..cut]),
        }
        out.push(CUT);
        part = cut + CUT.len_utf8();
    }
    out.push_str(&text[part..]);
    changed.then_some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn needle(text: &str, shown: &str, whole: bool) -> Needle {
        Needle { text: text.to_owned(), shown: shown.into(), whole }
    }

    #[test]
    fn what_overlaps_is_replaced_once_by_what_the_longest_shows() {
        let sets = [Arc::new(Needles::new([needle("abcd", "[a]", false), needle("cdefgh", "[b]", false)]))];
        assert_eq!(mask(&sets, "xabcdefghx abcd, abcdabcd"), "x[b]x [a], [a][a]");
    }

    #[test]
    fn words_count_as_a_whole_only() {
        let sets = [Arc::new(Needles::new([needle("CA", "[data]", true)]))];
        assert_eq!(mask(&sets, r#"CA, "CA" %20CA \nCA CAT éCA"#), r#"[data], "[data]" %20[data] \n[data] CAT éCA"#);
    }

    #[test]
    fn a_beginning_before_a_cut_is_replaced_and_what_is_shown_of_it_stays() {
        let session = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let sets =
            [Arc::new(Needles::new([needle(session, "0f8fad5b…", false), needle("it's mine", "[secret]", false)]))];
        let masked = mask(&sets, "a 0f8fad5b-d9cb… it's m… it'…");
        assert_eq!(masked, "a 0f8fad5b… [secret]… it'…");
        assert_eq!(mask(&sets, &masked), masked);
        assert_eq!(mask(&sets, &format!("[{session}]")), "[0f8fad5b…]");
    }

    proptest! {
        #[test]
        fn few_are_found_where_many_are(texts in proptest::collection::vec("[abé]{1,5}", 1..30), text in "[abéx]{0,80}") {
            let needles = |more: usize| {
                let more = (0..more).map(|number| format!("{number}-none"));
                Needles::new(texts.iter().cloned().chain(more).map(|text| needle(&text, "*", false)))
            };
            let (few, many) = (needles(0), needles(FEW));
            prop_assert!(matches!(many.whole_texts, Finder::Many(_)));
            let found = |needles: &Needles| {
                let mut found: Vec<_> = needles.find(&text).map(|found| found.range()).map(|at| (at.start, at.end)).collect();
                found.sort_unstable();
                found
            };
            let naive: std::collections::BTreeSet<(usize, usize)> = (texts.iter())
                .flat_map(|one| {
                    let ends = text.char_indices().filter(|(at, _)| text[*at..].starts_with(one.as_str()));
                    ends.map(|(at, _)| (at, at + one.len())).collect::<Vec<_>>()
                })
                .collect();
            let naive: Vec<_> = naive.into_iter().collect();
            prop_assert_eq!(found(&few), naive.clone());
            prop_assert_eq!(found(&many), naive);
        }

        #[test]
        fn nothing_of_a_needle_is_left(needles in proptest::collection::vec("[ab]{2,5}", 1..40), text in "[abx]{0,30}") {
            let all = needles.iter().map(|text| needle(text, "*", false));
            let masked = mask(&[Arc::new(Needles::new(all))], &text).into_owned();
            for needle in &needles {
                prop_assert!(!masked.contains(needle.as_str()), "{needle} is in {masked}, made of {text}");
            }
        }
    }
}
