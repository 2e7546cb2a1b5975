// JSON to look at: coloured, and with parts that open. What is shut has no elements until it is opened.

/** How many lines open by themselves. */
const OPEN_LINES = 120;

function scalar(value) {
  const kind = value === null ? "null" : typeof value;
  return h("span", { class: `json-${kind}` }, JSON.stringify(value));
}

const isBranch = (value) => value !== null && typeof value === "object" && Object.keys(value).length > 0;

/** How many lines a value takes, counted no further than it matters. */
function linesOf(value, most) {
  if (!isBranch(value)) return 1;
  let lines = 2;
  for (const part of Object.values(value)) {
    lines += linesOf(part, most - lines);
    if (lines > most) break;
  }
  return lines;
}

/** A value behind its key, with the comma that may follow. */
function jsonNode(key, value, comma, budget) {
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
        jsonNode(Array.isArray(value) ? null : part, inner, at + 1 < entries.length ? "," : "", budget))),
      h("div", { class: "json-line" }, shut + comma));
  };
  node.addEventListener("toggle", make);
  const lines = linesOf(value, OPEN_LINES);
  if (lines <= budget.lines) {
    // Its own lines are spent; those of its parts are spent by them.
    budget.lines -= entries.filter(([, inner]) => !isBranch(inner)).length + 2;
    node.open = true;
    make();
  } else if (key === null && budget.lines === OPEN_LINES) {
    budget.lines -= 2;
    node.open = true;
    make();
  }
  return node;
}

function jsonView(value) {
  return h("div", { class: "json code", tabindex: "0", role: "group", "aria-label": "JSON" }, jsonNode(null, value, "", { lines: OPEN_LINES }));
}

