// The pictures of flows: what the run went of each, and what one test did.

const captionText = ({ flow, version, language }) => `${flow}, ${version}${language ? `, ${language}` : ""}`;
const captionKey = ({ flow, version, language }) => [flow, version, language].filter(Boolean).join("/");

/** Whether a test is one of the flow, version and language of a picture. */
const isOf = (test, { flow, version, language }) =>
  test.flow === flow && test.version === version && (test.language || "") === (language || "");

/** Below this its letters are too small to be read: a picture is not made smaller but by who asks for it. */
const LEAST_ZOOM = 0.7;
const MOST_ZOOM = 1.25;

/** A picture that can be moved and made larger. */
async function picture(at, ids) {
  const svg = await pictureOf(at);
  const box = svg.viewBox.baseVal;
  const name = captionText(RUN.pictures[at]);
  if (ids) {
    svg.classList.add("has-path");
    for (const id of ids) svg.querySelector(`#${CSS.escape(id)}`)?.classList.add("path");
  }
  const frame = h("div", { class: "frame", tabindex: "0", role: "group", "aria-label": `Picture of the flow ${name}` }, svg);
  const hint = h("p", { class: "hint", hidden: true }, "Only a part is seen: scroll or drag, or press “Fit”.");
  // What was chosen: a factor; `fit`, all of it; or nothing: all of it, but legible.
  let chosen = null;
  const draw = () => {
    const style = getComputedStyle(frame);
    const room = (part) => Number.parseFloat(style[`padding${part}Start`]) + Number.parseFloat(style[`padding${part}End`]) + 1;
    const fit = Math.min(MOST_ZOOM, (frame.offsetWidth - room("Inline")) / box.width, (innerHeight * 0.75 - room("Block")) / box.height);
    const zoom = Number(chosen) || Math.max(chosen === "fit" ? 0.05 : LEAST_ZOOM, fit);
    svg.style.inlineSize = `${box.width * zoom}px`;
    hint.hidden = frame.scrollWidth <= frame.clientWidth + 1 && frame.scrollHeight <= frame.clientHeight + 1;
  };
  /** What is in the middle stays there. */
  const by = (factor) => () => {
    const outer = frame.getBoundingClientRect();
    const middle = [outer.left + outer.width / 2, outer.top + outer.height / 2];
    const before = svg.getBoundingClientRect();
    const part = [(middle[0] - before.left) / before.width, (middle[1] - before.top) / before.height];
    chosen = Math.min(4, Math.max(0.2, (before.width / box.width) * factor));
    draw();
    const after = svg.getBoundingClientRect();
    frame.scrollBy(after.left + part[0] * after.width - middle[0], after.top + part[1] * after.height - middle[1]);
  };
  drag(frame);
  let width = 0;
  new ResizeObserver(() => {
    if (width === frame.offsetWidth) return;
    width = frame.offsetWidth;
    requestAnimationFrame(draw);
  }).observe(frame);
  return h("div", { class: "picture" }, h("div", { class: "picture-head" }, pictureLegend(svg, ids), h("div", { class: "picture-tools" },
    h("button", { type: "button", class: "small", "aria-label": "Larger", onclick: by(1.25) }, "+"),
    h("button", { type: "button", class: "small", "aria-label": "Smaller", onclick: by(0.8) }, "−"),
    h("button", { type: "button", class: "small", onclick: () => { chosen = "fit"; draw(); } }, "Fit"))), hint, frame);
}

/** Moves what is seen of a frame with the pointer. */
function drag(frame) {
  let from = null;
  frame.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    from = [event.clientX + frame.scrollLeft, event.clientY + frame.scrollTop];
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    if (from) frame.scrollTo(from[0] - event.clientX, from[1] - event.clientY);
  });
  for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { from = null; });
}

/** What the looks of a picture mean, of those that occur in it. */
function pictureLegend(svg, ids) {
  const meaning = (kind, words) => h("span", { class: "meaning" }, h("span", { class: `swatch ${kind}`, "aria-hidden": "true" }), words);
  const any = (selector) => svg.querySelector(selector) !== null;
  return h("p", { class: "legend" },
    any(ids ? ".path" : ".visited:not(.failing)") && meaning("went", ids ? "this test" : "this run"),
    !ids && any(".visited.failing") && meaning("unproven", "only by failing tests"),
    ids && any(".visited:not(.path)") && meaning("others", "other tests of this run"),
    any(".step:not(.visited), .way:not(.visited)") && meaning("known", "known, not visited in this run"),
    any(".way.back") && meaning("returns", "dashed arrow: going back"));
}

/** The pictures of the flows that a test went, with its way marked. */
async function pathPictures(detail) {
  if (!detail.paths.length) return null;
  const drawn = await Promise.all(detail.paths.map(async ([at, ids]) => [
    h("h3", null, link({ view: "flow", name: captionKey(RUN.pictures[at]) }, null, captionText(RUN.pictures[at]))), await picture(at, ids)]));
  return h("section", { class: "flows", "aria-labelledby": "way-heading" }, h("h2", { id: "way-heading" }, "Its way through the flow"), drawn.flat());
}

/** The place of the picture that the address names: a flow without a version is its first. */
function namedPicture() {
  if (!route.name) return 0;
  const at = RUN.pictures.findIndex((caption) => captionKey(caption) === route.name);
  return at < 0 ? RUN.pictures.findIndex((caption) => caption.flow === route.name) : at;
}

/** How many tests the flow of a picture has, with ways to just these. */
function flowTests(caption) {
  const sameFlow = TESTS.filter((test) => test.flow === caption.flow);
  const tests = sameFlow.filter((test) => isOf(test, caption));
  const q = [exactly("flow", caption.flow),
    sameFlow.some((test) => test.version !== caption.version) && exactly("version", caption.version),
    sameFlow.some((test) => (test.language || "") !== (caption.language || "")) && exactly("language", caption.language || "")].filter(Boolean).join(" ");
  const those = (show, words) => link({ view: "list", q, show }, null, words);
  const some = (group, word) => {
    const count = tests.filter((test) => test.group === group).length;
    return count > 0 && [", ", those(group, `${number(count)} ${word}`)];
  };
  // A flow that others only lead into has no test of its own.
  if (!tests.length) return h("p", { class: "flow-tests" }, "No test is of this flow; others led into it.");
  return h("p", { class: "flow-tests" }, those("all", `${counted(tests.length, "test")} of this flow`), ...[some("failed", "failed"), some("review", "to review")].flat());
}

/** How much of a flow is covered, kind by kind, and what is not. */
function coverageOf(caption) {
  const kinds = (caption.coverage === null ? [] : RUN.coverage[caption.coverage]).filter((one) => one.all > 0);
  if (!kinds.length) return null;
  const mark = (one) => (one.passing === one.all ? "whole" : one.passing + one.failing ? "part" : "none");
  const row = (one) => h("tr", null,
    h("th", { scope: "row" }, one.kind), h("td", null, number(one.passing)), h("td", null, number(one.failing)), h("td", null, number(one.all)),
    h("td", { class: `share ${mark(one)}` }, `${Math.floor((100 * one.passing) / one.all)} %`));
  const list = (one) => h("details", null, h("summary", null, `${one.kind}: ${number(one.all - one.passing)} not covered`),
    h("ul", null, one.gaps.map(([at, what]) => h("li", null, at && h("span", { class: "at" }, `${at}: `), what.join(", ")))));
  return h("section", { class: "coverage", "aria-labelledby": "coverage-heading" },
    h("h2", { id: "coverage-heading" }, "What is covered"),
    h("table", null,
      h("thead", null, h("tr", null, ["what", "by passing tests", "only by failing tests", "of", "share"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", null, kinds.map(row))),
    h("p", { class: "measured" }, RUN.measured_by),
    kinds.filter((one) => one.passing < one.all).map(list));
}

async function renderFlow() {
  turn += 1;
  const mine = turn;
  const view = byId("view-flow");
  if (!RUN.pictures.length) {
    view.replaceChildren(h("h1", { tabindex: "-1" }, "Flows"), h("p", { class: "none" }, "The journal knows of no flow."));
    return;
  }
  const at = namedPicture();
  const caption = RUN.pictures[at];
  const heading = caption ? captionText(caption) : "No such flow";
  entitle(heading);
  const choice = (RUN.pictures.length > 1 || !caption) && h("p", { class: "choice" }, h("label", { for: "flow-choice" }, "Flow"),
    h("select", { id: "flow-choice", onchange: (event) => go({ view: "flow", name: event.target.value }) },
      !caption && h("option", { value: "", selected: true, disabled: true }, "Choose one"),
      RUN.pictures.map((one, place) => h("option", { value: captionKey(one), selected: place === at }, captionText(one)))));
  const below = caption ? [flowTests(caption), await picture(at, null), coverageOf(caption) || ""]
    : [h("p", null, "This report has no picture of ", h("span", { class: "code" }, route.name), ".")];
  if (mine !== turn) return;
  // Who goes from flow to flow in the choice stays there.
  const choosing = document.activeElement?.id === "flow-choice";
  view.replaceChildren(h("h1", { tabindex: "-1" }, heading), choice || "", ...below);
  if (choosing) byId("flow-choice")?.focus();
}
