// Dragging over a range asks the server for that part, so that ticks and figures are right: the
// range is filled into the form that is there for those without a pointer. Twice: all again.

const LEAST_PX = 8;
const NAMES = { x: ["from", "to"], y: ["low", "high"] };

// What the server says of an axis: its ends, the pixel of its low end, and how it goes.
function axisOf(svg, name) {
  const told = svg.dataset[name];
  if (!told) return null;
  const [low, high, base, kind] = told.split(" ");
  const [left, top, right] = svg.dataset.box.split(" ").map(Number);
  const bend = kind === "log" ? Math.log10 : Number;
  const back = kind === "log" ? (value) => 10 ** value : Number;
  const [first, last] = [bend(Number(low)), bend(Number(high))];
  const end = name === "x" ? right : top;
  const limit = (share) => Math.min(Math.max(share, 0), 1);
  return (pixel) => back(first + limit((pixel - Number(base)) / (end - Number(base))) * (last - first));
}

function written(value) {
  return String(Number(value.toPrecision(6)));
}

export function startZoom(figure, signal) {
  const plot = figure.querySelector(".picture-plot");
  let begun = null;

  const svgOf = () => plot.querySelector(".p-root[data-box]");
  const at = (svg, event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());

  function inside(svg, { x, y }) {
    const [left, top, right, bottom] = svg.dataset.box.split(" ").map(Number);
    return { x: Math.min(Math.max(x, left), right), y: Math.min(Math.max(y, top), bottom) };
  }

  // What is dragged over: both ranges, or all of the axis along which hardly anything was.
  function selected(now) {
    const { svg, from } = begun;
    const [left, top, right, bottom] = svg.dataset.box.split(" ").map(Number);
    const to = inside(svg, now);
    const x = svg.dataset.x && Math.abs(to.x - from.x) >= LEAST_PX;
    const y = svg.dataset.y && Math.abs(to.y - from.y) >= LEAST_PX;
    return {
      x: x ? [from.x, to.x].sort((a, b) => a - b) : null,
      y: y ? [from.y, to.y].sort((a, b) => b - a) : null,
      rect: {
        left: x ? Math.min(from.x, to.x) : left,
        top: y ? Math.min(from.y, to.y) : top,
        width: x ? Math.abs(to.x - from.x) : right - left,
        height: y ? Math.abs(to.y - from.y) : bottom - top,
      },
    };
  }

  function draw(event) {
    if (!begun) return;
    const { x, y, rect } = selected(at(begun.svg, event));
    begun.mark.toggleAttribute("hidden", !x && !y);
    if (!x && !y) return begun.mark.setAttribute("width", 0);
    begun.mark.setAttribute("x", rect.left);
    begun.mark.setAttribute("y", rect.top);
    begun.mark.setAttribute("width", rect.width);
    begun.mark.setAttribute("height", rect.height);
  }

  function begin(event) {
    const svg = svgOf();
    // a finger scrolls
    if (!svg || event.button || event.pointerType === "touch") return;
    const mark = document.createElementNS(svg.namespaceURI, "rect");
    mark.setAttribute("class", "p-selection");
    svg.append(mark);
    begun = { svg, mark, from: inside(svg, at(svg, event)) };
    plot.setPointerCapture(event.pointerId);
  }

  function end(event) {
    if (!begun) return;
    const ranges = selected(at(begun.svg, event));
    const { svg } = begun;
    cancel();
    if (ranges.x || ranges.y) ask(svg, ranges);
  }

  function cancel() {
    begun?.mark.remove();
    begun = null;
  }

  function ask(svg, ranges) {
    const form = figure.querySelector(".picture-zoom form");
    for (const [axis, names] of Object.entries(NAMES)) {
      if (!ranges[axis]) continue;
      const value = axisOf(svg, axis);
      names.forEach((name, index) => {
        form.elements[name].value = written(value(ranges[axis][index]));
      });
    }
    form.requestSubmit();
  }

  plot.addEventListener("pointerdown", begin, { signal });
  plot.addEventListener("pointermove", draw, { signal });
  plot.addEventListener("pointerup", end, { signal });
  plot.addEventListener("pointercancel", cancel, { signal });
  plot.addEventListener("keydown", (event) => event.key === "Escape" && cancel(), { signal });
  plot.addEventListener("dblclick", () => figure.querySelector("[data-reset]")?.click(), { signal });
  signal.addEventListener("abort", cancel);
}
