// The bytes of a log as they come: cut into lines, shown ten times a second at most. What waits
// to be shown is bounded: beyond, nothing is acknowledged, so that a slow page slows only itself.

import { LONGEST_SHOWN } from "./log_text.js";
import { connect } from "./socket.js";

const PAUSE_MS = 100;
const MOST_WAITING = 2_000_000;
const POLL_MS = 3000;

// A progress bar goes back to the start of its line again and again: its last state counts.
function overwritten(text) {
  let end = text.length;
  while (end > 0 && text[end - 1] === "\r") end -= 1;
  return text.slice(text.lastIndexOf("\r", end - 1) + 1);
}

export class LineCutter {
  constructor(number) {
    this.number = number;
    this.begin();
  }

  begin() {
    this.open = "";
    this.openLength = 0;
  }

  // Whole lines as { number, text, cutBytes }; the rest stays in `open`.
  take(text) {
    const pieces = text.split("\n");
    const rest = pieces.pop();
    const lines = pieces.map((piece) => this.end(piece));
    this.extend(rest);
    return lines;
  }

  extend(piece) {
    this.openLength += piece.length;
    this.open = overwritten(this.open + piece).slice(0, LONGEST_SHOWN + 1);
  }

  end(piece) {
    this.extend(piece);
    const text = this.open.replace(/\r$/, "").slice(0, LONGEST_SHOWN);
    const cutBytes = this.open.length > LONGEST_SHOWN ? this.openLength : 0;
    const line = { number: this.number, text, cutBytes };
    this.number += 1;
    this.begin();
    return line;
  }
}

// on: { text(text), reset(), end(status), state(words) }. `poll` is the address that answers
// with a frame for `from_offset`, for networks that let no socket through.
export function followLog(path, offset, on, poll = "") {
  let next = offset;
  let waiting = "";
  let scheduled = false;
  let shownAt = 0;
  let failures = 0;
  let state = "connecting";

  function flush() {
    scheduled = false;
    shownAt = performance.now();
    const text = waiting;
    waiting = "";
    if (text) on.text(text);
    socket.send({ ack: next });
  }

  // The first line after a pause is shown at once, what pours is gathered. A hidden page draws
  // nothing and its timers sleep.
  function schedule() {
    if (scheduled) return;
    scheduled = true;
    const pause = document.hidden ? 0 : Math.max(0, shownAt + PAUSE_MS - performance.now());
    if (pause === 0) flush();
    else setTimeout(() => scheduled && flush(), pause);
  }

  function onFrame(frame) {
    if (frame.kind === "log") {
      waiting += frame.text;
      next = frame.next;
      if (waiting.length < MOST_WAITING) socket.send({ ack: next });
      schedule();
    } else if (frame.kind === "reset") {
      waiting = "";
      next = 0;
      on.reset();
    } else if (frame.kind === "end") {
      flush();
      on.end(frame.status);
    }
  }

  async function pollOnce() {
    if (!poll || state !== "reconnecting" || failures < 2) return;
    try {
      const response = await fetch(`${poll}from_offset=${next}`);
      const frame = await response.json();
      // The socket that comes back asks from `next`: what arrives after that is not for us.
      if (state === "reconnecting" && frame.text) onFrame({ kind: "log", ...frame });
    } catch {
      // tried again in three seconds
    }
  }

  const socket = connect(path, {
    onFrame,
    onState(now) {
      if (now.name === "live" && state === "connecting" && failures > 1) on.state?.("");
      if (now.name === "reconnecting") on.state?.("Reconnecting…");
      if (now.name === "connecting") failures += 1;
      if (now.name === "live") failures = 0;
      state = now.name;
    },
    url: () => `${path}offset=${next}`,
  });
  const timer = setInterval(pollOnce, POLL_MS);
  return {
    close() {
      clearInterval(timer);
      scheduled = false;
      socket.close();
    },
  };
}
