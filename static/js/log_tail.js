// The last lines of the log on the overview, live.

import { LineCutter, followLog } from "./log_stream.js";
import { Colours, fill, lineElement } from "./log_text.js";

const SHOWN_LINES = 12;

export function start(panel, signal) {
  const shown = panel.querySelector(".log-last");
  const empty = panel.querySelector(".log-empty");
  const { dataset } = panel;
  const next = Number(dataset.next);
  let colours = new Colours();
  let cutter = new LineCutter(Number(dataset.number));
  let open = null;

  // The server's unfinished line comes again over the socket.
  for (const line of shown.querySelectorAll(".line")) {
    const number = Number(line.id.slice(1));
    const text = line.querySelector(".line-text");
    if (number >= cutter.number) line.remove();
    else fill(text, text.dataset.raw ?? text.textContent, colours);
  }

  function element(number, text) {
    return lineElement(number, text, colours, { href: dataset.href });
  }

  function showText(text) {
    open?.remove();
    const lines = cutter.take(text);
    for (const line of lines.slice(0, -SHOWN_LINES)) colours.skip(line.text);
    shown.append(...lines.slice(-SHOWN_LINES).map((line) => element(line.number, line.text)));
    open = cutter.open ? element(cutter.number, cutter.open) : null;
    if (open) shown.append(open);
    while (shown.childElementCount > SHOWN_LINES) shown.firstElementChild.remove();
    empty.hidden = shown.childElementCount > 0;
  }

  function reset() {
    colours = new Colours();
    cutter = new LineCutter(1);
    shown.replaceChildren();
  }

  const stream = followLog(dataset.socket, next, { text: showText, reset, end() {} });
  signal.addEventListener("abort", () => stream.close());
}
