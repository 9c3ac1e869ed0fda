// Keyboard shortcuts; templates/frame/_keys.html lists them. Off while somebody types.

const GO = { a: "/alerts/", b: "/batches/", c: "/checkpoints/", d: "/", j: "/jobs/", p: "/projects/", r: "/runs/", t: "/templates/" };
const CHORD_MS = 1200;
const dialog = document.getElementById("keys");
let chordUntil = 0;

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);
const here = () => document.querySelector("[data-here]");

function move(step) {
  const all = rows();
  if (!all.length) return;
  const from = all.indexOf(here());
  const to = from < 0 ? (step > 0 ? 0 : all.length - 1) : from + step;
  const target = all[Math.min(Math.max(to, 0), all.length - 1)];
  here()?.removeAttribute("data-here");
  target.setAttribute("data-here", "");
  (target.querySelector("a[data-open]") || target).focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
}

function focusSearch() {
  const input = document.querySelector("[data-search]");
  input?.focus();
  input?.select();
}

const ACTIONS = {
  "?": () => dialog.showModal(),
  "/": focusSearch,
  n: () => location.assign("/runs/new/"),
  g: () => (chordUntil = performance.now() + CHORD_MS),
  j: () => move(1),
  k: () => move(-1),
  x: () => here()?.querySelector("input[type=checkbox]")?.click(),
};

function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function closeOpen(target) {
  const open = document.querySelector("details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  } else if (isTyping(target)) {
    target.blur();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape") {
    closeOpen(event.target);
    return;
  }
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const chord = performance.now() < chordUntil && GO[event.key];
  chordUntil = 0;
  if (chord) {
    location.assign(chord);
  } else if (Object.hasOwn(ACTIONS, event.key)) {
    event.preventDefault();
    ACTIONS[event.key]();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-keys]")) dialog.showModal();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
