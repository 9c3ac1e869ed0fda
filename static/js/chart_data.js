// A metric's points for the chart and for others to take along.

export const name = (label, unit) => (unit ? `${label} [${unit}]` : label);

export function shortNumber(value) {
  if (value === null || value === undefined) return "";
  const size = Math.abs(value);
  if (size && (size < 1e-3 || size >= 1e6)) return value.toExponential(size >= 1e6 ? 2 : 1);
  return String(Number(value.toPrecision(4)));
}

// [x, mean, upper, lower]; on a log axis what is not above zero has no place, and an interval
// that reaches down to it ends at the smallest number there is.
export function columns(points, log) {
  const values = points.flatMap(({ mean, ci_lower: low, ci_upper: high }) => [mean, low, high]);
  const least = Math.min(...values.filter((value) => value > 0));
  const mean = (value) => (value === null || (log && value <= 0) ? null : value);
  const bound = (value) => (value === null || !log ? value : Math.max(value, least));
  return [
    points.map((point) => point.x),
    points.map((point) => mean(point.mean)),
    points.map((point) => (mean(point.mean) === null ? null : bound(point.ci_upper))),
    points.map((point) => (mean(point.mean) === null ? null : bound(point.ci_lower))),
  ];
}

export const anyPositive = (points) => points.some((point) => point.mean > 0);

function save(blob, fileName) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function saveCsv(chart, x) {
  const quote = (text) => `"${text.replaceAll('"', '""')}"`;
  const head = [name(x.label, x.unit), chart.name, "ci_lower", "ci_upper", "n"].map(quote);
  const rows = chart.points.map((point) =>
    [point.x, point.mean, point.ci_lower ?? "", point.ci_upper ?? "", point.n].join(","));
  save(new Blob([`${[head.join(","), ...rows].join("\n")}\n`], { type: "text/csv" }), `${chart.name}.csv`);
}

// The canvas is transparent: a picture needs the page's ground under it, and a title.
export function savePng(canvas, chart, { ground, text }) {
  const picture = document.createElement("canvas");
  const titlePx = 34 * devicePixelRatio;
  picture.width = canvas.width;
  picture.height = canvas.height + titlePx;
  const context = picture.getContext("2d");
  context.fillStyle = ground;
  context.fillRect(0, 0, picture.width, picture.height);
  context.fillStyle = text;
  context.font = `600 ${14 * devicePixelRatio}px system-ui, sans-serif`;
  context.fillText(name(chart.label, chart.unit), titlePx / 2, titlePx * 0.65);
  context.drawImage(canvas, 0, titlePx);
  picture.toBlob((blob) => save(blob, `${chart.name}.png`));
}
