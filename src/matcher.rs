//! Matchers: what a value in an answer may be asked to be.
//!
//! **A new matcher goes here, in one place:** a variant of [`Test`], its name and reader in [`MATCHERS`], its arms in
//! [`Matcher::try_map`] and in [`evaluate`], to which the compiler leads.
//!
//! A matcher is read with its templates ([`Matcher<Templated>`]), and judged once they are rendered
//! ([`Matcher<Literal>`]).

mod argument;
pub mod evaluate;
mod schema;

use serde_json::Value;

use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};
use crate::template::Templated;
use crate::yaml::{Kind, Node, Reading};
pub use argument::JSON_TYPES;
use argument::{
    Check, check_boolean, check_list, check_ordered, check_pair, check_regex, check_string, check_type, checked,
};
pub use schema::Schema;

/// A rendered value and the place where it was written.
#[derive(Debug, Clone)]
pub struct Literal {
    /// Where it stands.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// What a value is asked to be, and where that was written.
#[derive(Debug, Clone)]
pub struct Matcher<V> {
    /// The place the caret goes under when it does not hold.
    pub span: Span,
    /// What is asked.
    pub test: Test<V>,
}

/// One question to a value.
#[derive(Debug, Clone)]
pub enum Test<V> {
    /// Written without a matcher's name: equal, and refused against several nodes.
    Literal(V),
    /// Equal; numbers by value, strings never to numbers.
    Equals(V),
    /// The matcher inside does not hold.
    Not(Box<Matcher<V>>),
    /// A string has this part; a list this item; an object these members.
    Contains(V),
    /// A string matches this regular expression somewhere.
    Matches(V),
    /// Equal to one of a list.
    OneOf(V),
    /// Greater than.
    Gt(V),
    /// Greater than or equal.
    Gte(V),
    /// Less than.
    Lt(V),
    /// Less than or equal.
    Lte(V),
    /// From the first to the second, both included.
    Between(V),
    /// The count of characters, items or members is as the matcher inside says.
    Length(Box<Matcher<V>>),
    /// Of this JSON type.
    Type(V),
    /// There is a node, or there is none.
    Exists(V),
    /// Holds for every item.
    Every(Box<Matcher<V>>),
    /// Holds for one item at least.
    Any(Box<Matcher<V>>),
    /// All of these hold.
    AllOf(Vec<Matcher<V>>),
    /// The same items in whatever order.
    Unordered(V),
    /// A string begins so.
    StartsWith(V),
    /// A string ends so.
    EndsWith(V),
    /// Is a UUID, or is none.
    IsUuid(V),
    /// Is an ISO date or date-time, or is none.
    IsDate(V),
    /// Is valid against this JSON Schema.
    Schema(Schema),
}

type Reader = fn(&Node, &mut Reading<'_>) -> Option<Test<Templated>>;

/// Every matcher by its name, with what reads its argument.
pub const MATCHERS: &[(&str, Reader)] = &[
    ("equals", |node, reading| Some(Test::Equals(Templated::read(node, reading)))),
    ("not", |node, reading| Some(Test::Not(Box::new(Matcher::read(node, reading)?)))),
    ("contains", |node, reading| Some(Test::Contains(Templated::read(node, reading)))),
    ("matches", |node, reading| checked(node, reading, check_regex).map(Test::Matches)),
    ("one_of", |node, reading| checked(node, reading, check_list).map(Test::OneOf)),
    ("gt", |node, reading| checked(node, reading, check_ordered).map(Test::Gt)),
    ("gte", |node, reading| checked(node, reading, check_ordered).map(Test::Gte)),
    ("lt", |node, reading| checked(node, reading, check_ordered).map(Test::Lt)),
    ("lte", |node, reading| checked(node, reading, check_ordered).map(Test::Lte)),
    ("between", |node, reading| checked(node, reading, check_pair).map(Test::Between)),
    ("length", |node, reading| Some(Test::Length(Box::new(Matcher::read(node, reading)?)))),
    ("type", |node, reading| checked(node, reading, check_type).map(Test::Type)),
    ("exists", |node, reading| checked(node, reading, check_boolean).map(Test::Exists)),
    ("every", |node, reading| Some(Test::Every(Box::new(Matcher::read(node, reading)?)))),
    ("any", |node, reading| Some(Test::Any(Box::new(Matcher::read(node, reading)?)))),
    ("all_of", read_all_of),
    ("unordered", |node, reading| checked(node, reading, check_list).map(Test::Unordered)),
    ("starts_with", |node, reading| checked(node, reading, check_string).map(Test::StartsWith)),
    ("ends_with", |node, reading| checked(node, reading, check_string).map(Test::EndsWith)),
    ("is_uuid", |node, reading| checked(node, reading, check_boolean).map(Test::IsUuid)),
    ("is_date", |node, reading| checked(node, reading, check_boolean).map(Test::IsDate)),
    ("schema", |node, reading| schema::read(node, reading).map(Test::Schema)),
];

impl Matcher<Templated> {
    /// Reads a matcher: a map whose keys are matchers' names, or else a literal.
    ///
    /// A map with none of the names is a literal object, unless a key is so near to one that it must be misspelt.
    pub fn read(node: &Node, reading: &mut Reading<'_>) -> Option<Self> {
        let Kind::Map(entries) = &node.kind else { return Some(Matcher::literal(node, reading)) };
        let names = || MATCHERS.iter().map(|(name, _)| *name);
        let keys: Vec<(String, &Node, &Node)> =
            entries.iter().map(|(key, value)| (key.key_text(reading.sources), key, value)).collect();
        let known = keys.iter().filter(|(key, ..)| names().any(|name| name == key)).count();
        if known == 0 {
            let misspelt = keys.iter().find_map(|(key, at, _)| Some((key, at, nearest(key, names())?)));
            let Some((key, at, near)) = misspelt else { return Some(Matcher::literal(node, reading)) };
            reading.mistake(
                Diagnostic::mistake(Code::UnknownWord, at.span, format!("unknown matcher `{key}`"))
                    .help(format!("{} An object to be equal to is written under `equals:`", did_you_mean(near))),
            );
            return None;
        }
        let mut tests = Vec::new();
        for (key, at, value) in keys {
            match MATCHERS.iter().find(|(name, _)| *name == key) {
                Some((_, read)) => {
                    tests.extend(read(value, reading).map(|test| Matcher { span: at.span.to(value.span), test }))
                }
                None => {
                    let known: Vec<&'static str> = names().collect();
                    let mistake = crate::yaml::unknown_word(at.span, "matcher", &key, &known);
                    let near = mistake.help.clone().unwrap_or_default();
                    let more = if near.ends_with('?') { " An" } else { "; an" };
                    let help = format!("{near}{more} object to be equal to is written under `equals:`");
                    reading.mistake(mistake.help(help));
                }
            }
        }
        match tests.len() {
            0 => None,
            1 => tests.pop(),
            _ => Some(Matcher { span: node.span, test: Test::AllOf(tests) }),
        }
    }

    fn literal(node: &Node, reading: &mut Reading<'_>) -> Self {
        Matcher { span: node.span, test: Test::Literal(Templated::read(node, reading)) }
    }
}

impl<V> Matcher<V> {
    /// The same matcher over other values: its templates rendered, or its values looked at.
    pub fn try_map<W, E>(&self, map: &mut dyn FnMut(&V) -> Result<W, E>) -> Result<Matcher<W>, E> {
        let boxed = |inner: &Matcher<V>, map: &mut dyn FnMut(&V) -> Result<W, E>| inner.try_map(map).map(Box::new);
        let test = match &self.test {
            Test::Literal(value) => Test::Literal(map(value)?),
            Test::Equals(value) => Test::Equals(map(value)?),
            Test::Not(inner) => Test::Not(boxed(inner, map)?),
            Test::Contains(value) => Test::Contains(map(value)?),
            Test::Matches(value) => Test::Matches(map(value)?),
            Test::OneOf(value) => Test::OneOf(map(value)?),
            Test::Gt(value) => Test::Gt(map(value)?),
            Test::Gte(value) => Test::Gte(map(value)?),
            Test::Lt(value) => Test::Lt(map(value)?),
            Test::Lte(value) => Test::Lte(map(value)?),
            Test::Between(value) => Test::Between(map(value)?),
            Test::Length(inner) => Test::Length(boxed(inner, map)?),
            Test::Type(value) => Test::Type(map(value)?),
            Test::Exists(value) => Test::Exists(map(value)?),
            Test::Every(inner) => Test::Every(boxed(inner, map)?),
            Test::Any(inner) => Test::Any(boxed(inner, map)?),
            Test::AllOf(inner) => Test::AllOf(inner.iter().map(|inner| inner.try_map(map)).collect::<Result<_, E>>()?),
            Test::Unordered(value) => Test::Unordered(map(value)?),
            Test::StartsWith(value) => Test::StartsWith(map(value)?),
            Test::EndsWith(value) => Test::EndsWith(map(value)?),
            Test::IsUuid(value) => Test::IsUuid(map(value)?),
            Test::IsDate(value) => Test::IsDate(map(value)?),
            Test::Schema(schema) => Test::Schema(schema.clone()),
        };
        Ok(Matcher { span: self.span, test })
    }
}

impl Matcher<Literal> {
    /// Checks the arguments that templates gave, which could not be checked when they were read.
    ///
    /// # Errors
    ///
    /// The first that the matcher cannot take.
    pub fn check(&self) -> Result<(), Box<Diagnostic>> {
        let (value, check): (&Literal, Check) = match &self.test {
            Test::Matches(value) => (value, check_regex),
            Test::OneOf(value) | Test::Unordered(value) => (value, check_list),
            Test::Gt(value) | Test::Gte(value) | Test::Lt(value) | Test::Lte(value) => (value, check_ordered),
            Test::Between(value) => (value, check_pair),
            Test::Type(value) => (value, check_type),
            Test::Exists(value) | Test::IsUuid(value) | Test::IsDate(value) => (value, check_boolean),
            Test::StartsWith(value) | Test::EndsWith(value) => (value, check_string),
            Test::Not(inner) | Test::Length(inner) | Test::Every(inner) | Test::Any(inner) => return inner.check(),
            Test::AllOf(inner) => return inner.iter().try_for_each(Matcher::check),
            Test::Literal(_) | Test::Equals(_) | Test::Contains(_) | Test::Schema(_) => return Ok(()),
        };
        check(&value.value, value.span)
    }
}

fn read_all_of(node: &Node, reading: &mut Reading<'_>) -> Option<Test<Templated>> {
    let Kind::List(items) = &node.kind else {
        reading.wanted(node, "a list of matchers");
        return None;
    };
    if items.is_empty() {
        reading.mistake(
            Diagnostic::mistake(Code::ChecksNothing, node.span, "an empty list of matchers checks nothing")
                .help("write the matchers that must all hold, or leave `all_of` out"),
        );
        return None;
    }
    Some(Test::AllOf(items.iter().filter_map(|item| Matcher::read(item, reading)).collect()))
}
