// The pictures of flows: what the run went of each, and what one test did.

const captionText = ({ flow, version, language }) => `${flow}, ${version}${language ? `, ${language}` : ""}`;
const captionKey = ({ flow, version, language }) => [flow, version, language].filter(Boolean).join("/");

/** A picture that can be moved and made larger. */
async function picture(at, ids) {
  const svg = await pictureOf(at);
  const box = svg.viewBox?.baseVal;
  const name = captionText(RUN.pictures[at]);
  if (ids) {
    svg.classList.add("has-path");
    for (const id of ids) svg.querySelector(`#${CSS.escape(id)}`)?.classList.add("path");
  }
  const frame = h("div", { class: "frame", tabindex: "0", role: "group", "aria-label": `Picture of the flow ${name}` }, svg);
  let zoom = 0;
  const draw = () => {
    svg.style.inlineSize = zoom && box ? `${box.width * zoom}px` : "";
    // A small screen shows a part of it, which can still be read.
    svg.style.minInlineSize = zoom || !box ? "" : `${Math.min(box.width, 640) * 0.75}px`;
    svg.style.maxInlineSize = zoom || !box ? "none" : `min(100%, ${box.width * 1.25}px)`;
  };
  const by = (factor) => () => {
    zoom = Math.min(4, Math.max(0.2, (zoom || svg.getBoundingClientRect().width / (box?.width || 1)) * factor));
    draw();
  };
  drag(frame);
  draw();
  return h("div", { class: "picture" }, h("div", { class: "picture-tools" },
    h("button", { type: "button", class: "small", "aria-label": "Larger", onclick: by(1.25) }, "+"),
    h("button", { type: "button", class: "small", "aria-label": "Smaller", onclick: by(0.8) }, "−"),
    h("button", { type: "button", class: "small", onclick: () => { zoom = 0; draw(); } }, "Fit")), frame);
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

const pictureLegend = (one) => h("p", { class: "legend" }, h("span", { class: "swatch went" }), one, h("span", { class: "swatch known" }), "known, not gone");

/** The pictures of the flows that a test went, with its way marked. */
async function pathPictures(detail) {
  if (!detail.paths.length) return null;
  const drawn = await Promise.all(detail.paths.map(async ([at, ids]) => [
    h("h3", null, link({ view: "flow", name: captionKey(RUN.pictures[at]) }, null, captionText(RUN.pictures[at]))), await picture(at, ids)]));
  return h("section", { class: "flows", "aria-labelledby": "way-heading" }, h("h2", { id: "way-heading" }, "Its way through the flow"), pictureLegend("this test "), drawn.flat());
}

async function renderFlow() {
  turn += 1;
  const mine = turn;
  const view = byId("view-flow");
  const at = Math.max(0, RUN.pictures.findIndex((caption) => captionKey(caption) === route.name));
  if (!RUN.pictures.length) {
    view.replaceChildren(h("h1", { tabindex: "-1" }, "Flows"), h("p", { class: "none" }, "The journal knows of no flow."));
    return;
  }
  const caption = RUN.pictures[at];
  const choice = RUN.pictures.length > 1 && h("p", { class: "choice" }, h("label", { for: "flow-choice" }, "Flow"),
    h("select", { id: "flow-choice", onchange: (event) => go({ view: "flow", name: event.target.value }) },
      RUN.pictures.map((one, place) => h("option", { value: captionKey(one), selected: place === at }, captionText(one)))));
  const tests = TESTS.filter((test) => test.flow === caption.flow);
  const failing = tests.filter((test) => test.group === "failed").length;
  const drawn = await picture(at, null);
  if (mine !== turn) return;
  view.replaceChildren(h("h1", { tabindex: "-1" }, captionText(caption)), choice || "",
    h("p", null, link({ view: "list", q: `flow:${caption.flow}`, show: "all" }, null, counted(tests.length, "test"), " of this flow"), failing > 0 && `, ${number(failing)} failed`),
    pictureLegend("this run "), drawn);
}

