// What does not hold, in words: first what, then where, then why.

const placeText = (place) => `${place.file}:${place.line}:${place.column}`;

async function failureArticle(failure, step, lines, openStep) {
  const text = await fileOf(failure.place.file);
  const kind = failure.grade === "warning" ? "Warning" : failure.rule ? `Contract rule ${failure.rule}` : failure.code;
  return h("article", { class: `failure ${failure.grade}` },
    h("h3", null, kind && h("span", { class: "kind" }, kind, ": "), failure.message),
    h("p", { class: "where" },
      step && h("button", { type: "button", class: "linklike", onclick: () => openStep(step.number, failure.place.line) }, `Step ${step.number}: ${step.label}`),
      step && " · ", h("span", { class: "code" }, placeText(failure.place))),
    text ? excerpt(text, failure.place, failure.label) : failure.label && h("p", null, failure.label),
    lines && values(lines),
    failure.help && h("p", { class: "help" }, h("b", null, "Help: "), failure.help),
    failure.notes.map((note) => h("p", { class: "note" }, h("b", null, "Note: "), note)),
    failure.related.map((related) => h("p", { class: "note" }, `${related.message}: `, h("span", { class: "code" }, placeText(related.place)))));
}

/** Everything that does not hold or is odd, in order, each with its step. */
function failuresOf(test) {
  const own = test.problem ? [[test.problem, null]] : [];
  return own.concat(test.steps.flatMap((step) => step.failures.map((failure) => [failure, step])));
}

async function wrong(detail, openStep) {
  const { test } = detail;
  const articles = await Promise.all(failuresOf(test).map(([failure, step], at) =>
    failureArticle(failure, step, detail.compared[String(at)], openStep)));
  for (const step of test.steps.filter((one) => one.unanswered)) {
    articles.push(h("article", { class: "failure error" }, h("h3", null, step.unanswered.why),
      h("p", { class: "where" }, h("button", { type: "button", class: "linklike", onclick: () => openStep(step.number) }, `Step ${step.number}: ${step.label}`))));
  }
  if (!articles.length) return null;
  const grave = test.verdict !== "passed" && articles.some((article) => article.classList.contains("error"));
  return h("section", { class: "wrong", "aria-labelledby": "wrong-heading" },
    h("h2", { id: "wrong-heading" }, grave ? "What is wrong" : "What is odd"), articles);
}

const STANDINGS = {
  same: "as accepted",
  new: "new: nothing was accepted yet",
  changed: "not as accepted",
};

/** A snapshot: what the change means, then the lines. */
function snapshot(step, at, detail) {
  const { file, standing, note, changes, actual, passes } = step.snapshot;
  const lines = detail.compared[`s${at}`];
  return h("div", { class: "snapshot" },
    h("h4", null, "Snapshot: ", STANDINGS[standing], !passes && h("span", { class: "badge review" }, "to review")),
    h("p", { class: "where code" }, file),
    note && h("p", null, note),
    changes.length > 0 && h("ul", { class: "changes" }, changes.map((change) => h("li", null, ...sentence(change)))),
    lines && lines.length > 0 && diff(lines, ["accepted", "now"]),
    standing === "new" && actual && h("details", null, h("summary", null, "The answer as it would be accepted"),
      h("pre", { class: "code wrapped", tabindex: "0", role: "group", "aria-label": "Answer" }, actual)));
}

/** The snapshots that await review. */
function changed(detail, openStep) {
  const waiting = detail.test.steps.map((step, at) => [step, at]).filter(([step]) => step.snapshot && !step.snapshot.passes);
  if (!waiting.length) return null;
  return h("section", { class: "changed", "aria-labelledby": "changed-heading" },
    h("h2", { id: "changed-heading" }, "What awaits review"),
    waiting.map(([step, at]) => h("article", null,
      h("h3", null, h("button", { type: "button", class: "linklike", onclick: () => openStep(step.number) }, `Step ${step.number}: ${step.label}`)),
      snapshot(step, at, detail))));
}

