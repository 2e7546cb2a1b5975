// JSON to look at: coloured, and with parts that open. What is shut has no elements until it is opened.

/** How many lines open by themselves. */
const OPEN_LINES = 120;

function scalar(value) {
  const kind = value === null ? "null" : typeof value;
  return h("span", { class: `json-${kind}` }, JSON.stringify(value));
}

const isBranch = (value) => value !== null && typeof value === "object" && Object.keys(value).length > 0;

/** How deep a value opens by itself: as deep as all of a level is still few lines, the first level always. */
function depthOf(value) {
  const levels = [];
  const walk = (branch, depth) => {
    if (!isBranch(branch)) return;
    const parts = Object.values(branch);
    levels[depth] = (levels[depth] || 0) + parts.length + 1;
    for (const part of parts) walk(part, depth + 1);
  };
  walk(value, 0);
  let depth = 1;
  let lines = levels[0];
  while (depth < levels.length && lines + levels[depth] <= OPEN_LINES) {
    lines += levels[depth];
    depth += 1;
  }
  return depth;
}

/** A value behind its key, with the comma that may follow; open as deep as is said. */
function jsonNode(key, value, comma, depth) {
  const name = key === null ? [] : [h("span", { class: "json-key" }, JSON.stringify(key)), ": "];
  if (!isBranch(value)) {
    const empty = value !== null && typeof value === "object" && (Array.isArray(value) ? "[]" : "{}");
    return h("div", { class: "json-line" }, ...name, empty || scalar(value), comma);
  }
  const [open, shut] = Array.isArray(value) ? "[]" : "{}";
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? counted(entries.length, "item") : counted(entries.length, "key");
  const node = h("details", { class: "json-node" },
    h("summary", null, ...name, open, h("span", { class: "json-size" }, ` ${size} ${shut}${comma}`)));
  let made = false;
  const make = () => {
    if (made || !node.open) return;
    made = true;
    node.append(
      h("div", { class: "json-parts" }, ...entries.map(([part, inner], at) =>
        jsonNode(Array.isArray(value) ? null : part, inner, at + 1 < entries.length ? "," : "", depth - 1))),
      h("div", { class: "json-line" }, shut + comma));
  };
  node.addEventListener("toggle", make);
  if (depth > 0) {
    node.open = true;
    make();
  }
  return node;
}

function jsonView(value) {
  return h("div", { class: "json code", tabindex: "0", role: "group", "aria-label": "JSON" }, jsonNode(null, value, "", depthOf(value)));
}

