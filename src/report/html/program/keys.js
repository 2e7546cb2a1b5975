// The keyboard. Single keys can be turned off: whoever speaks to a computer says letters.

const KEYS = [
  ["/", "search"],
  ["j k", "next, previous row or step"],
  ["Enter", "open it"],
  ["n p", "next, previous test in the narrowed list, or to look at"],
  ["Esc", "back to the list; empty the search"],
  ["t", "light, dark, as the system has it"],
  ["?", "these keys"],
];

function move(forward) {
  const all = [...document.querySelectorAll(route.view === "list" ? "#list a.row" : "#view-test .step-head")];
  const at = all.indexOf(document.activeElement);
  const to = at < 0 ? (forward ? 0 : all.length - 1) : at + (forward ? 1 : -1);
  all[to]?.focus();
  all[to]?.scrollIntoView({ block: "nearest" });
}

function search() {
  if (route.view !== "list") go({ view: "list" });
  requestAnimationFrame(() => { byId("search").focus(); byId("search").select(); });
}

const ACTS = {
  "/": search,
  j: () => move(true),
  k: () => move(false),
  n: () => neighbour(true),
  p: () => neighbour(false),
  t: () => turnTheme(),
  "?": () => byId("help").showModal(),
};

function escape() {
  const field = byId("search");
  if (document.activeElement === field && field.value) {
    settle({ q: "" });
    renderList();
  } else if (document.activeElement === field) field.blur();
  else if (route.view !== "list") go({ view: "list" });
}

function startKeys() {
  const on = byId("keys-on");
  on.checked = memory.get("keys") !== "off";
  on.addEventListener("change", () => memory.set("keys", on.checked ? "on" : "off"));
  byId("help-keys").replaceChildren(...KEYS.map(([keys, what]) =>
    h("div", null, h("dt", null, keys.split(" ").flatMap((key) => [h("kbd", null, key), " "])), h("dd", null, what))));
  byId("help-open").addEventListener("click", () => byId("help").showModal());
  byId("help-close").addEventListener("click", () => byId("help").close());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
    if (event.key === "Escape") {
      escape();
      return;
    }
    const typing = event.target.matches?.("input, select, textarea");
    if (typing || !on.checked || !ACTS[event.key]) return;
    event.preventDefault();
    ACTS[event.key]();
  });
}

