// The page of one test.

let turn = 0;
/** What keys act on: the steps of the test that is shown. */
let shownSteps = null;
let shownTest = "";

function fact(name, ...value) {
  return h("div", null, h("dt", null, name), h("dd", null, ...value));
}

function testFacts(test) {
  const requests = test.request_seconds > 0 && `${duration(test.request_seconds)} in requests`;
  const pending = test.pending_seconds > 0 && `${duration(test.pending_seconds)} pending`;
  const parts = [requests, pending].filter(Boolean).join(", ");
  const searched = (field, value) => link({ view: "list", q: exactly(field, value), show: "all" }, null, value);
  const drawn = RUN.pictures.find((one) => isOf(test, one));
  return h("dl", { class: "facts" },
    fact("Written in", h("span", { class: "code" }, `${test.place.file}:${test.place.line}`)),
    test.flow && fact("Flow", drawn ? link({ view: "flow", name: captionKey(drawn) }, null, test.flow) : searched("flow", test.flow), `, ${test.version}`),
    test.language && fact("Language", test.language),
    test.verdict !== "skipped" && fact("Took", duration(test.seconds), parts && h("span", { class: "of-it" }, ` (${parts})`)),
    test.sessions.length > 0 && fact(test.sessions.length > 1 ? "Sessions" : "Session", h("span", { class: "code" }, test.sessions.join(", "))),
    test.tags.length > 0 && fact("Tags", test.tags.flatMap((tag, at) => [at > 0 && ", ", searched("tag", tag)])));
}

/** The tests that one walks through, and what they are: those of the list where it is narrowed, else those to look at. */
function walked() {
  const narrowed = route.q.trim() || route.show !== "all";
  return narrowed ? [shownBy(route), "in the list"] : [FAILING, "to look at"];
}

/** The test before a place and the one after it; a test that is not among them lies where it lies in the run. */
function beside(places, at) {
  const place = places.indexOf(at);
  if (place >= 0) return [places[place - 1], places[place + 1]];
  return [places.filter((other) => other < at).pop(), places.find((other) => other > at)];
}

/** Ways to the test before this one, and after it. */
function neighbours(at) {
  const [places, what] = walked();
  const [before, after] = beside(places, at);
  const place = places.indexOf(at);
  if (!places.length || (places === FAILING && places.length === 1 && place === 0)) return null;
  const way = (to, word, key) => (to === undefined
    ? h("span", { class: "button off" }, word)
    : link({ view: "test", name: TESTS[to].name }, { class: "button", title: `${TESTS[to].name} (key ${key})` }, word));
  return h("nav", { class: "neighbours", "aria-label": places === FAILING ? "Tests to look at" : "Tests in the list" }, way(before, "← Previous", "p"),
    h("span", null, place < 0 ? `${number(places.length)} ${what}` : `${number(place + 1)} of ${number(places.length)} ${what}`), way(after, "Next →", "n"));
}

function attempts(test) {
  if (!test.attempts.length) return null;
  return h("section", { class: "attempts", "aria-labelledby": "attempts-heading" }, h("h2", { id: "attempts-heading" }, "Earlier attempts"),
    h("ol", null, test.attempts.map((attempt) => h("li", null, mark(attempt.verdict), " ", attempt.message || "it did not pass", ` (${duration(attempt.seconds)})`,
      attempt.explanation && h("details", null, h("summary", null, "All that was said of it"),
        h("pre", { class: "code", tabindex: "0", role: "group", "aria-label": "Explanation" }, attempt.explanation))))));
}

function asText(test) {
  if (!test.explanation) return null;
  // Labels in sentences stand between asterisks, which are in the way in a ticket.
  const sentences = test.steps.flatMap((step) => step.snapshot?.changes || []);
  const explanation = sentences.reduce((all, one) => all.replaceAll(one, () => sentence(one).map((part) => part.textContent ?? part).join("")), test.explanation);
  const text = h("pre", { class: "code", tabindex: "0", role: "group", "aria-label": "Explanation" }, explanation);
  return h("details", { class: "as-text" }, h("summary", null, "As text, for a ticket"), copyButton("the explanation", () => explanation, text), text);
}

/** Which step a test is opened at: the first that failed, else the first that awaits review. */
function firstOpen(test) {
  const bad = test.steps.find((step) => !["passed", "skipped", "review"].includes(step.verdict))
    || test.steps.find((step) => step.verdict === "review");
  return bad ? bad.number : 0;
}

/** What is known of a test that is not in the list. */
function unended(name) {
  const left = RUN.unfinished.find((test) => test.name === name);
  if (left) {
    return [h("h1", { tabindex: "-1" }, name), h("p", { class: "notice" }, `Nothing is known of how this test ended: ${left.message}.`),
      left.file && h("dl", { class: "facts" }, fact("Written in", h("span", { class: "code" }, `${left.file}:${left.line}`)))].filter(Boolean);
  }
  entitle("No such test");
  return [h("h1", { tabindex: "-1" }, "No such test"),
    h("p", null, "This report has no test ", h("span", { class: "code" }, name), RUN.missing ? `; ${RUN.missing}, and it may be theirs.` : ".")];
}

async function renderTest() {
  const view = byId("view-test");
  if (shownTest === route.name && shownSteps) {
    followStep();
    return;
  }
  turn += 1;
  const mine = turn;
  shownTest = route.name;
  shownSteps = null;
  const back = link({ view: "list" }, { class: "back" }, "← All tests");
  const at = PLACE_OF.get(route.name);
  if (at === undefined) {
    view.replaceChildren(h("div", { class: "bar" }, back), ...unended(route.name));
    return;
  }
  const row = TESTS[at];
  const head = h("header", { class: "test-head" },
    h("h1", { tabindex: "-1" }, row.name), h("p", { class: "title" }, badge(row.flaky ? "flaky" : row.verdict), " ", row.title));
  view.replaceChildren(h("div", { class: "bar" }, back, neighbours(at)), head);
  let detail;
  try {
    detail = await detailOf(at);
  } catch (error) {
    if (mine === turn) view.append(h("p", { class: "notice" }, String(error.message)));
    return;
  }
  const { test } = detail;
  const source = new Source(test, (number) => reveal(number));
  const steps = new Steps(detail, (step, line) => {
    source.showStep(step, line);
    if (shownSteps === steps && route.step !== step.number) settle({ step: step.number });
  });
  const reveal = (number, line) => {
    const item = steps.open(number, line);
    if (!item) return;
    item.button.focus({ preventScroll: true });
    item.element.scrollIntoView({ block: "nearest" });
    if (item.element.getBoundingClientRect().top > innerHeight * 0.7) item.element.scrollIntoView({ block: "start" });
  };
  const [bad, drawn] = await Promise.all([wrong(detail, reveal), pathPictures(detail), source.show(source.path)]);
  if (mine !== turn) return;
  head.append(testFacts(test));
  view.append(h("div", { class: "test-body" },
    h("div", { class: "told" },
      test.reason && h("p", { class: "reason" }, test.verdict === "skipped" ? `Skipped: ${test.reason}` : test.reason), bad, changed(detail, reveal), attempts(test), steps.element, drawn, asText(test)),
    source.element));
  const first = route.step || firstOpen(test);
  if (first) steps.open(first);
  shownSteps = steps;
  view.dataset.shown = row.name;
  if (route.step) steps.find(route.step)?.element.scrollIntoView({ block: "nearest" });
}

/** Opens the step that the address names. */
function followStep() {
  const item = shownSteps.find(route.step);
  if (item && item.inner.hidden) shownSteps.open(route.step);
}

/** The next test, or the one before. */
function neighbour(forward) {
  const [places, what] = walked();
  const at = route.view === "test" ? PLACE_OF.get(route.name) ?? -1 : -1;
  const to = beside(places, at)[forward ? 1 : 0];
  if (to === undefined) announce(`There is no further test ${what}`);
  else go({ view: "test", name: TESTS[to].name });
}
