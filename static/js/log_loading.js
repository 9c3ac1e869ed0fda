// Lines above and below what is in the page, fetched by number before they are scrolled to.

import { Groups } from "./log_groups.js";
import { Colours } from "./log_text.js";

export const LOADED_LINES = 500;
const NEAR_PX = 800;

export class Loading {
  busy = false;

  constructor(reader) {
    this.reader = reader;
  }

  async fetchLines(query) {
    const response = await fetch(`${this.reader.data.lines}${query}`);
    if (!response.ok) throw new Error("the log could not be read");
    return response.json();
  }

  nearby() {
    const { view, attached } = this.reader;
    if (view.count === 0 || this.busy) return;
    if (view.pane.scrollTop < NEAR_PX && view.first > 1) this.once(() => this.before());
    else if (!attached && view.belowPx < NEAR_PX) this.once(() => this.after());
  }

  // One at a time: what is still wanted afterwards is asked for again.
  async once(work) {
    this.busy = true;
    let goOn = false;
    try {
      goOn = await work();
    } catch (error) {
      this.reader.on.state(`${error.message}; scroll to try again.`);
    }
    this.busy = false;
    if (goOn) this.nearby();
  }

  // Whether anything came.
  async before() {
    const { reader } = this;
    const { first } = reader.view;
    const from = Math.max(1, first - LOADED_LINES);
    const fresh = { colours: new Colours(), groups: new Groups() };
    const elements = [];
    while (from + elements.length < first) {
      const line = from + elements.length;
      const found = await this.fetchLines(`line=${line}&count=${first - line}`);
      // Shown elsewhere meanwhile: these lines no longer fit.
      if (reader.view.first !== first) return true;
      if (!found.lines.length) throw new Error("the log became shorter");
      elements.push(...reader.elements(line, found.lines, found.cut, fresh));
    }
    reader.view.keepPlace(() => reader.view.prepend(elements));
    if (reader.view.trimBottom()) reader.attached = false;
    reader.changed();
    return true;
  }

  async after() {
    const { reader } = this;
    const { next } = reader.view;
    const found = await this.fetchLines(`line=${next}&count=${LOADED_LINES}`);
    if (reader.view.next !== next || reader.attached) return true;
    reader.view.append(reader.elements(next, found.lines, found.cut, reader));
    reader.view.keepPlace(() => reader.view.trimTop());
    if (found.at_end) reader.attach(found.next);
    reader.changed();
    return found.lines.length > 0;
  }
}
