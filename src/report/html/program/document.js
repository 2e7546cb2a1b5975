// Elements, texts and numbers. Whatever comes from a run becomes text here, never markup.

/** An element: attributes by name, listeners as `onclick`; children are nodes, texts, or nothing. */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

const byId = (id) => document.getElementById(id);

/** A sentence in which labels stand between asterisks, with these strong. */
function sentence(text) {
  return text.split(/\*([^*]+)\*/).map((part, at) => (at % 2 ? h("strong", null, part) : part));
}

function duration(seconds) {
  if (seconds < 0.0005) return "0 ms";
  if (seconds < 1) return `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
  if (seconds < 60) return `${seconds.toFixed(2)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

const number = (count) => count.toLocaleString("en");
const counted = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;

/** How each verdict is told: a sign and a word, so that it never hangs on a colour. */
const VERDICTS = {
  passed: ["✓", "Passed"],
  skipped: ["–", "Skipped"],
  review: ["◆", "To review"],
  broken: ["!", "Broken"],
  failed: ["✕", "Failed"],
  refused: ["⊘", "Refused"],
  interrupted: ["■", "Interrupted"],
  flaky: ["↻", "Flaky"],
};

function badge(verdict) {
  const [sign, word] = VERDICTS[verdict];
  return h("span", { class: `badge ${verdict}` }, h("span", { class: "sign", "aria-hidden": "true" }, sign), word);
}

/** The verdict's sign alone, with its word for those who do not see it. */
function mark(verdict) {
  const [sign, word] = VERDICTS[verdict];
  return h("span", { class: `mark ${verdict}`, title: word },
    h("span", { "aria-hidden": "true" }, sign), h("span", { class: "unseen" }, word));
}

/** What a program that cannot see the screen is told. */
function announce(text) {
  byId("status").textContent = text;
}

/** What is kept beyond this page, where the browser lets it. */
const memory = {
  get(key) {
    try { return localStorage.getItem(`draftgate.${key}`); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(`draftgate.${key}`, value); } catch { /* It is kept for this page only. */ }
  },
};

