//! Reading meaning out of the tree: maps key by key, mistakes noted rather than thrown.

use std::path::Path;

use super::{Kind, Node};
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, SourceId, Sources, Span};

/// The keys below which names are defined.
const DEFINING: [&str; 7] = ["vars", "cases", "capture", "use", "connect", "params", "with"];

/// Said at the place where a file is named that has a mistake in it.
pub const NAMED_HERE: &str = "the file is named here";

/// What a reader of YAML carries along: the texts, the folder that relative paths start from, and the mistakes so far.
///
/// Readers go on after a mistake, so that one run reports them all.
pub struct Reading<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The folder of the file being read.
    pub folder: &'a Path,
    /// What was wrong so far.
    pub mistakes: Vec<Diagnostic>,
    /// Whether something could not be read that defines names, so that a name without definition may have one.
    pub names_unsure: bool,
}

impl<'a> Reading<'a> {
    /// Begins to read a file of this folder.
    pub fn new(sources: &'a Sources, folder: &'a Path) -> Self {
        Reading { sources, folder, mistakes: Vec::new(), names_unsure: false }
    }

    /// Notes a mistake.
    pub fn mistake(&mut self, mistake: Diagnostic) {
        self.mistakes.push(mistake);
    }

    /// Notes that something else than what was wanted stands here.
    pub fn wanted(&mut self, node: &Node, wanted: &str) {
        self.mistake(not_wanted(node, wanted));
    }

    /// The text of a data file that stands at this node, as [`Sources::read_named`] read it in; or a mistake in either.
    pub fn named_file(&mut self, node: &Node, path: &str) -> Option<SourceId> {
        match self.sources.named(&self.folder.join(path)) {
            Some(Ok(source)) => return Some(*source),
            Some(Err(mistake)) => self.mistakes.push(mistake.clone().related(node.span, NAMED_HERE)),
            None => self.mistake(Diagnostic::no_file(node.span, self.folder, path)),
        }
        None
    }

    /// Reads something that defines names: with a mistake in it, other names may be missing for that reason alone.
    pub fn defining<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.mistakes.len();
        let value = read(self);
        self.names_unsure |= self.mistakes.len() > before;
        value
    }

    /// The good half of a result; the other is noted.
    pub fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// The node as a map, or a mistake.
    pub fn mapping<'n>(&mut self, node: &'n Node, wanted: &str) -> Option<Mapping<'n>> {
        let result = Mapping::of(node, self.sources, wanted);
        self.keep(result)
    }

    /// Notes the keys of a map that nobody took.
    pub fn finish(&mut self, mapping: Mapping<'_>) {
        let mut words = mapping.rest().iter().map(|(word, ..)| word);
        self.names_unsure |= words.any(|word| nearest(word, DEFINING).is_some());
        self.mistakes.extend(mapping.unknown());
    }

    /// The node as a string, or a mistake.
    pub fn string<'n>(&mut self, node: &'n Node, wanted: &str) -> Option<&'n str> {
        let text = node.as_str();
        if text.is_none() {
            let mistake = not_wanted(node, wanted);
            let quoted = matches!(node.kind, Kind::Bool(_) | Kind::Number(_));
            let help =
                quoted.then(|| format!("put it in quotes if the text is meant: {:?}", node.key_text(self.sources)));
            self.mistake(mistake.maybe_help(help));
        }
        text
    }

    /// The node as `true` or `false`, or a mistake.
    pub fn boolean(&mut self, node: &Node, wanted: &str) -> Option<bool> {
        match node.kind {
            Kind::Bool(value) => Some(value),
            _ => {
                self.mistake(not_a_switch(node, wanted));
                None
            }
        }
    }

    /// What one of a few words means, or a mistake with the nearest of them.
    pub fn one_of<T: Copy>(&mut self, node: &Node, known: &[(&'static str, T)]) -> Option<T> {
        let found = known.iter().find(|(word, _)| node.as_str() == Some(word)).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let words: Vec<&'static str> = known.iter().map(|(word, _)| *word).collect();
            self.mistake(none_of(node, &words));
        }
        found
    }

    /// The node as a list; a single value counts as a list of one.
    pub fn list<'n>(&self, node: &'n Node) -> &'n [Node] {
        match &node.kind {
            Kind::List(items) => items,
            Kind::Null => &[],
            _ => std::slice::from_ref(node),
        }
    }
}

/// A map being read: its keys are taken one by one, and what is left over at the end is reported.
///
/// ```text
/// error[E020]: unknown key `excpect`
///   4 |     excpect: Address
///     |     ^^^^^^^ did you mean `expect`?
/// ```
pub struct Mapping<'a> {
    /// The whole map's place.
    pub span: Span,
    entries: Vec<(String, &'a Node, &'a Node)>,
    known: Vec<&'static str>,
    given: usize,
}

impl<'a> Mapping<'a> {
    /// The node as a map; anything else is a mistake that says what was wanted.
    pub fn of(node: &'a Node, sources: &Sources, wanted: &str) -> Result<Self, Diagnostic> {
        match &node.kind {
            Kind::Map(entries) => Ok(Mapping {
                span: node.span,
                entries: entries.iter().map(|(key, value)| (key.key_text(sources), key, value)).collect(),
                known: Vec::new(),
                given: entries.len(),
            }),
            _ => Err(not_wanted(node, wanted).maybe_help(missing_space(node))),
        }
    }

    /// Takes a key's value out of the map, and remembers that the key is known.
    pub fn take(&mut self, key: &'static str) -> Option<&'a Node> {
        self.take_entry(key).map(|(_, value)| value)
    }

    /// Takes a key out together with its own node.
    pub fn take_entry(&mut self, key: &'static str) -> Option<(&'a Node, &'a Node)> {
        self.known.push(key);
        let at = self.entries.iter().position(|(name, _, _)| name == key)?;
        let (_, key, value) = self.entries.remove(at);
        Some((key, value))
    }

    /// The keys that are not taken yet.
    pub fn rest(&self) -> &[(String, &'a Node, &'a Node)] {
        &self.entries
    }

    /// Whether there was no key at all.
    pub fn is_empty(&self) -> bool {
        self.given == 0
    }

    /// Whether one of the keys left misspells a missing one, as [`Node::misspells`].
    pub fn nearly_has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, ..)| is_misspelt(name, key))
    }

    /// One mistake for each key that nobody took.
    pub fn unknown(self) -> impl Iterator<Item = Diagnostic> {
        let known = self.known;
        self.entries.into_iter().map(move |(name, key, _)| unknown_word(key.span, "key", &name, &known))
    }
}

/// The mistake of something that stands where something else is wanted.
pub fn not_wanted(node: &Node, wanted: &str) -> Diagnostic {
    Diagnostic::mistake(Code::WrongKind, node.span, format!("{} stands where {wanted} is wanted", node.describe()))
}

/// The mistake of something that is none of a few words, with the nearest of them.
fn none_of(node: &Node, words: &[&'static str]) -> Diagnostic {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let wanted = match &quoted[..] {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        all => all.concat(),
    };
    let near = node.as_str().and_then(|word| nearest(word, words.iter().copied()));
    not_wanted(node, &wanted).maybe_help(near.map(|near| format!("did you mean `{near}`?")))
}

/// The mistake of something that is neither `true` nor `false`, with the one that it probably means.
pub fn not_a_switch(node: &Node, wanted: &str) -> Diagnostic {
    let word = node.as_str().unwrap_or_default().trim().to_lowercase();
    let meant = match word.as_str() {
        "yes" | "y" | "on" => Some("true"),
        "no" | "n" | "off" => Some("false"),
        word => nearest(word, ["true", "false"]),
    };
    not_wanted(node, wanted).maybe_help(meant.map(|meant| format!("write {meant}, without quotes")))
}

/// The way out for a text that was meant as a key and its value: `Vorname:A`.
pub fn missing_space(node: &Node) -> Option<String> {
    let (key, value) = node.as_str()?.split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ' ');
    let is_value = value.starts_with(|c: char| !c.is_whitespace() && c != '/');
    (is_key && is_value).then(|| format!("a space is missing after the colon: write `{key}: {value}`"))
}

/// The mistake of a word that is none of the known ones, with the nearest of them.
pub fn unknown_word(span: Span, what: &str, word: &str, known: &[&'static str]) -> Diagnostic {
    let mistake = Diagnostic::mistake(Code::UnknownWord, span, format!("unknown {what} `{word}`"));
    match nearest(word, known.iter().copied()) {
        Some(near) => mistake.help(did_you_mean(near)),
        None => mistake.help(format!("known here: {}", known.join(", "))),
    }
}

/// Whether a word is nearly, but not quite, another.
pub(super) fn is_misspelt(word: &str, meant: &str) -> bool {
    word != meant && nearest(word, [meant]).is_some()
}
