// YAML with the numbers of its lines: what a test is written in, and what of it does not hold.

/** A line of YAML, coloured: comments, keys, strings, templates. */
function yamlLine(text) {
  const found = /(\{\{.*?\}\})|("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')|((?:^|\s)#.*$)|((?:^|[\s{,[])[^\s#"'{[,:][^#"'{[,:]*(?=:(?:\s|$)))/g;
  const kinds = [null, "template", "string", "comment", "key"];
  const parts = [];
  let last = 0;
  for (const match of text.matchAll(found)) {
    const kind = kinds[match.slice(1).findIndex((group) => group !== undefined) + 1];
    if (match.index > last) parts.push(text.slice(last, match.index));
    parts.push(h("span", { class: `yaml-${kind}` }, match[0]));
    last = match.index + match[0].length;
  }
  parts.push(text.slice(last));
  return parts;
}

/** A line of which a part is marked; columns are counted from one, in characters. */
function markedLine(text, from, to) {
  const letters = [...text];
  const part = (start, end) => letters.slice(start, end).join("");
  return [part(0, from - 1), h("mark", null, part(from - 1, to - 1) || " "), part(to - 1)];
}

/** The lines round a place, with it marked and what is said there below it. */
function excerpt(text, place, label) {
  const lines = text.split("\n");
  const first = Math.max(1, place.line - 2);
  const last = Math.min(lines.length, Math.max(place.line, Math.min(place.end_line, place.line + 6)) + 1);
  const out = [];
  for (let line = first; line <= last; line += 1) {
    const written = lines[line - 1].replace(/\r$/, "");
    if (line === last && written === "") continue;
    const bad = line >= place.line && line <= place.end_line;
    const from = line === place.line ? place.column : written.search(/\S|$/) + 1;
    const to = line === place.end_line ? place.end_column : [...written].length + 1;
    out.push(h("div", { class: bad ? "ln bad" : "ln" }, h("span", { class: "no" }, String(line)),
      h("code", null, bad ? markedLine(written, from, Math.max(to, from + 1)) : yamlLine(written))));
    if (line === place.line && label) {
      out.push(h("div", { class: "ln label" }, h("span", { class: "no" }),
        h("code", null, " ".repeat(Math.max(0, from - 1)), h("span", null, `^ ${label}`))));
    }
  }
  return h("div", { class: "excerpt code", tabindex: "0", role: "group", "aria-label": `Lines ${first} to ${last} of ${place.file}` }, out);
}

/** The files that a test is written in, one at a time, beside its steps. */
class Source {
  constructor(test, openStep) {
    this.test = test;
    this.openStep = openStep;
    this.bad = test.steps.flatMap((step) => step.failures).concat(test.problem ? [test.problem] : [])
      .filter((failure) => failure.grade === "error").map((failure) => failure.place);
    this.path = (this.bad.find((place) => test.files.includes(place.file)) || { file: test.files[0] }).file;
    this.code = h("div", { class: "source code", tabindex: "0", role: "group", "aria-label": "YAML" });
    this.tabs = h("div", { class: "tabs" });
    this.element = h("section", { class: "yaml", "aria-labelledby": "yaml-heading" }, h("h2", { id: "yaml-heading" }, "Source"), this.tabs, this.code);
    this.step = null;
  }

  /** Shows a file; the one that is shown already stays. */
  async show(path) {
    const text = path && await fileOf(path);
    this.path = path;
    this.tabs.replaceChildren(...this.test.files.map((file) => h("button", {
      type: "button", class: "tab", "aria-pressed": String(file === path), onclick: () => this.show(file),
    }, file)));
    if (!text) {
      this.code.replaceChildren(h("p", { class: "none" }, "The journal does not hold this file."));
      return;
    }
    const lines = text.split("\n");
    if (lines[lines.length - 1] === "") lines.pop();
    this.code.replaceChildren(...lines.map((line, at) => this.line(line.replace(/\r$/, ""), at + 1)));
    this.mark();
    const bad = this.code.querySelector(".bad");
    if (bad) this.scrollTo(bad);
  }

  line(text, at) {
    const bad = this.bad.some((place) => place.file === this.path && at >= place.line && at <= place.end_line);
    const step = this.stepAt(at);
    const no = step
      ? h("button", { type: "button", class: "no", "aria-label": `Line ${at}: open step ${step.number}`, onclick: () => this.openStep(step.number) }, String(at))
      : h("span", { class: "no" }, String(at));
    return h("div", { class: bad ? "ln bad" : "ln", "data-line": String(at) }, no,
      bad && h("span", { class: "unseen" }, "does not hold: "), h("code", null, yamlLine(text)));
  }

  /** The step that a line belongs to: the narrowest that has it. */
  stepAt(line) {
    const span = (step) => step.place.end_line - step.place.line;
    return this.test.steps
      .filter((step) => step.place.file === this.path && line >= step.place.line && line <= step.place.end_line)
      .sort((a, b) => span(a) - span(b))[0];
  }

  mark() {
    for (const line of this.code.querySelectorAll(".ln")) {
      const at = Number(line.dataset.line);
      const { step } = this;
      line.classList.toggle("of-step", Boolean(step) && step.place.file === this.path && at >= step.place.line && at <= step.place.end_line);
    }
  }

  /** Shows where a step is written. */
  async showStep(step, line) {
    this.step = step;
    if (this.path !== step.place.file && this.test.files.includes(step.place.file)) await this.show(step.place.file);
    this.mark();
    const target = this.code.querySelector(`[data-line="${line || step.place.line}"]`);
    if (target) this.scrollTo(target);
  }

  /** Moves what is seen of the file, and nothing else of the page. */
  scrollTo(line) {
    this.code.scrollTop = line.offsetTop - this.code.clientHeight / 3;
  }
}

