// Copying, from a file too, where a browser may keep its clipboard to itself.

async function copy(text, from) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = copyAsSelected(text);
  }
  if (!done && from) getSelection().selectAllChildren(from);
  const said = done ? "Copied" : "Selected: press Ctrl C";
  announce(said);
  return said;
}

/** The way of old: text that is selected is copied by a command. */
function copyAsSelected(text) {
  const before = document.activeElement;
  const field = h("textarea", { class: "unseen", "aria-hidden": "true", tabindex: "-1" });
  field.value = text;
  document.body.append(field);
  field.select();
  let done = false;
  try { done = document.execCommand("copy"); } catch { /* Then it is selected instead. */ }
  field.remove();
  if (before) before.focus();
  return done;
}

/** A button that copies what `text` gives, and says so. */
function copyButton(name, text, from) {
  const word = h("span", null, "Copy");
  const button = h("button", {
    type: "button",
    class: "small",
    "aria-label": `Copy ${name}`,
    onclick: async () => {
      word.textContent = await copy(text(), from);
      button.dataset.done = "true";
      button.addEventListener("blur", () => { word.textContent = "Copy"; }, { once: true });
    },
  }, word);
  return button;
}

