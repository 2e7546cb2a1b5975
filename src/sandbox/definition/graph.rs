//! Following names: every way leads to a node, every expression asks for something that exists, and no circle runs on
//! without the applicant.

use super::model::{Next, Node, NodeKind};
use super::nodes::{Draft, END, Way};
use super::reader::{Ask, Reader};
use super::service::BUSINESS;
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};

/// Makes nodes of the drafts, which are `sound` where nothing was wrong with them.
pub(super) fn connect(reader: &mut Reader<'_>, drafts: Vec<Draft>, sound: bool) -> Vec<Node> {
    let names: Vec<(String, String, Span)> =
        drafts.iter().map(|draft| (draft.node.name.to_string(), draft.node.key.clone(), draft.span)).collect();
    let before = reader.mistakes.len();
    duplicates(reader, &names);
    for draft in &drafts {
        for ask in &draft.asks {
            for name in &ask.names {
                expression_name(reader, name, ask, &drafts);
            }
        }
    }
    let spans: Vec<Span> = drafts.iter().map(|draft| draft.span).collect();
    let mut nodes = Vec::with_capacity(drafts.len());
    for (at, draft) in drafts.into_iter().enumerate() {
        let mut node = draft.node;
        node.next = follow(reader, &draft.next, at, &names);
        if let NodeKind::Condition(branch) = &mut node.kind {
            branch.then = follow(reader, &draft.then, at, &names);
        }
        nodes.push(node);
    }
    if let Some(at) = circle(&nodes) {
        reader.report(
            Diagnostic::mistake(
                Code::EndlessCircle,
                spans[at],
                "the flow runs in circles here without ever waiting for the applicant",
            )
            .help("put a form into the circle, or lead one of its conditions out of it"),
        );
    }
    // A name that leads nowhere, or a key that was misspelt, may be the way that is missing.
    if sound && reader.mistakes.len() == before {
        unreachable(reader, &nodes, &spans);
    }
    nodes
}

/// Reports the nodes that no way leads to from the root; of those that lead to each other, the first.
fn unreachable(reader: &mut Reader<'_>, nodes: &[Node], spans: &[Span]) {
    let mut reached = vec![false; nodes.len()];
    reach(nodes, 0, &mut reached);
    // A node that another leads to is told of with that; what is left then are circles.
    let led_to = |at: usize, reached: &[bool]| {
        let others = nodes.iter().enumerate().filter(|(other, _)| *other != at && !reached[*other]);
        others.flat_map(|(_, node)| ways(node)).any(|way| way == Next::Node(at))
    };
    let mut heads: Vec<usize> = Vec::new();
    for only_heads in [true, false] {
        for at in 0..nodes.len() {
            if reached[at] || (only_heads && led_to(at, &reached)) {
                continue;
            }
            heads.push(at);
            reach(nodes, at, &mut reached);
        }
    }
    for at in heads {
        reader.report(
            Diagnostic::mistake(
                Code::UnreachableNode,
                spans[at],
                format!("no way leads to the node `{}`", nodes[at].name),
            )
            .help("lead to it with `next`, `then` or `else` of another node, or take it out"),
        );
    }
}

/// Notes what can be reached from a node, itself included.
fn reach(nodes: &[Node], from: usize, reached: &mut [bool]) {
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        let new = reached.get_mut(at).is_some_and(|seen| !std::mem::replace(seen, true));
        if new {
            open.extend(ways(&nodes[at]).filter_map(|way| if let Next::Node(to) = way { Some(to) } else { None }));
        }
    }
}

/// The ways that lead on from a node.
fn ways(node: &Node) -> impl Iterator<Item = Next> {
    let then = if let NodeKind::Condition(branch) = &node.kind { Some(branch.then) } else { None };
    let next = (!matches!(node.kind, NodeKind::End(_))).then_some(node.next);
    [then, next].into_iter().flatten()
}

fn duplicates(reader: &mut Reader<'_>, names: &[(String, String, Span)]) {
    for (at, (name, key, span)) in names.iter().enumerate() {
        if let Some((_, _, first)) = names[..at].iter().find(|(_, other, _)| other == key) {
            reader.report(
                Diagnostic::mistake(Code::NameTwice, *span, format!("the node `{name}` is there twice"))
                    .related(*first, "the first one")
                    .help(format!("expressions call it `{key}`: give each node a name of its own")),
            );
        }
    }
}

fn follow(reader: &mut Reader<'_>, way: &Way, at: usize, names: &[(String, String, Span)]) -> Next {
    let (name, span) = match way {
        Way::End => return Next::End,
        Way::Following if at + 1 < names.len() => return Next::Node(at + 1),
        Way::Following => return Next::End,
        Way::To(name, span) => (name, *span),
    };
    if let Some(to) = names.iter().position(|(other, _, _)| other == name) {
        return Next::Node(to);
    }
    if name.eq_ignore_ascii_case(END) {
        return Next::End;
    }
    let known = || names.iter().map(|(other, _, _)| other.as_str()).chain([END]);
    let help = nearest(name, known())
        .map(did_you_mean)
        .unwrap_or_else(|| format!("the nodes are {}", known().collect::<Vec<_>>().join(", ")));
    reader.report(Diagnostic::mistake(Code::NoNode, span, format!("there is no node `{name}`")).help(help));
    Next::End
}

/// Checks `node`, `node.field` and what is below, as an expression asks for it.
fn expression_name(reader: &mut Reader<'_>, name: &str, ask: &Ask, drafts: &[Draft]) {
    let mut parts = name.split('.');
    let root = parts.next().unwrap_or_default();
    let asked = reader.sources.word(ask.span, name);
    if ask.own.contains(&root) {
        return business_field(reader, root, parts.next(), asked);
    }
    let Some(draft) = drafts.iter().find(|draft| draft.node.key == root) else {
        let known = || drafts.iter().map(|draft| draft.node.key.as_str());
        let help = nearest(root, known())
            .map(did_you_mean)
            .unwrap_or_else(|| format!("the nodes are {}", known().collect::<Vec<_>>().join(", ")));
        reader.report(
            Diagnostic::mistake(
                Code::NothingToAsk,
                reader.sources.word(asked, root),
                format!("the expression asks for `{root}`, and no node has that name"),
            )
            .help(help),
        );
        return;
    };
    let Some(field) = parts.next() else { return };
    let known: Vec<&str> = match &draft.node.kind {
        NodeKind::Form(form) => {
            let roles = form.elements.iter().filter_map(|element| element.role.as_deref());
            roles.chain(form.elements.iter().map(|element| element.key.as_str())).collect()
        }
        kind if kind.service().is_some() => ["match", "attempt"].into_iter().chain(kind.tells()).collect(),
        _ => Vec::new(),
    };
    match known.contains(&field) {
        true if draft.node.kind.tells() == Some(field) => business_field(reader, field, parts.next(), asked),
        true => {}
        false => no_field(reader, &format!("the node `{root}`"), field, &known, asked),
    }
}

/// Checks what is asked of a business, whose fields are known.
fn business_field(reader: &mut Reader<'_>, name: &str, field: Option<&str>, span: Span) {
    let known = BUSINESS.map(|(key, _)| key);
    if let Some(field) = field.filter(|field| name == "business" && !known.contains(field)) {
        no_field(reader, "a business", field, &known, span);
    }
}

fn no_field(reader: &mut Reader<'_>, what: &str, field: &str, known: &[&str], asked: Span) {
    let near = nearest(field, known.iter().copied());
    let help = near.map_or_else(|| it_has(known), did_you_mean);
    let place = reader.sources.word(asked, field);
    reader.report(
        Diagnostic::mistake(Code::NothingToAsk, place, format!("{what} has no `{field}` to ask for")).help(help),
    );
}

fn it_has(known: &[&str]) -> String {
    if known.is_empty() { "it has nothing to ask for".to_owned() } else { format!("it has: {}", known.join(", ")) }
}

/// A node on a circle of nodes none of which waits for the applicant.
fn circle(nodes: &[Node]) -> Option<usize> {
    (0..nodes.len()).filter(|at| !nodes[*at].kind.waits()).find(|start| {
        let mut seen = vec![false; nodes.len()];
        let mut open = vec![*start];
        while let Some(at) = open.pop() {
            for way in ways(&nodes[at]) {
                let Next::Node(to) = way else { continue };
                if to == *start {
                    return true;
                }
                if !nodes[to].kind.waits() && !std::mem::replace(&mut seen[to], true) {
                    open.push(to);
                }
            }
        }
        false
    })
}
