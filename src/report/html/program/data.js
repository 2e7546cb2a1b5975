// What the page holds: the list at once, the rest unpacked when it is asked for.

const RUN = JSON.parse(byId("run").textContent);
const TESTS = RUN.tests;
const PLACE_OF = new Map(TESTS.map((test, at) => [test.name, at]));

/** The tests that are to be looked at, in the order of the run: what failed, what awaits review, what is flaky. */
const FAILING = TESTS.map((test, at) => at).filter((at) => ["failed", "review"].includes(TESTS[at].group) || TESTS[at].flaky);

const parsed = new Promise((resolve) => {
  if (document.readyState !== "loading") resolve();
  else document.addEventListener("DOMContentLoaded", resolve);
});

const chunks = new Map();

/** A packed chunk of items. */
async function chunk(name) {
  // What is packed stands behind this program, and may still be on its way.
  if (!byId(name)) await parsed;
  if (!chunks.has(name)) {
    if (chunks.size > 24) chunks.delete(chunks.keys().next().value);
    chunks.set(name, unpack(byId(name).textContent));
  }
  return chunks.get(name);
}

async function unpack(text) {
  if (typeof DecompressionStream === "undefined") throw new Error("This browser is too old to unpack what the report holds.");
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** All that came of the test at a place in the list. */
async function detailOf(at) {
  const tests = await chunk(`tests-${Math.floor(at / RUN.tests_a_chunk)}`);
  return tests[at % RUN.tests_a_chunk];
}

/** A file's text; null for one that the journal does not hold. */
async function fileOf(path) {
  const at = RUN.files.indexOf(path);
  if (at < 0) return null;
  const files = await chunk(`files-${Math.floor(at / RUN.files_a_chunk)}`);
  return files[at % RUN.files_a_chunk].text;
}

/** The picture at a place, as an element that is nowhere yet. */
async function pictureOf(at) {
  const [{ svg }] = await chunk(`pictures-${at}`);
  const read = new DOMParser().parseFromString(svg, "image/svg+xml");
  return document.importNode(read.documentElement, true);
}

