//! Where the steps and ways of a flow's picture lie.
//!
//! Which step lies in which rank and in which order is the layout library's doing. What is done here is to lead each line from
//! border to border: every line has a place of its own there, and between two ranks it bends once.
//!
//! All is reckoned in `across` and `along`, where the flow goes along; which of the two is x is settled at the very end.

use std::collections::{BTreeMap, BTreeSet};

use dagre::graph::{Graph, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel};

use super::graph::FlowGraph;

/// The width of a step's box, in units that are pixels where the picture is not scaled.
pub const WIDTH: f64 = 176.0;
/// The height of a step's box.
pub const HEIGHT: f64 = 58.0;
/// The radius of the mark where a flow begins.
pub const MARK: f64 = 7.0;
/// The length of an arrow's head.
const HEAD: f64 = 8.0;
/// Half its breadth.
const BREADTH: f64 = 4.0;
/// Between two ranks.
const RANKS: f64 = 58.0;
/// Between two lines at a border, and between the two of a pair.
const LINES: f64 = 12.0;
/// How far a way from a step to itself leaves it.
const LOOP: f64 = 30.0;
/// Round everything.
const MARGIN: f64 = 14.0;
/// How long a picture may become before the flow goes down instead.
const LONGEST: f64 = 1180.0;

/// A point, x before y.
pub type Point = (f64, f64);

/// Where everything lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrangement {
    /// The picture's width.
    pub width: f64,
    /// The picture's height.
    pub height: f64,
    /// The centre of the mark where the flow begins; none where nothing is known of that.
    pub begin: Option<Point>,
    /// The centres of the steps' boxes.
    pub steps: Vec<Point>,
    /// The lines from the mark to the steps that the flow begins with.
    pub begins: Vec<Line>,
    /// The lines of the ways.
    pub ways: Vec<Line>,
}

/// A line with an arrow's head.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Where it begins.
    pub start: Point,
    /// What follows, each a straight line to a point or a curve by two control points.
    pub pieces: Vec<Piece>,
    /// The corners of the head, its tip first.
    pub head: [Point; 3],
}

/// A piece of a line, from where the one before ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Piece {
    /// A straight line.
    Straight(Point),
    /// A cubic Bézier curve.
    Curve(Point, Point, Point),
}

/// Lays a flow out: from left to right while that is short enough to be looked at in one, downwards otherwise.
pub fn arrange(graph: &FlowGraph) -> Arrangement {
    let level = Ranks::of(graph, HEIGHT, WIDTH).finish(graph, |(across, along)| (along, across));
    if level.width <= LONGEST {
        return level;
    }
    Ranks::of(graph, WIDTH, HEIGHT).finish(graph, |point| point)
}

/// The end of a line: of the mark, or of a step.
type Node = Option<usize>;

/// One line that the layout leads; the ways there and back between two steps are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Strand {
    from: Node,
    to: Node,
}

/// What the layout library says, in across and along.
struct Ranks {
    /// The size of a box.
    across: f64,
    along: f64,
    nodes: BTreeMap<Node, Point>,
    /// The places where a strand passes the ranks between its ends.
    passes: BTreeMap<Strand, Vec<Point>>,
}

/// One drawn line: a strand, the place that it has among those of its strand, and whether it goes from its end to its start.
#[derive(Debug, Clone, Copy)]
struct Lead {
    strand: Strand,
    shift: f64,
    against: bool,
}

impl Ranks {
    fn of(graph: &FlowGraph, across: f64, along: f64) -> Self {
        let strands = strands(graph);
        let mut laid = Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false });
        let sized = |width, height| Some(NodeLabel { width, height, ..NodeLabel::default() });
        if !graph.begins.is_empty() {
            laid.set_node(name(None), sized(2.0 * MARK, 2.0 * MARK));
        }
        for step in 0..graph.steps.len() {
            laid.set_node(name(Some(step)), sized(across, along));
        }
        for (strand, weight) in &strands {
            let edge = EdgeLabel { weight: *weight, ..EdgeLabel::default() };
            laid.set_edge(name(strand.from), name(strand.to), Some(edge), None);
        }
        let options =
            LayoutOptions { nodesep: LOOP + 14.0, edgesep: 2.0 * LINES, ranksep: RANKS, ..LayoutOptions::default() };
        dagre::layout(&mut laid, Some(options));
        let place = |node: Node| {
            let label = laid.node(&name(node));
            (node, label.and_then(|label| Some((label.x?, label.y?))).unwrap_or_default())
        };
        let marks = (!graph.begins.is_empty()).then_some(None);
        let nodes: BTreeMap<Node, Point> =
            marks.into_iter().chain((0..graph.steps.len()).map(Some)).map(place).collect();
        // A line is led through points between the ranks, too; those that say where it passes a rank are enough.
        let ranks: BTreeSet<i64> = nodes.values().map(|(_, along)| along.round() as i64).collect();
        let pass = |strand: &Strand| {
            let edge = laid.edge(&name(strand.from), &name(strand.to), None);
            let points = edge.map(|edge| edge.points.as_slice()).unwrap_or_default();
            let inner = points.get(1..points.len().saturating_sub(1)).unwrap_or_default();
            let passed = inner.iter().filter(|point| ranks.contains(&(point.y.round() as i64)));
            (*strand, passed.map(|point| (point.x, point.y)).collect())
        };
        let passes = strands.keys().map(pass).collect();
        Ranks { across, along, nodes, passes }
    }

    fn at(&self, node: Node) -> Point {
        self.nodes.get(&node).copied().unwrap_or_default()
    }

    /// Half of what a node takes along.
    fn half(&self, node: Node) -> f64 {
        if node.is_some() { self.along / 2.0 } else { MARK }
    }

    /// Leads all lines, and turns everything into x and y by `turn`.
    fn finish(&self, graph: &FlowGraph, turn: fn(Point) -> Point) -> Arrangement {
        let leads: Vec<Option<Lead>> = leads(graph);
        let ports = self.ports(&leads);
        let begins = graph.begins.len();
        let mut lines: Vec<Line> = Vec::new();
        for (at, lead) in leads.iter().enumerate() {
            let line = match lead {
                Some(lead) => self.lead(*lead, &ports[&at]),
                None => self.back_to_itself(&graph.ways[at - begins]),
            };
            lines.push(line);
        }
        let ways = lines.split_off(begins);
        let steps = (0..graph.steps.len()).map(|step| self.at(Some(step))).collect();
        let begin = (!graph.begins.is_empty()).then(|| self.at(None));
        let whole = Arrangement { width: 0.0, height: 0.0, begin, steps, begins: lines, ways };
        self.framed(whole, turn)
    }

    /// Moves everything to where the picture begins, with a margin round it.
    fn framed(&self, whole: Arrangement, turn: fn(Point) -> Point) -> Arrangement {
        let boxes = whole.steps.iter().flat_map(|(across, along)| {
            let (a, l) = (self.across / 2.0, self.along / 2.0);
            [(across - a, along - l), (across + a, along + l)]
        });
        let mark = whole.begin.iter().flat_map(|(a, l)| [(a - MARK, l - MARK), (a + MARK, l + MARK)]);
        let lines = whole.begins.iter().chain(&whole.ways).flat_map(Line::reach);
        let points: Vec<Point> = boxes.chain(mark).chain(lines).map(turn).collect();
        let least = points.iter().fold((f64::MAX, f64::MAX), |(x, y), point| (x.min(point.0), y.min(point.1)));
        let most = points.iter().fold((f64::MIN, f64::MIN), |(x, y), point| (x.max(point.0), y.max(point.1)));
        let place = |point: Point| {
            let (x, y) = turn(point);
            (x - least.0 + MARGIN, y - least.1 + MARGIN)
        };
        let placed = |lines: Vec<Line>| lines.into_iter().map(|line| line.map(&place)).collect();
        Arrangement {
            width: most.0 - least.0 + 2.0 * MARGIN,
            height: most.1 - least.1 + 2.0 * MARGIN,
            begin: whole.begin.map(place),
            steps: whole.steps.into_iter().map(place).collect(),
            begins: placed(whole.begins),
            ways: placed(whole.ways),
        }
    }

    /// Where each line leaves and reaches a border, in across: those of one side of a node lie beside each other, in the order
    /// of where they lead.
    fn ports(&self, leads: &[Option<Lead>]) -> BTreeMap<usize, (f64, f64)> {
        // What each end is sorted by, which line it is of, and whether that begins there.
        type Ends = Vec<(f64, usize, bool)>;
        let mut sides: BTreeMap<(Node, bool), Ends> = BTreeMap::new();
        for (at, lead) in leads.iter().enumerate().filter_map(|(at, lead)| Some((at, lead.as_ref()?))) {
            let Strand { from, to } = lead.strand;
            let passes = &self.passes[&lead.strand];
            for (own, next, start) in [
                (from, passes.first().copied().unwrap_or_else(|| self.at(to)), true),
                (to, passes.last().copied().unwrap_or_else(|| self.at(from)), false),
            ] {
                let below = next.1 > self.at(own).1;
                sides.entry((own, below)).or_default().push((next.0 + lead.shift / LINES, at, start));
            }
        }
        let mut ports: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for ((node, _), mut side) in sides {
            side.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let room = self.across * 0.8 / side.len() as f64;
            let (gap, middle) = (room.min(LINES), (side.len() - 1) as f64 / 2.0);
            for (place, (_, at, start)) in side.into_iter().enumerate() {
                // The mark is a point: everything begins in its middle.
                let offset = if node.is_some() { (place as f64 - middle) * gap } else { 0.0 };
                let port = ports.entry(at).or_default();
                *(if start { &mut port.0 } else { &mut port.1 }) = self.at(node).0 + offset;
            }
        }
        ports
    }

    fn lead(&self, lead: Lead, port: &(f64, f64)) -> Line {
        let Strand { from, to } = lead.strand;
        let ((_, start), (_, end)) = (self.at(from), self.at(to));
        let passes = &self.passes[&lead.strand];
        let first = passes.first().map_or(end, |pass| pass.1);
        let last = passes.last().map_or(start, |pass| pass.1);
        let mut anchors = vec![(port.0, start + self.half(from) * (first - start).signum())];
        for (across, along) in passes {
            // Past the boxes of a rank it goes straight.
            let half = self.along / 2.0 * (end - start).signum();
            anchors.push((across + lead.shift, along - half));
            anchors.push((across + lead.shift, along + half));
        }
        anchors.push((port.1, end + self.half(to) * (last - end).signum()));
        if lead.against {
            anchors.reverse();
        }
        line(&anchors, lead.shift)
    }

    /// A way that leads to where it began.
    fn back_to_itself(&self, way: &super::graph::Way) -> Line {
        let (across, along) = self.at(Some(way.from));
        let side = if way.back { -1.0 } else { 1.0 };
        let border = across + side * self.across / 2.0;
        let (near, far) = (self.along.min(HEIGHT) / 6.0, self.along.min(HEIGHT) / 3.0);
        let out = border + side * LOOP;
        let foot = border + side * HEAD;
        Line {
            start: (border, along - near),
            pieces: vec![Piece::Curve((out, along - far), (out, along + far), (foot, along + near))],
            head: [(border, along + near), (foot, along + near - BREADTH), (foot, along + near + BREADTH)],
        }
    }
}

impl Line {
    fn map(self, place: &impl Fn(Point) -> Point) -> Line {
        let piece = |piece: Piece| match piece {
            Piece::Straight(to) => Piece::Straight(place(to)),
            Piece::Curve(a, b, to) => Piece::Curve(place(a), place(b), place(to)),
        };
        Line {
            start: place(self.start),
            pieces: self.pieces.into_iter().map(piece).collect(),
            head: self.head.map(place),
        }
    }

    /// Points that it does not go beyond.
    fn reach(&self) -> Vec<Point> {
        let mut points = vec![self.start];
        points.extend(self.head);
        for piece in &self.pieces {
            match *piece {
                Piece::Straight(to) => points.push(to),
                Piece::Curve(a, b, to) => points.extend([a, b, to]),
            }
        }
        points
    }
}

/// A line along these points, which ends in an arrow's head at the last one. It leaves and reaches every point along. Of a pair
/// whose lines lie `shift` to this side and to that, the outer one bends later, so that they stay apart in the bend.
fn line(anchors: &[Point], shift: f64) -> Line {
    let start = anchors.first().copied().unwrap_or_default();
    let tip = anchors.last().copied().unwrap_or_default();
    let before = anchors.get(anchors.len().saturating_sub(2)).copied().unwrap_or(start);
    let foot = (tip.0, tip.1 - HEAD * (tip.1 - before.1).signum());
    let (mut pieces, mut at) = (Vec::new(), start);
    let inner = anchors.get(1..anchors.len().saturating_sub(1)).unwrap_or_default();
    for next in inner.iter().copied().chain([foot]) {
        let slope = ((next.0 - at.0) * (next.1 - at.1)).signum();
        let middle = (at.1 + next.1) / 2.0 - shift * slope;
        pieces.push(match (at.0 - next.0).abs() < 0.05 {
            true => Piece::Straight(next),
            false => Piece::Curve((at.0, middle), (next.0, middle), next),
        });
        at = next;
    }
    Line { start, pieces, head: [tip, (foot.0 - BREADTH, foot.1), (foot.0 + BREADTH, foot.1)] }
}

fn name(node: Node) -> String {
    node.map_or_else(|| "begin".to_owned(), |step| step.to_string())
}

/// What is to be led, with its weight: what counts most goes straightest.
fn strands(graph: &FlowGraph) -> BTreeMap<Strand, i32> {
    let begins = graph.begins.iter().map(|begin| (Strand { from: None, to: Some(begin.step) }, 2));
    let submits = graph.ways.iter().filter(|way| !way.back && way.from != way.to);
    let mut strands: BTreeMap<Strand, i32> =
        begins.chain(submits.map(|way| (Strand { from: Some(way.from), to: Some(way.to) }, 3))).collect();
    for way in graph.ways.iter().filter(|way| way.back && way.from != way.to) {
        strands.entry(Strand { from: Some(way.to), to: Some(way.from) }).or_insert(1);
    }
    strands
}

/// How each line is led, those of the beginnings before those of the ways; none for a way that leads to where it began.
fn leads(graph: &FlowGraph) -> Vec<Option<Lead>> {
    let begins = graph.begins.iter().map(|begin| {
        let strand = Strand { from: None, to: Some(begin.step) };
        Some(Lead { strand, shift: 0.0, against: false })
    });
    let ways = graph.ways.iter().map(|way| {
        let (from, to) = if way.back { (way.to, way.from) } else { (way.from, way.to) };
        let paired =
            graph.ways.iter().any(|other| other.back != way.back && (other.from, other.to) == (way.to, way.from));
        let side = if way.back { LINES / 2.0 } else { -LINES / 2.0 };
        let lead = Lead {
            strand: Strand { from: Some(from), to: Some(to) },
            shift: if paired { side } else { 0.0 },
            against: way.back,
        };
        (from != to).then_some(lead)
    });
    begins.chain(ways).collect()
}
