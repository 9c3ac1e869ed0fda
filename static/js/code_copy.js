// A button that copies the text of another element.

export function start(root, signal) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => copy(root.querySelector(button.dataset.copy), button), { signal });
  }
}

async function copy(source, button) {
  const text = source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Over plain http there is no clipboard: select it, Ctrl-C does the rest.
    getSelection().selectAllChildren(source);
    button.textContent = "Selected: press Ctrl-C";
    return;
  }
  button.textContent = "Copied";
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2000);
}
