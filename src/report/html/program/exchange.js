// What was sent and what came back, side by side.

const PARTS = { before: "Needed before", own: "The step's own request", poll: "The last poll" };

function headers(list) {
  if (!list.length) return null;
  return h("details", { class: "headers" }, h("summary", null, counted(list.length, "header")),
    h("dl", { class: "pairs code" }, list.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)))));
}

/** A body: `{json: …}`, `{text: …}`, `{form: …}` or `{file: …}`. */
function body(content) {
  if (!content) return h("p", { class: "none" }, "No body");
  const [[kind, value]] = Object.entries(content);
  if (kind === "json") return jsonView(value);
  if (kind === "form") {
    return h("dl", { class: "pairs code" }, value.map(([name, entry]) => h("div", null, h("dt", null, name), h("dd", null, entry))));
  }
  if (kind === "file") return h("p", null, `File ${value.name}, ${value.media_type}, ${counted(value.bytes, "byte")}`);
  return h("pre", { class: "code wrapped", tabindex: "0", role: "group", "aria-label": "Text" }, value);
}

function bodyText(content) {
  const [[kind, value]] = Object.entries(content);
  return kind === "text" ? value : JSON.stringify(value, null, 2);
}

function requestSide(request) {
  return h("section", { class: "side" },
    h("h4", null, "Request"),
    h("p", { class: "line code" }, h("b", null, request.method), " ", request.url),
    headers(request.headers),
    body(request.body));
}

function answerSide(answer) {
  return h("section", { class: "side" },
    h("h4", null, "Answer", answer.body && copyButton("the answer", () => bodyText(answer.body))),
    h("p", { class: "line code" }, h("b", null, `HTTP ${answer.status}`), ` after ${duration(answer.seconds)}`),
    headers(answer.headers),
    body(answer.body));
}

function curl(command) {
  const text = h("pre", { class: "code wrapped", tabindex: "0", role: "group", "aria-label": "curl command" }, command);
  return h("div", { class: "curl" },
    h("h4", null, "The same request again", copyButton("the curl command", () => command, text)), text);
}

function exchange(one) {
  return h("div", { class: "exchange" }, h("div", { class: one.request.body ? "sides" : "sides bodiless" }, requestSide(one.request), answerSide(one.answer)), curl(one.request.curl));
}

/** All exchanges of a step: its own in sight, the others to be opened. */
function exchanges(step) {
  const shown = step.exchanges.flatMap((one) => {
    const before = one.left_out ? [h("p", { class: "where" }, `… ${counted(one.left_out, "more request")} …`)] : [];
    if (one.part === "own") return [...before, exchange(one)];
    const inner = h("div", null);
    const more = h("details", { class: "more" },
      h("summary", null, `${PARTS[one.part]}: `, h("span", { class: "code" }, `${one.request.method} ${new URL(one.request.url, "http://x").pathname}`), ` · HTTP ${one.answer.status}`), inner);
    more.addEventListener("toggle", () => { if (more.open && !inner.firstChild) inner.append(exchange(one)); });
    // What came of the waiting is what the step is judged by.
    more.open = one.part === "poll";
    return [...before, more];
  });
  if (step.unanswered) {
    const { request, why } = step.unanswered;
    shown.push(h("div", { class: "exchange" },
      h("div", { class: "sides" }, requestSide(request), h("section", { class: "side" }, h("h4", null, "Answer"), h("p", null, "None: ", why))),
      curl(request.curl)));
  }
  return shown;
}

