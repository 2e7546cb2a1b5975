// Two texts compared, in one column or side by side. A line is [kind, old number, new number, parts, whether lines are left
// out before it].

const KINDS = { "+": "added", "-": "removed", " ": "same" };
const SAID = { "+": "added: ", "-": "removed: ", " ": "" };
const wide = matchMedia("(min-width: 1100px)");

const words = (parts, kind) => parts.map(([differs, text]) => (differs ? h(kind === "+" ? "ins" : "del", null, text) : text));

function cell([kind, , , parts]) {
  return h("td", { class: `text ${KINDS[kind]}` }, h("span", { class: "unseen" }, SAID[kind]), ...words(parts, kind));
}

const numeral = (value, kind) => h("td", { class: `no ${KINDS[kind] || "none"}` }, value ? String(value) : "");

function oneColumn(lines) {
  return lines.flatMap((line) => [
    line[4] && h("tr", { class: "gap" }, h("td", { colspan: "4" }, "⋯")),
    h("tr", null, numeral(line[1], line[0]), numeral(line[2], line[0]),
      h("td", { class: `sign ${KINDS[line[0]]}`, "aria-hidden": "true" }, line[0]), cell(line)),
  ]);
}

function sideBySide(lines) {
  const out = [];
  let left = [];
  let right = [];
  const flush = () => {
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
      const half = (line, place) => (line ? [numeral(line[place], line[0]), cell(line)] : [numeral(null, ""), h("td", { class: "text none" })]);
      out.push(h("tr", null, ...half(left[at], 1), ...half(right[at], 2)));
    }
    left = [];
    right = [];
  };
  for (const line of lines) {
    if (line[4] || line[0] === " " || (line[0] === "-" && right.length)) flush();
    if (line[4]) out.push(h("tr", { class: "gap" }, h("td", { colspan: "4" }, "⋯")));
    if (line[0] !== "+") left.push(line);
    if (line[0] !== "-") right.push(line);
  }
  flush();
  return out;
}

/** The comparison, with a button that changes how it is laid out. */
function diff(lines, [old, now]) {
  const body = h("tbody", null);
  const columns = h("colgroup", null);
  const head = h("thead", null);
  const button = h("button", { type: "button", class: "small" });
  const table = h("table", { class: "diff code" }, h("caption", { class: "unseen" }, `${old} and ${now}, compared`), columns, head, body);
  let beside = memory.get("diff") ? memory.get("diff") === "beside" : wide.matches;
  const draw = () => {
    table.classList.toggle("beside", beside);
    button.textContent = beside ? "In one column" : "Side by side";
    columns.replaceChildren(...(beside ? ["no", "", "no", ""] : ["no", "no", "sign", ""]).map((kind) => h("col", { class: kind })));
    const heading = (name, span) => h("th", { scope: "col", colspan: span }, name);
    head.replaceChildren(beside ? h("tr", null, heading(old, "2"), heading(now, "2")) : h("tr", null, heading(`− ${old}   + ${now}`, "4")));
    body.replaceChildren(...(beside ? sideBySide(lines) : oneColumn(lines)).filter(Boolean));
  };
  button.addEventListener("click", () => {
    beside = !beside;
    memory.set("diff", beside ? "beside" : "one");
    draw();
  });
  draw();
  return h("div", { class: "diff-box" },
    h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": `${old} and ${now}, compared` }, table),
    lines.length > 4 && button);
}

/** Few lines, without numbers: what was wanted and what came. */
function values(lines) {
  const row = (line) => h("tr", null, h("th", { scope: "row" }, line[0] === "-" ? "expected" : "actual"), cell(line));
  if (lines.length === 2 && lines[0][0] === "-" && lines[1][0] === "+") return h("table", { class: "values code" }, h("tbody", null, lines.map(row)));
  return diff(lines, ["expected", "actual"]);
}

