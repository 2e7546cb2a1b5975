//! A flow's picture as SVG.
//!
//! Nothing has a colour of its own but `currentColor`, as attributes that any style sheet overrides: who shows the picture
//! colours it by its classes. Whatever is text in it comes from the API.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::DRAWN_BY;
use super::graph::{FlowGraph, Way};
use super::layout::{Arrangement, HEIGHT, Line, MARK, Piece, Point, WIDTH, arrange};
use super::lettering::{self, escape};
use crate::phrase::counted;

/// What a picture looks like that stands alone, in light and in dark.
const STYLE: &str = "svg{color:#5b6470;background:#fff}.step rect{fill:#f6f7f9}.step.visited rect{fill:#e7f5ec;stroke:#1a7f4b}\
.step.visited .label{fill:#12271b}.way.visited path,.begin.visited circle{stroke:#1a7f4b}\
.way.visited .head,.begin.visited circle{fill:#1a7f4b}\
.step.failing rect{fill:#fdecea;stroke:#b3261e}.step.failing .label{fill:#3b1512}\
.way.failing path,.begin.failing circle{stroke:#b3261e}.way.failing .head,.begin.failing circle{fill:#b3261e}\
@media(prefers-color-scheme:dark){svg{color:#9aa4b0;background:#14181d}.step rect{fill:#1c2229}\
.step.visited rect{fill:#12301f;stroke:#4cc38a}.step.visited .label{fill:#e3f3ea}\
.way.visited path,.begin.visited circle{stroke:#4cc38a}.way.visited .head,.begin.visited circle{fill:#4cc38a}\
.step.failing rect{fill:#3a1b1a;stroke:#f2867e}.step.failing .label{fill:#fbe3e1}\
.way.failing path,.begin.failing circle{stroke:#f2867e}.way.failing .head,.begin.failing circle{fill:#f2867e}}";

/// A picture, with the size that it has where it is not scaled.
pub struct Drawing {
    /// The `<svg>` element.
    pub svg: String,
    /// Its width in pixels.
    pub width: f64,
    /// Its height in pixels.
    pub height: f64,
}

/// The ids of what is drawn: `prefix` and what it is.
pub struct Ids<'a>(pub &'a str);

impl Ids<'_> {
    /// The id of a step.
    pub fn step(&self, at: usize) -> String {
        format!("{}-step{at}", self.0)
    }

    /// The id of a way.
    pub fn way(&self, at: usize) -> String {
        format!("{}-way{at}", self.0)
    }

    /// The id of the line to a step that the flow begins with.
    pub fn begin(&self, at: usize) -> String {
        format!("{}-begin{at}", self.0)
    }

    /// The id of the mark where the flow begins.
    fn mark(&self) -> String {
        format!("{}-begin", self.0)
    }
}

/// Draws a flow.
pub fn draw(graph: &FlowGraph, ids: &Ids<'_>) -> Drawing {
    let laid = arrange(graph);
    let (width, height) = (number(laid.width), number(laid.height));
    let mut svg = String::new();
    // A String takes whatever is written to it.
    let _ = write!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{prefix}-title" font-family="system-ui,sans-serif" font-size="13"><title id="{prefix}-title">{title}</title>"#,
        prefix = ids.0,
        title = escape(&caption(graph)),
    );
    for (at, (begin, line)) in graph.begins.iter().zip(&laid.begins).enumerate() {
        let title = format!("begins with {}: {}", graph.steps[begin.step].name(), gone(&begin.tests));
        push_line(&mut svg, &ids.begin(at), "", standing(graph, &begin.tests), &title, line);
    }
    for (at, (way, line)) in graph.ways.iter().zip(&laid.ways).enumerate() {
        let class = if way.back { " back" } else { "" };
        push_line(&mut svg, &ids.way(at), class, standing(graph, &way.tests), &way_title(graph, way), line);
    }
    push_mark(&mut svg, graph, &laid, ids);
    for (at, centre) in laid.steps.iter().enumerate() {
        push_step(&mut svg, graph, at, *centre, &ids.step(at));
    }
    svg.push_str("</svg>");
    Drawing { svg, width: laid.width, height: laid.height }
}

/// The same as a file of its own: with a size, and with colours.
pub fn standalone(drawing: &str, width: f64, height: f64) -> String {
    let sized = format!(r#"<svg width="{}" height="{}" "#, number(width), number(height));
    let svg = drawing.replacen("<svg ", &sized, 1);
    let svg = svg.replacen("<title ", &format!("<style>{STYLE}</style><title "), 1);
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{DRAWN_BY}\n{svg}\n")
}

fn caption(graph: &FlowGraph) -> String {
    let steps = graph.steps.iter().filter(|step| !step.tests.is_empty()).count();
    let ways = graph.ways.iter().filter(|way| !way.tests.is_empty()).count();
    let language = graph.language.as_ref().map(|language| format!(", {language}")).unwrap_or_default();
    format!(
        "The flow {} ({}{language}): {steps} of {} and {ways} of {} visited",
        graph.flow,
        graph.version,
        counted(graph.steps.len(), "step"),
        counted(graph.ways.len(), "way"),
    )
}

fn gone(tests: &BTreeSet<usize>) -> String {
    if tests.is_empty() { "no test".to_owned() } else { counted(tests.len(), "test") }
}

fn way_title(graph: &FlowGraph, way: &Way) -> String {
    let [from, to] = [way.from, way.to].map(|step| graph.steps[step].name());
    let how = if way.back { "back from" } else { "from" };
    format!("{how} {from} to {to}: {}", gone(&way.tests))
}

fn push_line(svg: &mut String, id: &str, class: &str, standing: Standing, title: &str, line: &Line) {
    let dashes = if class.is_empty() { "" } else { r#" stroke-dasharray="5 4""# };
    let (visited, pale) = standing;
    let [tip, left, right] = line.head.map(point);
    let _ = write!(
        svg,
        r#"<g id="{id}" class="way{class}{visited}"{pale}><title>{}</title><path d="{}" fill="none" stroke="currentColor" stroke-width="1.5"{dashes}/><polygon class="head" points="{tip} {left} {right}" fill="currentColor"/></g>"#,
        escape(title),
        path(line),
    );
}

/// The classes of something, and how pale it is.
type Standing = (&'static str, &'static str);

/// The class of what was visited, and of what only failing tests did; what was not visited is pale.
fn standing(graph: &FlowGraph, tests: &BTreeSet<usize>) -> Standing {
    match tests.is_empty() {
        true => ("", r#" opacity="0.5""#),
        false if tests.is_subset(&graph.failing) => (" visited failing", ""),
        false => (" visited", ""),
    }
}

fn push_mark(svg: &mut String, graph: &FlowGraph, laid: &Arrangement, ids: &Ids<'_>) {
    let Some((x, y)) = laid.begin else { return };
    let tests: BTreeSet<usize> = graph.begins.iter().flat_map(|begin| &begin.tests).copied().collect();
    let (visited, pale) = standing(graph, &tests);
    let _ = write!(
        svg,
        r#"<g id="{}" class="begin{visited}"{pale}><title>begin: {}</title><circle cx="{}" cy="{}" r="{}" fill="currentColor"/></g>"#,
        ids.mark(),
        gone(&tests),
        number(x),
        number(y),
        number(MARK),
    );
}

fn push_step(svg: &mut String, graph: &FlowGraph, at: usize, (x, y): Point, id: &str) {
    let step = &graph.steps[at];
    let (visited, _) = standing(graph, &step.tests);
    let end = if step.is_end() { " end" } else { "" };
    // Its text stays as easy to read as any other.
    let (dashes, weight) = if step.tests.is_empty() { (r#" stroke-dasharray="4 3""#, "normal") } else { ("", "600") };
    let _ = write!(
        svg,
        r#"<g id="{id}" class="step{end}{visited}"><title>{} ({}): {}</title>"#,
        escape(step.name()),
        escape(&step.spot.kind),
        gone(&step.tests),
    );
    let mut frame = |inset: f64, rx: f64, fill: &str| {
        let _ = write!(
            svg,
            r#"<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{fill}" stroke="currentColor" stroke-width="1.5"{dashes}/>"#,
            number(x - WIDTH / 2.0 + inset),
            number(y - HEIGHT / 2.0 + inset),
            number(WIDTH - 2.0 * inset),
            number(HEIGHT - 2.0 * inset),
            number(rx),
        );
    };
    // Lines end at the border, so that nothing lies under a box that has no colour.
    match step.is_end() {
        true => {
            frame(0.0, HEIGHT / 2.0, "none");
            frame(4.0, HEIGHT / 2.0 - 4.0, "none");
        }
        false => frame(0.0, 8.0, "none"),
    }
    let title = lettering::title(step.name());
    // The lines of the title, and below them the type, lie round the middle.
    let named = !step.spot.title.is_empty();
    let rows = title.len() + usize::from(named);
    let first = y - (rows as f64 - 1.0) * 8.0 + 4.5;
    let mut row = 0.0;
    for line in &title {
        let attributes = format!(r#"class="label" font-weight="{weight}""#);
        push_text(svg, (x, first + row * 16.0), &attributes, line);
        row += 1.0;
    }
    if named {
        let kind = lettering::kind(&step.spot.kind);
        push_text(svg, (x, first + row * 16.0), r#"class="label type" font-size="11""#, &kind);
    }
    svg.push_str("</g>");
}

fn push_text(svg: &mut String, (x, y): Point, attributes: &str, text: &str) {
    let _ = write!(
        svg,
        r#"<text x="{}" y="{}" text-anchor="middle" fill="currentColor" {attributes}>{}</text>"#,
        number(x),
        number(y),
        escape(text),
    );
}

fn path(line: &Line) -> String {
    let mut path = format!("M{}", point(line.start));
    for piece in &line.pieces {
        let _ = match *piece {
            Piece::Straight(to) => write!(path, "L{}", point(to)),
            Piece::Curve(a, b, to) => write!(path, "C{} {} {}", point(a), point(b), point(to)),
        };
    }
    path
}

fn point((x, y): Point) -> String {
    format!("{},{}", number(x), number(y))
}

/// A number with one decimal, where it needs one.
fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    // There is no zero below zero.
    format!("{}", if tenths == 0.0 { 0.0 } else { tenths })
}
