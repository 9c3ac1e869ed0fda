// The end of a log of many gigabytes is shown before its lines have been counted: without their
// numbers. The server counts on with each question; then the end is shown again, numbered.

import { LOADED_LINES } from "./log_loading.js";

const AGAIN_MS = 3000;

export class LineCount {
  busy = false;

  constructor(root, reader, signal) {
    this.root = root;
    this.reader = reader;
    this.signal = signal;
    this.seeksError = "seeksError" in root.dataset;
  }

  show(fraction) {
    this.root.classList.toggle("uncounted", fraction < 1);
    if (fraction < 1 && !this.busy) this.countOn();
  }

  get isWanted() {
    return this.root.classList.contains("uncounted") && !this.signal.aborted;
  }

  async countOn() {
    this.busy = true;
    let answer = { counted: 0 };
    while (this.isWanted && answer.counted < 1) {
      answer = await this.ask();
      if (this.isWanted) this.reader.on.state(`Counting lines… ${Math.floor(100 * answer.counted)} %`);
    }
    this.busy = false;
    if (this.isWanted) await this.number(answer.first_error);
  }

  async ask() {
    try {
      return await this.reader.loading.fetchLines("counting=1&first_error=1");
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      return { counted: 0 };
    }
  }

  // Who has scrolled up meanwhile is not taken away from there: only numbers are put in.
  async number(error) {
    const { reader } = this;
    const { following } = reader;
    const found = await reader.loading.fetchLines(`tail=${LOADED_LINES}`);
    if (!this.isWanted) return;
    reader.on.state("");
    if (this.seeksError && error && following) {
      this.seeksError = false;
      await reader.goTo(error);
      return;
    }
    reader.show(found);
    if (following) reader.toEnd();
  }
}
