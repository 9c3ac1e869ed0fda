// Single keys press what names them: data-hotkey holds keys between blanks. A field is put
// under the cursor instead, a link or button pressed. Off while somebody types, or began "g …".

const CHORD_MS = 1200;
let chordUntil = 0;

const typing = (target) =>
  target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

const named = (key) =>
  [...document.querySelectorAll("[data-hotkey]:not(:disabled)")].find(
    (each) => each.offsetParent && each.dataset.hotkey.split(" ").includes(key),
  );

function press(element) {
  if (element.matches("input, textarea")) element.focus();
  else element.click();
}

// Capturing: before keys.js, whose j, k and others move in lists.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    const inChord = performance.now() < chordUntil;
    chordUntil = event.key === "g" && !inChord ? performance.now() + CHORD_MS : 0;
    const target = !inChord && named(event.key);
    if (!target || (event.key === "Enter" && event.target.matches("a, button, summary"))) return;
    event.preventDefault();
    press(target);
  },
  true,
);
