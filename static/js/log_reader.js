// What part of a log is in the page and how it gets there: live from the socket at the end,
// from the server by line number elsewhere.

import { Groups, reveal } from "./log_groups.js";
import { LOADED_LINES, Loading } from "./log_loading.js";
import { LineCutter, followLog } from "./log_stream.js";
import { Colours, fill, lineElement } from "./log_text.js";
import { LogWindow, MOST_LINES } from "./log_window.js";

// Of what pours in while somebody watches the end, this much of a gust is shown; the rest is
// fetched when it is scrolled to.
const GUST_LINES = 1000;
const LINES_BEFORE_TARGET = 100;
const AT_END_PX = 24;

export class LogReader {
  // on: { change(), state(text), line(element, number), counted(fraction) }
  constructor(root, on) {
    this.data = root.dataset;
    this.on = on;
    this.openLine = root.querySelector(".log-open");
    this.empty = root.querySelector(".log-empty");
    this.view = new LogWindow(root.querySelector(".log-pane"), root.querySelector(".log-blocks"));
    // attached: new lines are appended to what is in the page; unread: came while further up
    this.attached = false;
    this.following = false;
    this.unread = 0;
    this.loading = new Loading(this);
    this.scrolledTo = 0;
    this.stream = null;
  }

  // Show these lines instead of what is shown; `next` is the byte after them.
  show({ first, next, at_end: atEnd, counted, lines, cut }) {
    this.stream?.close();
    this.attached = false;
    this.on.counted(counted);
    this.view.clear(first);
    this.showOpen("");
    this.colours = new Colours();
    this.groups = new Groups();
    this.view.append(this.elements(first, lines, cut, this));
    if (atEnd) this.attach(next);
    this.changed();
    this.loading.nearby();
  }

  elements(first, lines, cut, { colours, groups }) {
    return lines.map((text, at) => {
      const number = first + at;
      const options = { href: this.data.page, cutBytes: cut[number] };
      const element = lineElement(number, text, colours, options);
      groups.take(element, text);
      this.on.line(element, number);
      return element;
    });
  }

  attach(offset) {
    this.stream?.close();
    this.attached = true;
    this.unread = 0;
    this.cutter = new LineCutter(this.view.next);
    const on = {
      text: (text) => this.take(text),
      reset: () => this.show({ first: 1, next: 0, at_end: true, counted: 1, lines: [], cut: {} }),
      end: (status) => this.on.state(`The ${this.data.noun} is ${status}; this is the end of its log.`),
      state: this.on.state,
    };
    this.stream = followLog(this.data.socket, offset, on, this.data.lines);
  }

  take(text) {
    const lines = this.cutter.take(text);
    if (!this.following) this.unread += lines.length;
    // Read further up while it pours: what does not fit is fetched when it is looked for.
    if (!this.following && this.view.count + lines.length > MOST_LINES) this.attached = false;
    if (this.attached) this.append(lines);
    if (this.following) {
      this.view.trimTop();
      this.view.toEnd();
    }
    this.changed();
  }

  append(lines) {
    const fits = this.following ? GUST_LINES : MOST_LINES;
    const skipped = lines.splice(0, Math.max(0, lines.length - fits));
    if (skipped.length) {
      for (const line of skipped) this.colours.skip(line.text);
      this.view.clear(lines[0].number);
    }
    const cut = Object.fromEntries(lines.map((line) => [line.number, line.cutBytes]));
    const texts = lines.map((line) => line.text);
    this.view.append(this.elements(this.view.next, texts, cut, this));
    this.showOpen(this.cutter.open);
  }

  // The line being written has no number yet.
  showOpen(text) {
    fill(this.openLine, text, new Colours());
  }

  changed() {
    this.empty.hidden = this.view.count > 0 || this.openLine.hasChildNodes();
    this.on.change();
  }

  async toEnd() {
    if (!this.attached) this.show(await this.loading.fetchLines(`tail=${LOADED_LINES}`));
    this.following = true;
    this.unread = 0;
    this.view.trimTop();
    this.view.toEnd();
    this.changed();
  }

  // Whether there is such a line; it is marked as what was looked for.
  async goTo(number) {
    this.following = false;
    if (!this.view.has(number)) {
      const from = Math.max(1, number - LINES_BEFORE_TARGET);
      const found = await this.loading.fetchLines(`line=${from}&count=${LOADED_LINES}`);
      if (found.first + found.lines.length <= number) return false;
      this.show(found);
    }
    const line = this.view.line(number);
    reveal(this.view.pane, line);
    this.view.mark(line);
    this.view.center(line);
    this.changed();
    return true;
  }

  onScroll() {
    const { pane } = this.view;
    const up = pane.scrollTop < this.scrolledTo - 2;
    this.scrolledTo = pane.scrollTop;
    if (this.attached && this.view.belowPx < AT_END_PX) {
      this.following = true;
      this.unread = 0;
    } else if (up) {
      this.following = false;
    }
    this.loading.nearby();
    this.on.change();
  }
}
