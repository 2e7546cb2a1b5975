//! Reading a form's elements.

use indexmap::IndexMap;
use jiff::civil::Date;
use serde_json::{Number, Value};

use super::ident::{Ids, snake_case};
use super::model::{DateFormat, FormElement, Rules};
use super::reader::Reader;
use crate::api::element::{ElementType, TYPES};
use crate::api::file::FILE_TYPES;
use crate::api::pattern::Pattern;
use crate::api::wire::{Condition, OPERATORS, Operator, Rule};
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};
use crate::yaml::{BrokenPattern, Kind, Mapping, Node, broken_pattern, not_wanted};

/// Whatever the API accepts.
pub(super) fn all_extensions() -> Vec<String> {
    FILE_TYPES.map(|(extension, _)| extension.to_owned()).to_vec()
}

/// An element whose condition still speaks of names.
struct Draft<'n> {
    element: FormElement,
    span: Span,
    condition: Option<&'n Node>,
}

/// Reads the elements of the form `form`.
pub(super) fn read(reader: &mut Reader<'_>, ids: &Ids, form: &str, nodes: &[Node]) -> Vec<FormElement> {
    let mut drafts: Vec<Draft<'_>> = Vec::new();
    for node in nodes {
        let Some(draft) = element(reader, ids, form, node) else { continue };
        if let Some(twin) = drafts.iter().find(|other| other.element.key == draft.element.key) {
            let mistake = Diagnostic::mistake(
                Code::NameTwice,
                draft.span,
                format!("the element `{}` is there twice", draft.element.name),
            )
            .related(twin.span, "the first one")
            .help("values are told apart by the element's name: give each its own");
            reader.report(mistake);
        }
        drafts.push(draft);
    }
    let conditions: Vec<Option<Condition>> = (0..drafts.len())
        .map(|at| drafts[at].condition.and_then(|node| condition(reader, node, at, &drafts)))
        .collect();
    let attach = |(draft, condition): (Draft<'_>, Option<Condition>)| FormElement { condition, ..draft.element };
    drafts.into_iter().zip(conditions).map(attach).collect()
}

fn element<'n>(reader: &mut Reader<'_>, ids: &Ids, form: &str, node: &'n Node) -> Option<Draft<'n>> {
    let mut map = reader.map(node, "an element such as `{ name: First name, type: text }`")?;
    let name_node = map.take("name");
    let span = name_node.map_or(node.span, |name| name.span);
    let name = name_node.and_then(|name| reader.text_of(name)).filter(|name| !name.trim().is_empty());
    if name.is_none() {
        reader.report(
            Diagnostic::mistake(Code::MissingPart, span, "the element has no name")
                .help("give it the label that applicants see: `name: First name`"),
        );
    }
    let name = name.unwrap_or_default();
    let kind = element_type(reader, &mut map, span);
    let condition = map.take("condition");
    let options = options(reader, &mut map, kind, span);
    let value = map.take("value").map(|value| filled_in(reader, value, kind, &options));
    let element = FormElement {
        id: ids.id(&["element", form, &name]),
        key: snake_case(&name),
        role: reader.text(&mut map, "role"),
        normalized_name: reader.text(&mut map, "normalized_name"),
        kind,
        rules: rules(reader, &mut map, kind),
        options,
        tooltip: reader.text(&mut map, "tooltip"),
        tooltip_by_country: by_country(reader, &mut map),
        placeholder: reader.text(&mut map, "placeholder"),
        value,
        content: reader.text(&mut map, "content"),
        date_format: date_format(reader, &mut map, kind),
        condition: None,
        name: name.into(),
    };
    reader.close(map);
    Some(Draft { element, span, condition })
}

fn element_type(reader: &mut Reader<'_>, map: &mut Mapping<'_>, span: Span) -> ElementType {
    let Some(node) = map.take("type") else {
        reader.report(
            Diagnostic::mistake(Code::MissingPart, span, "the element has no type").help("such as `type: text`"),
        );
        return ElementType::Text;
    };
    let written = reader.text_of(node).unwrap_or_default();
    match ElementType::from_wire(&written) {
        ElementType::Unknown => {
            let known: Vec<&'static str> = TYPES.iter().map(|(_, wire, ..)| *wire).collect();
            reader.word(node, "element type", &known);
            ElementType::Unknown
        }
        kind => kind,
    }
}

/// Takes a key that means something for some types only.
fn only_for<'n>(
    reader: &mut Reader<'_>,
    map: &mut Mapping<'n>,
    key: &'static str,
    kind: ElementType,
    kinds: &[ElementType],
) -> Option<&'n Node> {
    let (key_node, value) = map.take_entry(key)?;
    if kinds.contains(&kind) {
        return Some(value);
    }
    if kind == ElementType::Unknown {
        // The type is the mistake; what hangs on it is none.
        return None;
    }
    let names: Vec<&str> = kinds.iter().map(|kind| kind.wire_name()).collect();
    reader.report(
        Diagnostic::mistake(
            Code::OtherType,
            key_node.span,
            format!("`{key}` means nothing for the type `{}`", kind.wire_name()),
        )
        .help(format!("it is for {}", names.join(", "))),
    );
    None
}

fn rules(reader: &mut Reader<'_>, map: &mut Mapping<'_>, kind: ElementType) -> Rules {
    use ElementType::{Date as DateType, File, Number as NumberType, Text};
    let mut rules = Rules { required: reader.flag(map, "required").unwrap_or(false), ..Rules::default() };
    let bounds = [
        only_for(reader, map, "min", kind, &[NumberType, DateType]),
        only_for(reader, map, "max", kind, &[NumberType, DateType]),
    ];
    let place = bounds.iter().flatten().last().map(|node| node.span);
    if kind == DateType {
        [rules.first, rules.last] = bounds.map(|node| node.and_then(|node| date(reader, node)));
    } else {
        [rules.min, rules.max] = bounds.map(|node| node.and_then(|node| number(reader, node)));
    }
    let lengths =
        [only_for(reader, map, "min_length", kind, &[Text]), only_for(reader, map, "max_length", kind, &[Text])];
    let length_place = lengths.iter().flatten().last().map(|node| node.span);
    [rules.min_length, rules.max_length] = lengths.map(|node| node.and_then(|node| reader.length_of(node)));
    rules.pattern = only_for(reader, map, "pattern", kind, &[Text]).and_then(|node| pattern(reader, node));
    if let Some(node) = only_for(reader, map, "accept", kind, &[File]) {
        rules.accept = extensions(reader, node);
        rules.accepts_less = true;
    } else if kind == File {
        rules.accept = all_extensions();
    }
    let numbers = |number: &Option<Number>| number.as_ref().and_then(Number::as_f64);
    let crossed = matches!((numbers(&rules.min), numbers(&rules.max)), (Some(min), Some(max)) if min > max)
        || matches!((rules.first, rules.last), (Some(first), Some(last)) if first > last);
    let lengths_crossed = matches!((rules.min_length, rules.max_length), (Some(min), Some(max)) if min > max);
    for place in [place.filter(|_| crossed), length_place.filter(|_| lengths_crossed)].into_iter().flatten() {
        let message = "the minimum is greater than the maximum, so that no value is valid";
        reader.report(Diagnostic::mistake(Code::CrossedBounds, place, message).help("swap the two"));
    }
    rules
}

fn number(reader: &mut Reader<'_>, node: &Node) -> Option<Number> {
    match &node.kind {
        Kind::Number(number) => Some(number.clone()),
        _ => {
            reader.wanted(node, "a number");
            None
        }
    }
}

fn date(reader: &mut Reader<'_>, node: &Node) -> Option<Date> {
    let date = node.as_str().and_then(|text| text.parse().ok());
    if date.is_none() {
        reader.report(not_wanted(node, "a date").help("write it as `1990-12-31`"));
    }
    date
}

fn pattern(reader: &mut Reader<'_>, node: &Node) -> Option<Pattern> {
    let text = reader.text_of(node)?;
    match Pattern::read(&text) {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let broken = broken_pattern(&text)
                .unwrap_or_else(|| BrokenPattern { part: 0..text.len(), reason: error.to_string() });
            let place = node.part(reader.sources, broken.part.clone());
            reader.report(broken.mistake(place));
            None
        }
    }
}

/// Reads a list of file types.
pub(super) fn extensions(reader: &mut Reader<'_>, node: &Node) -> Vec<String> {
    let Kind::List(items) = &node.kind else {
        reader.wanted(node, "a list of file types");
        return Vec::new();
    };
    let known = FILE_TYPES.map(|(extension, _)| extension);
    items.iter().filter_map(|item| reader.word(item, "file type", &known)).map(str::to_owned).collect()
}

fn options(reader: &mut Reader<'_>, map: &mut Mapping<'_>, kind: ElementType, element: Span) -> Vec<(String, String)> {
    use ElementType::{CheckboxGroup, CountrySelect, Dropdown};
    let choice = matches!(kind, Dropdown | CheckboxGroup);
    let Some(node) = only_for(reader, map, "options", kind, &[Dropdown, CheckboxGroup, CountrySelect]) else {
        if choice {
            reader.report(nothing_to_choose(element));
        }
        return Vec::new();
    };
    let Kind::List(items) = &node.kind else {
        reader.wanted(node, "a list of options");
        return Vec::new();
    };
    if items.is_empty() {
        reader.report(nothing_to_choose(node.span));
    }
    let mut options: Vec<(String, String)> = Vec::with_capacity(items.len());
    let mut places: Vec<Span> = Vec::with_capacity(items.len());
    for item in items {
        let Some(option) = option(reader, item) else { continue };
        if let Some(first) = options.iter().position(|(value, _)| *value == option.0) {
            let mistake =
                Diagnostic::mistake(Code::NameTwice, item.span, format!("the option `{}` is there twice", option.0));
            reader.report(mistake.related(places[first], "the first one").help("keep one of the two"));
        }
        places.push(item.span);
        options.push(option);
    }
    options
}

fn nothing_to_choose(span: Span) -> Diagnostic {
    Diagnostic::mistake(Code::NothingToChoose, span, "there is nothing to choose from")
        .help("add `options: [first, second]`")
}

/// What an element comes filled in with, which must be of its type and among its options.
fn filled_in(reader: &mut Reader<'_>, node: &Node, kind: ElementType, options: &[(String, String)]) -> Value {
    use ElementType::{Checkbox, CheckboxGroup, CountrySelect, Dropdown, Number as NumberType};
    let value = node.to_json(reader.sources);
    let offered = |value: &Value| value.as_str().is_some_and(|text| options.iter().any(|(offer, _)| offer == text));
    let wanted = match kind {
        NumberType if !value.is_number() => "a number",
        Checkbox if !value.is_boolean() => "`true` or `false`",
        Dropdown if !offered(&value) => "one of the options",
        CountrySelect if !options.is_empty() && !offered(&value) => "one of the options",
        CheckboxGroup if !value.as_array().is_some_and(|items| items.iter().all(offered)) => "a list of options",
        _ => return value,
    };
    reader.wanted(node, wanted);
    value
}

/// An option: a text, or a map of `value` and `label`.
fn option(reader: &mut Reader<'_>, node: &Node) -> Option<(String, String)> {
    if !matches!(node.kind, Kind::Map(_)) {
        let text = reader.text_of(node)?;
        return Some((text.clone(), text));
    }
    let mut map = reader.map(node, "an option")?;
    let value = reader.text(&mut map, "value");
    let label = reader.text(&mut map, "label");
    reader.close(map);
    let Some(value) = value else {
        reader.report(
            Diagnostic::mistake(Code::MissingPart, node.span, "the option has no value")
                .help("such as `{ value: CA, label: Canada }`"),
        );
        return None;
    };
    Some((value.clone(), label.unwrap_or(value)))
}

fn by_country(reader: &mut Reader<'_>, map: &mut Mapping<'_>) -> IndexMap<String, String> {
    let mut tooltips = IndexMap::new();
    let Some(node) = map.take("tooltip_by_country") else { return tooltips };
    let Some(countries) = reader.map(node, "a map from country to tooltip") else { return tooltips };
    for (country, key, value) in countries.rest() {
        if !is_country(country) {
            let mistake =
                Diagnostic::mistake(Code::NotOfTheApi, key.span, format!("`{country}` is not a country's code"))
                    .help("a country is written by its two letters such as `CA`");
            reader.report(mistake);
        }
        if let Some(text) = reader.text_of(value) {
            tooltips.insert(country.clone(), text);
        }
    }
    tooltips
}

/// Whether a text has the form of a country's code: two capital letters.
pub(in crate::sandbox) fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn date_format(reader: &mut Reader<'_>, map: &mut Mapping<'_>, kind: ElementType) -> Option<DateFormat> {
    let node = only_for(reader, map, "date_format", kind, &[ElementType::Date])?;
    let written = reader.text_of(node)?;
    let upper = written.to_ascii_uppercase();
    let whole = ["YYYY", "MM", "DD"].iter().all(|part| upper.matches(part).count() == 1);
    if !whole || written.contains('%') {
        reader.report(
            Diagnostic::mistake(Code::NotOfTheApi, node.span, format!("`{written}` is not a way to write a date"))
                .help("it has `YYYY`, `MM` and `DD` once each, such as `DD/MM/YYYY`"),
        );
        return None;
    }
    let strptime = upper.replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d");
    Some(DateFormat { written, strptime })
}

/// Reads `{ element: Country, equals: CA }`, or a list of such under `all` or `any`.
fn condition(reader: &mut Reader<'_>, node: &Node, own: usize, drafts: &[Draft<'_>]) -> Option<Condition> {
    let mut map = reader.map(node, "a condition such as `{ element: Country, equals: CA }`")?;
    for (key, any) in [("all", false), ("any", true)] {
        let Some(list) = reader.list(&mut map, key) else { continue };
        let rules = list.iter().filter_map(|item| {
            let mut map = reader.map(item, "a rule such as `{ element: Country, equals: CA }`")?;
            let rule = rule(reader, &mut map, own, drafts);
            reader.close(map);
            rule
        });
        let rules = rules.collect();
        reader.close(map);
        return Some(Condition { any, rules });
    }
    let rule = rule(reader, &mut map, own, drafts);
    reader.close(map);
    Some(Condition { any: false, rules: vec![rule?] })
}

fn rule(reader: &mut Reader<'_>, map: &mut Mapping<'_>, own: usize, drafts: &[Draft<'_>]) -> Option<Rule> {
    let mut comparison = None;
    for (operator, key, _) in OPERATORS {
        if let Some(value) = map.take(key) {
            comparison = Some((operator, value.to_json(reader.sources), value.span));
        }
    }
    let Some(node) = map.take("element") else {
        reader.report(
            Diagnostic::mistake(Code::BadCondition, map.span, "the condition names no element")
                .help("such as `element: Country`"),
        );
        return None;
    };
    let wanted = reader.text_of(node)?;
    let found = drafts.iter().position(|draft| draft.element.answers_to(&wanted));
    let Some(at) = found.filter(|at| *at != own) else {
        let mistake = if found == Some(own) {
            Diagnostic::mistake(Code::BadCondition, node.span, "the element's condition asks for the element itself")
                .help("name another element of the form, by its label or its role")
        } else {
            let names: Vec<&str> = drafts.iter().map(|draft| &*draft.element.name).collect();
            let near = nearest(&wanted, names.iter().copied()).map(did_you_mean);
            Diagnostic::mistake(Code::BadCondition, node.span, format!("this form has no element `{wanted}`"))
                .help(near.unwrap_or_else(|| format!("it has: {}", names.join(", "))))
        };
        reader.report(mistake);
        return None;
    };
    if let Some((Operator::Equals | Operator::NotEquals | Operator::In, value, place)) = &comparison {
        among_options(reader, &drafts[at].element, value, *place);
    }
    let (operator, value, _) = comparison.unwrap_or((Operator::Filled, Value::Bool(true), node.span));
    Some(Rule { element: drafts[at].element.id.clone(), operator, value })
}

/// Notes values of a condition that nobody can choose.
fn among_options(reader: &mut Reader<'_>, element: &FormElement, value: &Value, place: Span) {
    if element.options.is_empty() {
        return;
    }
    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for wanted in values.iter().map(text).filter(|text| !element.options.iter().any(|(offer, _)| offer == text)) {
        let offers = || element.options.iter().map(|(offer, _)| offer.as_str());
        let labelled = element.options.iter().find(|(_, label)| *label == wanted).map(|(offer, _)| offer.as_str());
        let help = match labelled.or_else(|| nearest(&wanted, offers())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its options are {}", offers().collect::<Vec<_>>().join(", ")),
        };
        let message = format!("`{}` has no option `{wanted}`", element.name);
        reader.report(Diagnostic::mistake(Code::BadCondition, reader.sources.word(place, &wanted), message).help(help));
    }
}

impl FormElement {
    /// Whether a definition means this element by a name: its role, its normalised name or its label, in any case.
    pub(in crate::sandbox) fn answers_to(&self, name: &str) -> bool {
        let is = |own: &str| own.eq_ignore_ascii_case(name);
        self.role.as_deref().is_some_and(is)
            || self.normalized_name.as_deref().is_some_and(is)
            || is(&self.name)
            || self.key == snake_case(name)
    }
}
