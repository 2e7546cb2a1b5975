//! Reading a flow's nodes, before their names are followed.

use super::elements;
use super::expression::Expression;
use super::ident::{Ids, snake_case};
use super::model::{Branch, Ending, Form, Next, Node, NodeKind, Verdict};
use super::reader::{Ask, Reader};
use super::service::SERVICE_TYPES;
use super::services::{interactive, service};
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};
use crate::yaml::{self, Kind, Mapping};

/// The key that says what a node is, by which it also gets its name.
const KINDS: [&str; 7] = ["form", "service", "interactive", "condition", "accept", "reject", "end"];
/// What `next: end` means, unless a node has that name.
pub(super) const END: &str = "end";

/// A node whose ways still lead to names.
pub(super) struct Draft {
    pub(super) node: Node,
    /// Where its name stands.
    pub(super) span: Span,
    pub(super) next: Way,
    /// For a condition.
    pub(super) then: Way,
    /// What its expressions ask for.
    pub(super) asks: Vec<Ask>,
}

/// Where a way leads, as the author wrote it.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// To the node that follows in the file.
    Following,
    /// To END.
    End,
    /// To the node of this name.
    To(String, Span),
}

/// Reads one node.
pub(super) fn read(reader: &mut Reader<'_>, ids: &Ids, node: &yaml::Node) -> Option<Draft> {
    let mut map = reader.map(node, "a node such as `form: personal`")?;
    let mut found =
        KINDS.iter().filter_map(|kind| map.take_entry(kind).map(|entry| (*kind, entry))).collect::<Vec<_>>();
    if found.len() != 1 {
        reader.report(kind_mistake(&map, node.span, &found));
        return None;
    }
    let (kind, (key_node, name_node)) = found.remove(0);
    let (name, span) = match &name_node.kind {
        Kind::Null => (kind.to_owned(), key_node.span),
        _ => (reader.text_of(name_node)?, name_node.span),
    };
    if snake_case(&name).is_empty() {
        reader.report(
            Diagnostic::mistake(Code::BadFlowName, span, "the node's name has neither letter nor digit")
                .help("expressions call it by them: give it a name such as `form: personal`"),
        );
    }
    let mut asks = Vec::new();
    let mut then = Way::Following;
    let mut next = None;
    let kind = match kind {
        "form" => Some(NodeKind::Form(form(reader, &mut map, ids, &name))),
        "service" => Some(NodeKind::Service(service(reader, &mut map, &SERVICE_TYPES, span, &mut asks))),
        "interactive" => interactive(reader, &mut map, ids, &name, span, &mut asks).map(NodeKind::Interactive),
        "condition" => {
            let (when, ways) = condition(reader, &mut map, span, &mut asks);
            then = ways.0;
            next = Some(ways.1);
            when.map(|when| NodeKind::Condition(Branch { when, then: Next::End }))
        }
        "accept" | "reject" => {
            next = Some(Way::End);
            Some(NodeKind::Verdict(if kind == "accept" { Verdict::Accept } else { Verdict::Reject }))
        }
        _ => Some(NodeKind::End(Ending {
            text: reader.text(&mut map, "text").unwrap_or_else(|| super::model::END_TEXT.to_owned()),
            redirect_url: reader.text(&mut map, "redirect_url"),
        })),
    };
    let title = reader.text(&mut map, "title").unwrap_or_else(|| name.clone());
    let goes_on = !matches!(kind, Some(NodeKind::Condition(_) | NodeKind::End(_)));
    if goes_on && let Some(written) = way(reader, &mut map, "next") {
        next = Some(written);
    }
    reader.close(map);
    let kind = kind?;
    let node =
        Node { key: snake_case(&name), id: ids.id(&["node", &name]), title, kind, next: Next::End, name: name.into() };
    Some(Draft { node, span, next: next.unwrap_or(Way::Following), then, asks })
}

type Found<'n> = (&'static str, (&'n yaml::Node, &'n yaml::Node));

fn kind_mistake(map: &Mapping<'_>, span: Span, found: &[Found<'_>]) -> Diagnostic {
    if let [first, second, ..] = found {
        return Diagnostic::mistake(
            Code::OneNodeKind,
            second.1.0.span,
            format!("the node is both `{}` and `{}`", first.0, second.0),
        )
        .related(first.1.0.span, "and this")
        .help("write one node for each");
    }
    let near = map.rest().iter().find_map(|(name, key, _)| Some((key.span, name, nearest(name, KINDS)?)));
    match near {
        Some((span, name, kind)) => {
            Diagnostic::mistake(Code::UnknownWord, span, format!("unknown node kind `{name}`")).help(did_you_mean(kind))
        }
        None => Diagnostic::mistake(Code::OneNodeKind, span, "the node does not say what it is")
            .help(format!("give it a name under one of: {}", KINDS.join(", "))),
    }
}

fn way(reader: &mut Reader<'_>, map: &mut Mapping<'_>, key: &'static str) -> Option<Way> {
    let node = map.take(key)?;
    reader.text_of(node).map(|name| Way::To(name, node.span))
}

fn form(reader: &mut Reader<'_>, map: &mut Mapping<'_>, ids: &Ids, name: &str) -> Form {
    let subtitle = reader.text(map, "subtitle");
    let elements = reader.list(map, "elements").unwrap_or_default();
    Form { subtitle, elements: elements::read(reader, ids, name, elements), texts: Vec::new() }
}

fn condition(
    reader: &mut Reader<'_>,
    map: &mut Mapping<'_>,
    span: Span,
    asks: &mut Vec<Ask>,
) -> (Option<Expression>, (Way, Way)) {
    // Taken first: `then` is nearly `when`.
    let then = way(reader, map, "then");
    let otherwise = way(reader, map, "else");
    let before = reader.mistakes.len();
    let when = reader.ask(map, "when", &[], asks);
    if when.is_none() && reader.mistakes.len() == before && !map.nearly_has("when") {
        reader.report(
            Diagnostic::mistake(Code::MissingPart, span, "the condition has no `when`")
                .help("such as `when: person_match.match`"),
        );
    }
    if then.is_none() && otherwise.is_none() {
        reader.report(
            Diagnostic::mistake(Code::MissingPart, span, "the condition leads nowhere")
                .help("add `then:` or `else:`, or both"),
        );
    }
    (when, (then.unwrap_or(Way::Following), otherwise.unwrap_or(Way::Following)))
}
