// What is shown, as the part of the address behind `#`: it works in a file, is kept when the page is loaded again, and can be
// handed on.
//
//   #/?show=failed&q=address&sort=duration
//   #/test/retail/happy::canada?step=2&show=failed
//   #/flow/retail-onboarding/draft
//   #/flow/retail-onboarding (in its first version)

const CHOICES = {
  show: ["all", "passed", "failed", "flaky", "skipped", "review"],
  sort: ["worst", "run", "name", "duration", "pending"],
};

/** A path in which only what must be is escaped, so that names stay legible. */
const escapePath = (name) => encodeURIComponent(name).replace(/%2F/g, "/").replace(/%3A/g, ":");

function unescapePath(path) {
  try { return decodeURIComponent(path); } catch { return path; }
}

/** What an address shows. */
function routeOf(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const asked = new URLSearchParams(query || "");
  const choice = (name) => (CHOICES[name].includes(asked.get(name)) ? asked.get(name) : CHOICES[name][0]);
  const route = { view: "list", name: "", show: choice("show"), sort: choice("sort"), q: asked.get("q") || "", step: 0 };
  const [, view, name] = path.match(/^(test|flow)(?:\/(.*))?$/s) || [];
  if (view) {
    route.view = view;
    route.name = unescapePath(name || "");
    route.step = Number.parseInt(asked.get("step"), 10) || 0;
  }
  return route;
}

/** The address that shows it. */
function addressOf(route) {
  const asked = new URLSearchParams();
  if (route.view === "test" && route.step) asked.set("step", route.step);
  for (const name of ["show", "sort"]) if (route[name] !== CHOICES[name][0]) asked.set(name, route[name]);
  if (route.q) asked.set("q", route.q);
  const path = route.view === "list" ? "" : `${route.view}${route.name ? `/${escapePath(route.name)}` : ""}`;
  const query = asked.toString();
  return `#/${path}${query ? `?${query}` : ""}`;
}

/** What is shown now. */
let route = routeOf(location.hash);

/** Shows something else; the button Back leads here. */
function go(changes) {
  location.hash = addressOf({ ...route, step: 0, ...changes });
}

/** Says in the address what is shown already; Back leads to what was before. */
function settle(changes) {
  route = { ...route, ...changes };
  location.replace(addressOf(route));
}

/** A link to something in this report. */
function link(changes, attributes, ...children) {
  const href = () => addressOf({ ...route, step: 0, ...changes });
  const anchor = h("a", { ...attributes, href: href() }, ...children);
  // The list's state may have changed since the link was made.
  const renew = () => anchor.setAttribute("href", href());
  for (const event of ["pointerdown", "focus", "mouseenter"]) anchor.addEventListener(event, renew);
  return anchor;
}

