//! Reading what an applicant has to do at an interactive service.

use serde_json::Value;

use super::elements::{all_extensions, extensions};
use super::ident::Ids;
use super::nodes::{Ask, ask, service};
use super::reader::Reader;
use super::service::{INTERACTIVE_TYPES, Interactive, Offer, Task, TaskKind};
use crate::source::{Diagnostic, Span};
use crate::yaml::{Mapping, Node};

/// The code that a text message holds where the definition does not say.
const CODE: &str = "000000";

/// The keys of a business, with their names on the wire.
const BUSINESS: [(&str, &str); 4] =
    [("name", "name"), ("registration_number", "registrationNumber"), ("country", "country"), ("address", "address")];

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
            Task::Search { businesses, finds: ask(reader, map, "finds", &["attempt", "business"], asks) }
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
            let mistake = Diagnostic::new(item.span, "the business has no name");
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
