// What the address asks for is shown.

const THEMES = ["system", "light", "dark"];

function setTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId("theme").replaceChildren(h("span", { "aria-hidden": "true" }, { system: "◐", light: "○", dark: "●" }[theme]), " ",
    h("span", { class: "wide-only" }, "Theme: "), theme);
  byId("theme").setAttribute("aria-label", `Theme: ${theme}`);
}

function turnTheme() {
  const now = document.documentElement.dataset.theme || "system";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  memory.set("theme", next);
  setTheme(next);
  announce(`Theme: ${next}`);
}

/** How the run went, as the window is called where the list is shown. */
const TITLE = document.title;
let listScroll = 0;
let lastView = "";
let lastName = "";

/** Calls the window as what it shows is headed. */
function entitle(heading) {
  document.title = heading ? `${heading} · ${TITLE}` : TITLE;
}

function show() {
  entitle(route.view === "test" ? route.name : "");
  for (const view of ["list", "test", "flow"]) byId(`view-${view}`).hidden = route.view !== view;
  for (const [id, view] of [["to-tests", "list"], ["to-flows", "flow"]]) {
    if (route.view === view) byId(id).setAttribute("aria-current", "page");
    else byId(id).removeAttribute("aria-current");
    byId(id).setAttribute("href", addressOf({ ...route, view, name: "", step: 0 }));
  }
  if (route.view === "list") renderList();
  const shown = { list: () => Promise.resolve(), test: renderTest, flow: renderFlow }[route.view]();
  const came = lastView && (lastView !== route.view || lastName !== route.name);
  const from = [lastView, lastName];
  lastView = route.view;
  lastName = route.name;
  shown.then(() => { document.documentElement.dataset.shown = addressOf(route); });
  if (!came) return;
  if (route.view !== "list") {
    scrollTo(0, 0);
    shown.then(() => { if (!document.activeElement || document.activeElement === document.body || document.activeElement.closest("[hidden]")) byId(`view-${route.view}`).querySelector("h1")?.focus({ preventScroll: true }); });
    return;
  }
  const row = from[0] === "test" && PLACE_OF.has(from[1]) ? rows[PLACE_OF.get(from[1])] : null;
  if (row) {
    if (!row.isConnected) fillWhole();
    row.querySelector("a").focus({ preventScroll: true });
  }
  scrollTo(0, listScroll);
  row?.scrollIntoView({ block: "nearest" });
}

addEventListener("scroll", () => { if (lastView === "list") listScroll = scrollY; }, { passive: true });
addEventListener("hashchange", () => {
  const next = routeOf(location.hash);
  if (addressOf(next) === addressOf(route)) return;
  route = next;
  show();
});

// The skip link's own address would be taken for one of this report.
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});
byId("to-flows").hidden = RUN.pictures.length === 0;
for (const id of ["theme", "help-open"]) byId(id).hidden = false;
byId("theme").addEventListener("click", turnTheme);
byId("show-all").addEventListener("click", () => { byId("search").value = ""; });
const stored = memory.get("theme");
setTheme(THEMES.includes(stored) ? stored : "system");
startList();
startKeys();
show();
