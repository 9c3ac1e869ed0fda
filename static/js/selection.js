// Selecting rows, and a bar that offers what can be done to them. An action applies to those whose
// state allows it, and says how many. The bar's data-field names the checkboxes; without it they are
// those of runs.

const bar = document.getElementById("selection");
const BOX = `input[name=${bar.dataset.field ?? "run"}]`;
let last = null;

const boxes = () => [...document.querySelectorAll(`${BOX}:not(:disabled)`)];
const picked = () => boxes().filter((box) => box.checked);
const allows = (box, action) => box.closest("tr").dataset.actions.split(" ").includes(action);

function show() {
  const chosen = picked();
  bar.hidden = chosen.length === 0;
  bar.querySelector("[data-picked]").textContent = `${chosen.length} selected`;
  for (const button of bar.querySelectorAll("button[name=action]")) {
    const able = chosen.filter((box) => allows(box, button.value)).length;
    button.hidden = able === 0;
    button.dataset.word ??= button.textContent;
    button.textContent = able === chosen.length ? button.dataset.word : `${button.dataset.word} ${able}`;
  }
  showLink(chosen);
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.checked = chosen.length > 0 && chosen.length === boxes().length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
}

// Looking at several beside each other asks for nobody's leave: a link, for so many as there may be.
function showLink(chosen) {
  const link = bar.querySelector("[data-least]");
  if (!link) return;
  link.hidden = chosen.length < Number(link.dataset.least) || chosen.length > Number(link.dataset.most);
  link.href = `${link.pathname}?ids=${chosen.map((box) => box.value).join(",")}`;
}

function pick(list, value) {
  for (const box of list) box.checked = value;
  show();
}

function pickRange(box) {
  const list = boxes();
  const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
  if (from >= 0) pick(list.slice(from, to + 1), box.checked);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest(BOX);
  if (box) {
    if (event.shiftKey && last) pickRange(box);
    last = box;
  }
  if (event.target.closest("[data-pick-none]")) pick(boxes(), false);
});

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-pick-all]")) pick(boxes(), target.checked);
  else if (target.matches(BOX)) show();
});

// Capturing: before htmx reads the form, what the action cannot touch is left out of it.
bar.addEventListener(
  "click",
  ({ target }) => {
    const button = target.closest("button[name=action]");
    if (button) pick(picked().filter((box) => !allows(box, button.value)), false);
  },
  true,
);

document.body.addEventListener("fusionweb:acted", () => pick(boxes(), false));
document.body.addEventListener("htmx:afterSettle", show);
document.addEventListener("fusionweb:rows", show);
show();
