// The text side: line numbers beside it, and links of problems that lead to their line.

const text = () => document.getElementById("config");
const numbers = () => document.querySelector(".line-numbers");
let shown = 0;

function draw() {
  const lines = text().value.split("\n").length;
  if (lines !== shown || !numbers().textContent) {
    numbers().textContent = Array.from({ length: lines }, (_, index) => index + 1).join("\n");
    shown = lines;
  }
  numbers().scrollTop = text().scrollTop;
}

function goTo(line) {
  const area = text();
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  const height = area.scrollHeight / lines.length;
  area.scrollTop = Math.max(0, (line - 4) * height);
}

// The text is replaced as a whole when a field changes it: it stays as high as it was drawn,
// and where it was scrolled to.
let scroll = { top: 0, left: 0 };
let height = "";
document.body.addEventListener("htmx:beforeSwap", () => {
  if (!text()) return;
  scroll = { top: text().scrollTop, left: text().scrollLeft };
  height = text().style.height;
});
document.body.addEventListener("htmx:afterSettle", () => {
  if (!text()) return;
  text().style.height = height;
  text().scrollTo(scroll);
  draw();
});

// Captured: neither of the two bubbles from a textarea that comes and goes.
document.addEventListener("scroll", ({ target }) => target.id === "config" && draw(), true);
document.addEventListener("input", ({ target }) => target.id === "config" && draw(), true);
document.addEventListener("click", (event) => {
  const link = event.target.closest("#problems a[data-line]");
  if (!link) return;
  event.preventDefault();
  goTo(Number(link.dataset.line));
});

if (text()) draw();
