// Keeps relative times and running durations true on an open page. The words are the same
// as those of the `ago` and `elapsed` filters in runs/web/templatetags/show.py.

const DAY = 86400;

export function ago(seconds, date) {
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 14 * DAY) return `${Math.floor(seconds / DAY)} d ago`;
  return date;
}

export function duration(seconds) {
  const whole = Math.floor(seconds);
  const parts = [
    ["d", Math.floor(whole / DAY)],
    ["h", Math.floor((whole % DAY) / 3600)],
    ["min", Math.floor((whole % 3600) / 60)],
    ["s", whole % 60],
  ];
  const first = parts.findIndex(([, value]) => value > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([, value], index) => index === 0 || value > 0)
    .map(([unit, value]) => `${value} ${unit}`)
    .join(" ");
}

// The clock of this machine may be wrong; only its difference to the server's counts.
const skew = Date.now() - Date.parse(document.body.dataset.now || new Date().toISOString());

function refresh() {
  const now = Date.now() - skew;
  for (const node of document.querySelectorAll("time[data-ago], time[data-elapsed]")) {
    const seconds = Math.max(0, (now - Date.parse(node.dateTime)) / 1000);
    const text = "ago" in node.dataset ? ago(seconds, node.dataset.ago) : duration(seconds);
    if (node.textContent !== text) node.textContent = text;
  }
}

setInterval(() => {
  if (!document.hidden) refresh();
}, 1000);
document.addEventListener("visibilitychange", refresh);
