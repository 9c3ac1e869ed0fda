// A picture that the server has drawn: what somebody can do with it where there is script.

import { startHover } from "./picture_hover.js";
import { startLegend } from "./picture_legend.js";
import { startPng } from "./picture_png.js";
import { startZoom } from "./picture_zoom.js";

export function start(figure, signal) {
  startHover(figure, signal);
  startLegend(figure, signal);
  startPng(figure, signal);
  startZoom(figure, signal);
}
