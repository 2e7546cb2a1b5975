// The steps on one scale of time; each opens to what was sent and what came back.

const percent = (part, whole) => `${((whole > 0 ? part / whole : 0) * 100).toFixed(3)}%`;

/** When a step was at work, and when it waited: the waiting is the end of it, drawn apart; a poll is a stroke. */
function bar(step, whole) {
  const track = h("span", { class: "track", "aria-hidden": "true" });
  const place = (kind, from, length) => {
    const piece = h("span", { class: kind });
    piece.style.insetInlineStart = percent(from, whole);
    if (length !== null) piece.style.inlineSize = percent(length, whole);
    track.append(piece);
  };
  if (step.skipped) return track;
  place(`busy ${step.verdict}`, step.started, Math.max(0, step.seconds - step.pending_seconds));
  if (step.pending_seconds > 0) place("waits", step.started + step.seconds - step.pending_seconds, step.pending_seconds);
  for (const poll of step.polls) place("poll", step.started + poll.at, null);
  return track;
}

function tookWords(step) {
  if (step.skipped) return "not done";
  const waits = step.pending_seconds > 0 ? `, of it ${duration(step.pending_seconds)} pending` : "";
  return `${duration(step.seconds)}${waits}`;
}

/** The name of where an answer led. */
const spotName = (spot) => spot.title || (spot.kind === "end" ? "the end" : spot.type || "a step");

function polls(step) {
  if (!step.polls.length) return null;
  const total = step.polls.reduce((sum, poll) => sum + 1 + (poll.left_out || 0), 0);
  return h("details", { class: "more" }, h("summary", null, `${counted(total, "poll")} in ${duration(step.pending_seconds)} of waiting`),
    h("ol", { class: "polls" }, step.polls.flatMap((poll) => [poll.left_out ? h("li", null, `… ${poll.left_out} more …`) : null,
      h("li", null, h("span", { class: "code" }, `+${duration(poll.at)}`), " ", poll.answer)].filter(Boolean))));
}

class Steps {
  /** The steps of a test; `opened` is told of a step that is opened, and of the line it was come from, if any. */
  constructor(detail, opened) {
    this.detail = detail;
    this.opened = opened;
    const { test } = detail;
    this.whole = Math.max(test.seconds, ...test.steps.map((step) => step.started + step.seconds));
    this.items = test.steps.map((step, at) => this.item(step, at));
    const scale = h("div", { class: "scale", "aria-hidden": "true" }, h("span", null),
      h("span", { class: "ticks" }, [0, 0.25, 0.5, 0.75, 1].map((part) => h("span", null, part === 0 ? "0" : duration(this.whole * part)))), h("span", null));
    const anyWaits = test.steps.some((step) => step.pending_seconds > 0);
    this.element = h("section", { class: "steps", "aria-labelledby": "steps-heading" },
      h("h2", { id: "steps-heading" }, "Steps", anyWaits && h("span", { class: "legend" },
        h("span", { class: "swatch busy" }), "at work ", h("span", { class: "swatch waits" }), "pending ", h("span", { class: "swatch poll" }), "poll")),
      test.steps.length ? [scale, h("ol", { class: "timeline" }, this.items.map((item) => item.element))]
        : h("p", { class: "none" }, "No step was reached."));
  }

  item(step, at) {
    const inner = h("div", { class: "step-body", id: `step-body-${at}`, hidden: true });
    const led = step.visit && h("span", { class: "led" }, `→ ${spotName(step.visit.to)}`);
    const button = h("button", {
      type: "button", class: "step-head", "aria-expanded": "false", "aria-controls": inner.id,
      onclick: () => (inner.hidden ? this.open(step.number) : this.shut(step.number)),
    },
    h("span", { class: "step-name" }, mark(step.verdict), h("span", { class: "step-no" }, String(step.number)),
      h("span", { class: "step-label" }, step.label, step.applicant && h("span", { class: "applicant" }, ` ${step.applicant}`), led && " ", led)),
    bar(step, this.whole), h("span", { class: "step-took" }, step.skipped ? "not done" : duration(step.seconds),
      step.pending_seconds > 0 && h("span", { class: "of-it" }, ` ${duration(step.pending_seconds)} pending`)));
    return { step, at, inner, button, element: h("li", { class: `step ${step.verdict}`, "data-step": String(step.number) }, h("h3", null, button), inner) };
  }

  find(number) {
    return this.items.find((item) => item.step.number === number);
  }

  /** Opens a step; the line is where one came from, if from one. */
  open(number, line) {
    const item = this.find(number);
    if (!item) return null;
    if (!item.inner.firstChild) item.inner.append(...this.content(item).flat().filter(Boolean));
    item.inner.hidden = false;
    item.button.setAttribute("aria-expanded", "true");
    for (const one of this.items) one.element.classList.toggle("current", one === item);
    this.opened(item.step, line);
    return item;
  }

  shut(number) {
    const item = this.find(number);
    item.inner.hidden = true;
    item.button.setAttribute("aria-expanded", "false");
  }

  content({ step, at }) {
    const place = h("p", { class: "where" }, h("button", { type: "button", class: "linklike code", onclick: () => this.opened(step, step.place.line) },
      `${step.place.file}:${step.place.line}`), ` · ${step.skipped || tookWords(step)}`,
    !step.skipped && step.request_seconds > 0 && `, ${duration(step.request_seconds)} in requests`);
    const visit = step.visit && h("p", null, step.visit.from ? [`From “${spotName(step.visit.from)}” by ${step.visit.way} to `] : [`By ${step.visit.way} to `],
      h("strong", null, spotName(step.visit.to)), ` (${step.visit.to.type}).`);
    const failing = step.failures.map((failure) => h("p", { class: `brief ${failure.grade}` },
      h("span", { "aria-hidden": "true" }, failure.grade === "error" ? "✕ " : "! "), failure.message));
    return [place, visit, failing, exchanges(step), polls(step),
      step.snapshot && (step.snapshot.passes && step.snapshot.standing !== "same" ? snapshot(step, at, this.detail)
        : h("p", { class: "where" }, `Snapshot: ${step.snapshot.passes ? STANDINGS.same : `${STANDINGS[step.snapshot.standing]}; see above`} · `,
          h("span", { class: "code" }, step.snapshot.file)))];
  }
}

