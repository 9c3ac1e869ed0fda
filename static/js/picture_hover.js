// The value nearest to the pointer; with the keyboard, arrow keys go from value to value.

import { hideTip, showTip } from "./picture_tip.js";

const REACH_PX = 40;
const HERE = "p-here";

// Marks that can be seen: not hidden by the legend, not cut off by a zoom.
function marksOf(plot) {
  const frame = boxOf(plot.querySelector(".p-root"));
  return [...plot.querySelectorAll("[data-tip]")]
    .map((mark) => ({ mark, rect: mark.getBoundingClientRect() }))
    .filter(({ rect }) => {
      const x = (rect.left + rect.right) / 2;
      const y = (rect.top + rect.bottom) / 2;
      const seen = mark => mark.width > 0 || mark.height > 0;
      return seen(rect) && (!frame || (x >= frame.left - 6 && x <= frame.right + 6 && y >= frame.top - 6 && y <= frame.bottom + 6));
    });
}

// The box of the axes on the screen; null where the picture has none.
function boxOf(svg) {
  if (!svg?.dataset.box) return null;
  const [left, top, right, bottom] = svg.dataset.box.split(" ").map(Number);
  const matrix = svg.getScreenCTM();
  const first = new DOMPoint(left, top).matrixTransform(matrix);
  const last = new DOMPoint(right, bottom).matrixTransform(matrix);
  return { left: first.x, top: first.y, right: last.x, bottom: last.y };
}

function outside(value, low, high) {
  return Math.max(low - value, 0, value - high);
}

// A bar is met anywhere above it, too.
function distance({ mark, rect }, x, y) {
  const dx = outside(x, rect.left, rect.right);
  const dy = mark.closest(".p-bars") ? 0 : outside(y, rect.top, rect.bottom);
  const centre = Math.hypot(x - (rect.left + rect.right) / 2, y - (rect.top + rect.bottom) / 2);
  return Math.hypot(dx, dy) + centre / 1000;
}

function nearest(marks, x, y) {
  let found = null;
  let least = REACH_PX;
  for (const each of marks) {
    const far = distance(each, x, y);
    if (far < least) [found, least] = [each, far];
  }
  return found;
}

const centreX = ({ rect }) => rect.left + rect.right;
const centreY = ({ rect }) => rect.top + rect.bottom;

function next(marks, mark, key) {
  const across = [...marks].sort((a, b) => centreX(a) - centreX(b) || centreY(a) - centreY(b));
  const at = across.findIndex((each) => each.mark === mark);
  if (at < 0 || key === "Home") return across[0];
  if (key === "End") return across.at(-1);
  if (key === "ArrowRight") return across[at + 1] ?? across[at];
  if (key === "ArrowLeft") return across[at - 1] ?? across[at];
  const here = across[at];
  const side = key === "ArrowUp" ? -1 : 1;
  const beyond = across.filter((each) => side * (centreY(each) - centreY(here)) > 0);
  const far = (each) => Math.abs(centreX(each) - centreX(here)) * 2 + Math.abs(centreY(each) - centreY(here));
  return beyond.sort((a, b) => far(a) - far(b))[0] ?? here;
}

export function startHover(figure, signal) {
  const plot = figure.querySelector(".picture-plot");
  let marks = null;
  let here = null;
  let frame = 0;

  function leave() {
    cancelAnimationFrame(frame);
    here?.classList.remove(HERE);
    here = marks = null;
    hideTip();
  }

  function show(found) {
    here?.classList.remove(HERE);
    here = found?.mark ?? null;
    here?.classList.add(HERE);
    if (here) showTip(here.dataset.tip, here.getBoundingClientRect());
    else hideTip();
  }

  function follow(event) {
    if (event.buttons) return leave();
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      marks ??= marksOf(plot);
      show(nearest(marks, event.clientX, event.clientY));
    });
  }

  function step(event) {
    if (event.key === "Escape") return leave();
    if (!/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key) || event.target !== plot) return;
    event.preventDefault();
    const found = next(marksOf(plot), here, event.key);
    if (!found) return;
    found.mark.scrollIntoView({ block: "nearest", inline: "nearest" });
    show(found);
    document.querySelector("#announcer").textContent = here.dataset.tip;
  }

  plot.addEventListener("pointermove", follow, { signal });
  plot.addEventListener("pointerdown", follow, { signal });
  plot.addEventListener("pointerleave", leave, { signal });
  plot.addEventListener("keydown", step, { signal });
  plot.addEventListener("blur", leave, { signal });
  addEventListener("scroll", leave, { signal, capture: true, passive: true });
  addEventListener("resize", leave, { signal });
  signal.addEventListener("abort", leave);
}
