// Charts that move while the run goes on. The table under them is rendered by the server and
// brings the charts' numbers with it; the socket only says that there is more.

import { Chart } from "./chart.js";
import { connect } from "./socket.js";

const PAUSE_MS = 400;

export function start(root, signal) {
  const figures = root.querySelector(".figures");
  const main = root.querySelector(".charts:not([data-more])");
  const more = root.querySelector("[data-more]");
  const charts = new Map();
  let offset = Number(root.dataset.offset);
  let timer = 0;

  function place(chart, x) {
    const host = document.createElement("section");
    host.className = "chart";
    host.setAttribute("aria-label", chart.label);
    const apart = chart.more && more && main.childElementCount > 0;
    if (apart) more.parentElement.hidden = false;
    (apart ? more : main).append(host);
    charts.set(chart.name, new Chart(host, chart, x, charts.size, signal));
  }

  function draw() {
    const { x, charts: given } = JSON.parse(figures.querySelector("#chart-data").textContent);
    for (const chart of given) {
      if (charts.has(chart.name)) charts.get(chart.name).update(chart);
      else place(chart, x);
    }
  }

  async function refresh() {
    timer = 0;
    const html = await ask();
    if (!html) return;
    const page = new DOMParser().parseFromString(html, "text/html");
    // What somebody opened or closed stays so.
    const open = figures.querySelector(".values")?.open;
    const fresh = page.querySelector(".values");
    if (fresh && open !== undefined) fresh.open = open;
    // A parser puts a leading script, here the charts' numbers, into the head.
    figures.replaceChildren(...page.head.childNodes, ...page.body.childNodes);
    draw();
  }

  async function ask() {
    try {
      const response = await fetch(root.dataset.url, { signal });
      return response.ok && !response.redirected ? await response.text() : "";
    } catch (error) {
      if (error.name !== "AbortError") timer = setTimeout(refresh, PAUSE_MS * 10);
      return "";
    }
  }

  const socket = connect(root.dataset.socket, {
    onFrame(frame) {
      if (frame.next !== undefined) {
        offset = frame.next;
        socket.send({ ack: offset });
      }
      if (frame.kind === "reset") offset = 0;
      if (!timer) timer = setTimeout(refresh, PAUSE_MS);
    },
    url: () => `${root.dataset.socket}offset=${offset}`,
  });
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    socket.close();
  });
  draw();
}
