// The list of tests: chips, search, order. Rows are made when they are first shown, a screen of them at once and the others
// while the browser has nothing to do.

const CHIPS = [
  ["all", "All", () => true],
  ["failed", "Failed", (test) => test.group === "failed"],
  ["review", "To review", (test) => test.group === "review"],
  ["passed", "Passed", (test) => test.group === "passed"],
  ["flaky", "of them flaky", (test) => test.flaky, "Passed, but only at a later attempt: they count among the passed"],
  ["skipped", "Skipped", (test) => test.group === "skipped"],
];

const WEIGHT = { failed: 0, review: 1, passed: 3, skipped: 4 };
const weight = (test) => (test.flaky ? 2 : WEIGHT[test.group]);
const SORTS = {
  worst: ["failures first", (a, b) => weight(a) - weight(b)],
  run: ["order of the run", null],
  name: ["name", (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)],
  duration: ["duration", (a, b) => b.seconds - a.seconds],
  pending: ["pending time", (a, b) => b.pending - a.pending],
};

/** What words are searched in. */
const HAYSTACKS = TESTS.map((test) => [
  test.name, test.title, test.message, test.file, test.verdict, test.flow || "", ...test.tags,
].join("\n").toLowerCase());

/** What `NAME:` is searched in. */
const FIELDS = {
  flow: (test) => [test.flow || ""],
  tag: (test) => test.tags,
  version: (test) => [test.flow ? test.version : ""],
  language: (test) => [test.language || ""],
};

/** A field that is exactly this, as it is searched for. */
const exactly = (field, value) => `${field}:"${value.replace(/["\\]/g, "\\$&")}"`;

/**
 * What a search asks of a test, one condition a word: a word, or several between quotes, is anywhere; `flow:word` begins the
 * flow, `flow:"words"` is all of it, letter by letter.
 */
function conditions(search) {
  const found = search.matchAll(/(?:(flow|tag|version|language):)?"((?:[^"\\]|\\.)*)("?)|\S+/gi);
  return [...found].map(([whole, key, inner, end]) => {
    const [, field, rest] = key ? [] : /^(flow|tag|version|language):(.*)$/is.exec(whole) || [];
    const text = inner === undefined ? rest ?? whole : inner.replace(/\\(.)/g, "$1");
    const low = text.toLowerCase();
    const values = FIELDS[(key || field || "").toLowerCase()];
    if (!values) return (test, at) => HAYSTACKS[at].includes(low);
    if (end) return (test) => values(test).includes(text);
    return (test) => values(test).some((value) => value && value.toLowerCase().startsWith(low));
  });
}

const FIRST_ROWS = 60;
const MORE_ROWS = 300;
const rows = new Array(TESTS.length);
let filled = 0;

function row(at) {
  if (rows[at]) return rows[at];
  const test = TESTS[at];
  const said = test.message ? h("span", { class: "said" }, ...sentence(test.message)) : h("span", { class: "said title" }, test.title);
  const pending = test.pending > 0 && h("span", { class: "of-it" }, `${duration(test.pending)} pending`);
  const anchor = link({ view: "test", name: test.name }, { class: "row" },
    badge(test.flaky ? "flaky" : test.verdict),
    h("span", { class: "what" }, h("span", { class: "name" }, test.name), said),
    h("span", { class: "flow" }, test.flow || ""),
    h("span", { class: "took" }, test.verdict === "skipped" ? "" : duration(test.seconds), pending));
  rows[at] = h("li", null, anchor);
  return rows[at];
}

/** The places of the tests that a route shows, in its order. */
function shownBy(route) {
  const [, , wanted] = CHIPS.find(([key]) => key === route.show);
  const asked = conditions(route.q);
  const places = [];
  TESTS.forEach((test, at) => {
    if (wanted(test) && asked.every((holds) => holds(test, at))) places.push(at);
  });
  const order = SORTS[route.sort][1];
  return order ? places.sort((a, b) => order(TESTS[a], TESTS[b]) || a - b) : places;
}

function renderList() {
  byId("chips").replaceChildren(...CHIPS.map(([key, word, wanted, meaning]) =>
    link({ view: "list", show: key }, { class: `chip ${key}`, "aria-current": route.show === key ? "true" : null, "data-show": key, title: meaning },
      word, h("span", { class: "number" }, number(TESTS.filter(wanted).length)))));
  const search = byId("search");
  if (document.activeElement !== search || !search.value.startsWith(route.q)) search.value = route.q;
  byId("sort").value = route.sort;

  const places = shownBy(route);
  const words = places.length === TESTS.length ? counted(TESTS.length, "test") : `${number(places.length)} of ${counted(TESTS.length, "test")}`;
  if (byId("count").textContent !== words) byId("count").textContent = words;
  byId("nothing").hidden = places.length > 0;
  const list = byId("list");
  list.hidden = places.length === 0;
  list.replaceChildren(...places.slice(0, FIRST_ROWS).map(row));
  filled += 1;
  fill(list, places, FIRST_ROWS, filled);
}

/** Appends the other rows, unless the list is filled anew meanwhile. */
function fill(list, places, from, turn) {
  if (turn !== filled || from >= places.length) {
    if (turn === filled) list.dataset.filled = String(places.length);
    return;
  }
  delete list.dataset.filled;
  const later = window.requestIdleCallback || ((act) => setTimeout(act, 0));
  later(() => {
    if (turn !== filled) return;
    list.append(...places.slice(from, from + MORE_ROWS).map(row));
    fill(list, places, from + MORE_ROWS, turn);
  });
}

/** Puts all rows in at once, for one that is far down. */
function fillWhole() {
  filled += 1;
  byId("list").replaceChildren(...shownBy(route).map(row));
}

function startList() {
  byId("sort").replaceChildren(...CHOICES.sort.map((key) => h("option", { value: key }, SORTS[key][0])));
  byId("sort").addEventListener("change", (event) => go({ view: "list", sort: event.target.value }));
  byId("search").addEventListener("input", (event) => {
    settle({ q: event.target.value.trim() });
    renderList();
  });
  byId("controls").addEventListener("submit", (event) => {
    event.preventDefault();
    byId("list").querySelector("a")?.focus();
  });
  // Of a run without a test the headline says all that there is to say.
  byId("tests").hidden = TESTS.length === 0;
}

