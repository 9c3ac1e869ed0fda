// The launch pad while somebody types: which side was edited, answers that came too late,
// and one launch for one press. Without it, the buttons Check, Load and Launch do the same.

const form = document.getElementById("launch");
let edits = 0;
let template = "";

function sideOf(target) {
  if (target.id === "config") return "text";
  return target.closest("#fields") ? "fields" : "";
}

form?.addEventListener("input", (event) => {
  edits += 1;
  // A change still to be checked on one side stays due when a fact is typed after it.
  form.elements.edited.value = sideOf(event.target) || form.elements.edited.value;
});

// An answer to what stood there before the last key would take that key away again.
document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt === form) detail.xhr.editsWhenSent = edits;
});
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.elt !== form) return;
  if (detail.xhr.editsWhenSent !== edits) detail.shouldSwap = false;
});

function markFaults() {
  for (const slot of form.querySelectorAll(".fault[data-for]")) {
    const control = document.getElementById(slot.dataset.for);
    if (slot.textContent.trim()) control?.setAttribute("aria-invalid", "true");
    else control?.removeAttribute("aria-invalid");
  }
  const faulty = document.querySelector("#problems li") !== null;
  form.elements.config.toggleAttribute("aria-invalid", false);
  if (faulty) form.elements.config.setAttribute("aria-invalid", "true");
}

// Another template suggests another name, as long as nobody has given one.
function suggestName() {
  const suggested = document.getElementById("configuration").dataset.suggested;
  const name = form.elements.name;
  if (name.value === template) name.value = suggested;
  template = suggested;
}

document.body.addEventListener("htmx:afterSettle", () => {
  if (!form) return;
  markFaults();
  suggestName();
});
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  const done = detail.elt === form && detail.successful && detail.xhr.editsWhenSent === edits;
  if (done) form.elements.edited.value = "";
});

function isEdited() {
  const text = form.elements.config;
  return text.value !== text.defaultValue || document.getElementById("diff").dataset.changed !== "0";
}

let chosen = {};

function remember(choose) {
  chosen = { program: choose.elements.program.value, template: choose.elements.template.value };
}

document.body.addEventListener("htmx:confirm", (event) => {
  const choose = event.target.closest("[data-choose]");
  if (!choose || !isEdited()) return;
  event.preventDefault();
  if (window.confirm("Load another template? What you changed in this one is left behind.")) {
    event.detail.issueRequest(true);
  } else {
    Object.assign(choose.elements.program, { value: chosen.program });
    Object.assign(choose.elements.template, { value: chosen.template });
  }
});
document.body.addEventListener("focusin", ({ target }) => {
  const choose = target.closest("[data-choose]");
  if (choose) remember(choose);
});

form?.addEventListener("submit", (event) => {
  const button = form.querySelector("[data-launch]");
  if (button.dataset.busy !== undefined) {
    event.preventDefault();
    return;
  }
  button.dataset.busy = "";
  button.setAttribute("aria-disabled", "true");
});

// Back from the run, the page may come out of the browser's memory as it was left: another
// launch from here is another run, so it needs a token of its own.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted || !form) return;
  const button = form.querySelector("[data-launch]");
  delete button.dataset.busy;
  button.removeAttribute("aria-disabled");
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  form.elements.token.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
});

if (form) template = document.getElementById("configuration").dataset.suggested;
