//! Reading the faults that a flow's calls meet.

use super::reader::Reader;
use crate::sandbox::fault::{Fault, FaultError, FaultWord, plain};
use crate::source::{Code, Diagnostic, Span};
use crate::yaml::{Kind, Mapping, Node};

/// Takes `faults:`, a list of texts (`503;rate=0.1`) and maps (`{ fault: 503, rate: 0.1 }`).
pub(super) fn read(reader: &mut Reader<'_>, map: &mut Mapping<'_>) -> Vec<Fault> {
    let list = reader.list(map, "faults").unwrap_or_default();
    let mut faults = Vec::with_capacity(list.len());
    for node in list {
        let Some(fault) = fault(reader, node) else { continue };
        let elsewhere = fault.on.iter().find(|operation| !operation.row().path.contains("{flow}"));
        if let Some(operation) = elsewhere {
            let message = format!("`{operation}` is about no flow, so that a flow's definition has no say in it");
            reader.report(
                Diagnostic::mistake(Code::BadFault, node.span, message)
                    .help("ask for it with the header `x-sandbox-fault`"),
            );
        }
        faults.push(fault);
    }
    faults
}

fn fault(reader: &mut Reader<'_>, node: &Node) -> Option<Fault> {
    if !matches!(node.kind, Kind::Map(_)) {
        let text = reader.text_of(node)?;
        return Fault::read(&text).map_err(|error| reader.report(mistake(error, |_| node.span))).ok();
    }
    let mut map = reader.map(node, "a fault, such as `{ fault: 503, rate: 0.1 }`")?;
    let name_node = map.take("fault");
    let Some(name_node) = name_node else {
        reader.report(
            Diagnostic::mistake(Code::MissingPart, node.span, "the fault has no name").help("such as `fault: 503`"),
        );
        return None;
    };
    let name = reader.text_of(name_node)?;
    let mut pairs = Vec::new();
    let mut places: Vec<(&str, Span, Span)> = Vec::new();
    for (key, key_node, value) in map.rest() {
        let text = match &value.kind {
            // Several operations may stand in a list.
            Kind::List(items) => items.iter().filter_map(|item| reader.text_of(item)).collect::<Vec<_>>().join("+"),
            _ => reader.text_of(value)?,
        };
        pairs.push((key.clone(), text));
        places.push((key, key_node.span, value.span));
    }
    let find = |key: &str| places.iter().find(|(known, ..)| plain(known) == plain(key));
    let place = |word: &FaultWord| match word {
        FaultWord::Name => name_node.span,
        FaultWord::Key(key) => find(key).map_or(name_node.span, |(_, key, _)| *key),
        FaultWord::Value(key) => find(key).map_or(name_node.span, |(.., value)| *value),
    };
    Fault::of(&name, &pairs).map_err(|error| reader.report(mistake(error, place))).ok()
}

fn mistake(error: FaultError, place: impl Fn(&FaultWord) -> Span) -> Diagnostic {
    Diagnostic::mistake(Code::BadFault, place(&error.word), error.message).maybe_help(error.help)
}
