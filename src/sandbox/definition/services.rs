//! Reading services: what they do, and what an applicant has to do at those that are interactive.

use std::time::Duration;

use serde_json::Value;

use super::elements::{all_extensions, extensions};
use super::ident::Ids;
use super::reader::{Ask, Reader};
use super::service::{BUSINESS, Failure, INTERACTIVE_TYPES, Interactive, Offer, Service, Task, TaskKind};
use crate::api::codes;
use crate::source::{Code, Diagnostic, Span};
use crate::yaml::{Kind, Mapping, Node};

/// The code that a text message holds where the definition does not say.
const CODE: &str = "000000";

/// Takes the keys that every service has.
pub(super) fn service(
    reader: &mut Reader<'_>,
    map: &mut Mapping<'_>,
    known: &[&'static str],
    span: Span,
    asks: &mut Vec<Ask>,
) -> Service {
    let service_type = match map.take("type") {
        Some(node) => reader.word(node, "service type", known).unwrap_or_default(),
        None if map.nearly_has("type") => "",
        None => {
            let example = known.first().copied().unwrap_or_default();
            reader.report(
                Diagnostic::mistake(Code::MissingPart, span, "the service has no type")
                    .help(format!("such as `type: {example}`")),
            );
            ""
        }
    };
    Service {
        service_type: service_type.to_owned(),
        takes: reader.time(map, "takes").unwrap_or(Duration::ZERO),
        matches: reader.ask(map, "match", &["attempt"], asks),
        fails: failures(reader, map, asks),
    }
}

/// `fails: 4009`, `fails: { code: 4009, when: attempt == 1 }`, or a list of such.
fn failures(reader: &mut Reader<'_>, map: &mut Mapping<'_>, asks: &mut Vec<Ask>) -> Vec<Failure> {
    let Some(node) = map.take("fails") else { return Vec::new() };
    match &node.kind {
        Kind::List(items) => items.iter().filter_map(|item| failure(reader, item, asks)).collect(),
        _ => failure(reader, node, asks).into_iter().collect(),
    }
}

fn failure(reader: &mut Reader<'_>, node: &Node, asks: &mut Vec<Ask>) -> Option<Failure> {
    if !matches!(node.kind, Kind::Map(_)) {
        return Some(Failure { code: error_code(reader, node)?, when: None });
    }
    let mut fails = reader.map(node, "an error code")?;
    let code = fails.take("code");
    let when = reader.ask(&mut fails, "when", &["attempt"], asks);
    reader.close(fails);
    let Some(code) = code else {
        reader.report(
            Diagnostic::mistake(Code::MissingPart, node.span, "the failure has no code").help("such as `code: 4009`"),
        );
        return None;
    };
    Some(Failure { code: error_code(reader, code)?, when })
}

fn error_code(reader: &mut Reader<'_>, node: &Node) -> Option<u16> {
    let number = match &node.kind {
        Kind::Number(number) => number.as_i64(),
        _ => None,
    };
    let row = number.and_then(codes::lookup);
    if row.is_none() {
        let known: Vec<String> = codes::CODES.iter().map(|row| row.number.to_string()).collect();
        reader.report(
            Diagnostic::mistake(
                Code::NotOfTheApi,
                node.span,
                format!("{} is no error code of the API", node.describe()),
            )
            .help(format!("known here: {}", known.join(", "))),
        );
    }
    row.map(|row| row.number)
}

/// Reads the keys of the interactive service `name`.
pub(super) fn interactive(
    reader: &mut Reader<'_>,
    map: &mut Mapping<'_>,
    ids: &Ids,
    name: &str,
    span: Span,
    asks: &mut Vec<Ask>,
) -> Option<Interactive> {
    let known: Vec<&'static str> = INTERACTIVE_TYPES.iter().map(|kind| kind.name).collect();
    let service = service(reader, map, &known, span, asks);
    let kind = INTERACTIVE_TYPES.iter().find(|kind| kind.name == service.service_type);
    let reenter = reader.flag(map, "reenter");
    let kind = kind?;
    let task = match kind.task {
        TaskKind::Capture => Task::Capture,
        TaskKind::Code => Task::Code(reader.text(map, "code").unwrap_or_else(|| CODE.to_owned())),
        TaskKind::Search => {
            let list = reader.list(map, "businesses");
            let businesses =
                list.map(|list| list.iter().filter_map(|item| business(reader, ids, name, item)).collect());
            Task::Search { businesses, finds: reader.ask(map, "finds", &["attempt", "business"], asks) }
        }
        TaskKind::Identify => {
            let providers = reader.list(map, "providers").unwrap_or_default();
            Task::Identify(providers.iter().filter_map(|provider| reader.text_of(provider)).collect())
        }
        TaskKind::Read => {
            let accept = map.take("files").map(|node| extensions(reader, node));
            let accepts_less = accept.is_some();
            Task::Read { accept: accept.unwrap_or_else(all_extensions), accepts_less, reads: reads(reader, map) }
        }
        TaskKind::Connect => Task::Connect,
    };
    Some(Interactive { service, kind, reenter: reenter.unwrap_or(kind.reenter), task })
}

fn business(reader: &mut Reader<'_>, ids: &Ids, node: &str, item: &Node) -> Option<Offer> {
    let mut map = reader.map(item, "a business, such as `{ name: Analytical Engines Ltd, country: GB }`")?;
    let texts: Vec<(&str, Option<String>)> =
        BUSINESS.iter().map(|(key, wire)| (*wire, reader.text(&mut map, key))).collect();
    let misspelt = map.nearly_has("name");
    reader.close(map);
    let text = |wanted: &str| texts.iter().find(|(wire, _)| *wire == wanted).and_then(|(_, text)| text.clone());
    let Some(name) = text("name") else {
        if !misspelt {
            let mistake = Diagnostic::mistake(Code::MissingPart, item.span, "the business has no name");
            reader.report(mistake.help("such as `name: Analytical Engines`"));
        }
        return None;
    };
    let number = text("registrationNumber");
    let id = ids.id(&["business", node, &name, number.as_deref().unwrap_or_default()]);
    let given = || BUSINESS.iter().zip(&texts).filter_map(|(names, (_, text))| Some((names, text.as_deref()?)));
    let shown = given().map(|((_, wire), text)| ((*wire).to_owned(), Value::from(text)));
    let json = std::iter::once(("id".to_owned(), Value::from(id.as_str()))).chain(shown).collect();
    let seen = given().map(|((key, _), text)| ((*key).to_owned(), Value::from(text))).collect();
    let keys = [Some(id), Some(name), number].into_iter().flatten().collect();
    Some(Offer { json: Value::Object(json), seen: Value::Object(seen), keys })
}

/// What a document is read as: a map from role, normalised name or label to text.
fn reads(reader: &mut Reader<'_>, map: &mut Mapping<'_>) -> Vec<(String, String)> {
    let Some(node) = map.take("reads") else { return Vec::new() };
    let Some(read) = reader.map(node, "a map from field to text, such as `{ first_name: Ada }`") else {
        return Vec::new();
    };
    read.rest().iter().filter_map(|(field, _, value)| Some((field.clone(), reader.text_of(value)?))).collect()
}
