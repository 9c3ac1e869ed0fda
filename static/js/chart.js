// One metric against load: mean, confidence band, log axis, zoom by dragging, values on hover.

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { anyPositive, columns, name, saveCsv, savePng, shortNumber } from "./chart_data.js";

const HEIGHT_PX = 280;
const COLOURS = 8;

const around = (value) => (value ? [value - Math.abs(value) / 10, value + Math.abs(value) / 10] : [-1, 1]);

function padded(plot, min, max) {
  if (min === null || min === undefined) return [0, 1];
  return min === max ? around(min) : uPlot.rangeNum(min, max, 0.1, true);
}

export class Chart {
  constructor(host, chart, x, index, signal) {
    Object.assign(this, { host, chart, x, signal });
    this.colourName = `--chart-${(index % COLOURS) + 1}`;
    this.log = chart.log;
    this.build();
    this.draw();
    new ResizeObserver(() => this.fit()).observe(this.plotHost);
    const theme = new MutationObserver(() => this.draw());
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw(), { signal });
    signal.addEventListener("abort", () => theme.disconnect());
  }

  build() {
    this.plotHost = document.createElement("div");
    this.plotHost.className = "chart-plot";
    this.probe = document.createElement("span");
    this.probe.hidden = true;
    const bar = document.createElement("div");
    bar.className = "toolbar chart-bar";
    this.logButton = this.button("log axis", () => {
      this.log = !this.log;
      this.draw();
    });
    bar.append(
      this.logButton,
      this.button("reset zoom", () => this.plot.setData(this.plot.data, true)),
      this.button("CSV", () => saveCsv(this.chart, this.x)),
      this.button("PNG", () => savePng(this.plot.ctx.canvas, this.chart, { ground: this.colour("--surface"), text: this.colour("--text") })),
    );
    const head = document.createElement("div");
    head.className = "chart-head";
    const title = document.createElement("h2");
    title.textContent = name(this.chart.label, this.chart.unit);
    head.append(title, bar);
    this.host.append(this.probe, head, this.plotHost);
  }

  button(text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small quiet";
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  // A canvas knows neither variables nor light-dark(): ask what they come to.
  colour(variable) {
    this.probe.style.color = `var(${variable})`;
    return getComputedStyle(this.probe).color;
  }

  get usesLog() {
    return this.log && anyPositive(this.chart.points);
  }

  options() {
    const stroke = this.colour(this.colourName);
    const soft = stroke.replace("rgb(", "rgba(").replace(")", ", 0.18)");
    const edge = stroke.replace("rgb(", "rgba(").replace(")", ", 0.45)");
    const axis = {
      stroke: this.colour("--muted"),
      grid: { stroke: this.colour("--line"), width: 1 },
      ticks: { stroke: this.colour("--line"), width: 1 },
      font: "12px system-ui, sans-serif",
      labelFont: "12px system-ui, sans-serif",
      labelSize: 22,
      values: (plot, splits) => splits.map(shortNumber),
    };
    const value = (plot, number) => shortNumber(number) || "–";
    return {
      width: this.plotHost.clientWidth || 400,
      height: HEIGHT_PX,
      scales: {
        x: { time: false, range: (plot, min, max) => (min === max ? around(min) : [min, max]) },
        y: this.usesLog ? { distr: 3 } : { range: padded },
      },
      axes: [
        { ...axis, label: name(this.x.label, this.x.unit), size: 34 },
        { ...axis, label: name(this.chart.label, this.chart.unit), size: 64 },
      ],
      series: [
        { label: this.x.label, value },
        { label: "mean", stroke, width: 2, points: { show: true, size: 6, fill: stroke }, value },
        { label: "95 % upper", stroke: edge, width: 1, points: { show: false }, value },
        { label: "95 % lower", stroke: edge, width: 1, points: { show: false }, value },
      ],
      bands: [{ series: [2, 3], fill: soft }],
      cursor: { drag: { x: true, y: false } },
    };
  }

  draw() {
    this.plot?.destroy();
    this.plot = new uPlot(this.options(), columns(this.chart.points, this.usesLog), this.plotHost);
    this.drawnLog = this.usesLog;
    this.logButton.setAttribute("aria-pressed", String(this.log));
    const picture = this.plot.root.querySelector(".u-wrap");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `${this.chart.label} against ${this.x.label}; the values stand in the table below`);
    this.openLegend();
  }

  // A click on a name hides its line; so does Enter.
  openLegend() {
    for (const label of this.plot.root.querySelectorAll(".u-legend .u-series:not(:first-child) th")) {
      label.tabIndex = 0;
      label.setAttribute("role", "button");
      label.onkeydown = (event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), label.click());
    }
  }

  fit() {
    const width = this.plotHost.clientWidth;
    if (width && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT_PX });
  }

  get zoomed() {
    const [xs] = this.plot.data;
    const { min, max } = this.plot.scales.x;
    return xs.length > 1 && (min > xs[0] || max < xs.at(-1));
  }

  // New values do not take away somebody's zoom.
  update(chart) {
    this.chart = chart;
    if (this.usesLog !== this.drawnLog) this.draw();
    else this.plot.setData(columns(chart.points, this.usesLog), !this.zoomed);
  }
}
