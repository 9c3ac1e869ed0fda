// One line of a log as nodes of the page: colours become classes, everything else is text.

import { AnsiUp } from "../vendor/ansi_up/ansi_up.js";

export const LONGEST_SHOWN = 10_000;
const TIME = /^\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?\s+/;
const SIZE_UNITS = ["B", "kB", "MB", "GB"];

// ansi_up understands the codes; it would make HTML with style attributes, which the
// Content-Security-Policy forbids, so that its pieces are taken before it does.
export class Colours extends AnsiUp {
  transform_to_html(piece) {
    this.pieces.push(piece);
    return "";
  }

  process_hyperlink(packet) {
    this.pieces.push(this.with_state(packet));
    return "";
  }

  get plain() {
    const styled = this.bold || this.faint || this.italic || this.underline;
    return !styled && this.fg === null && this.bg === null;
  }

  // Colours go on from line to line; a code that the line's end cut off does not.
  take(text) {
    this.pieces = [];
    this.ansi_to_html(text);
    this._buffer = "";
    return this.pieces;
  }

  nodes(text) {
    if (this.plain && !text.includes("\x1b")) return text ? [text] : [];
    return this.take(text).map(styledNode);
  }

  skip(text) {
    if (text.includes("\x1b")) this.take(text);
  }
}

function styledNode(piece) {
  const node = document.createElement("span");
  node.textContent = piece.text;
  for (const name of ["bold", "faint", "italic", "underline"]) {
    if (piece[name]) node.classList.add(`ansi-${name}`);
  }
  paint(node, "color", piece.fg, "fg");
  paint(node, "backgroundColor", piece.bg, "bg");
  return node;
}

function paint(node, property, colour, suffix) {
  if (!colour) return;
  if (colour.class_name === "truecolor") node.style[property] = `rgb(${colour.rgb.join(",")})`;
  else node.classList.add(`${colour.class_name}-${suffix}`);
}

export function sizeWords(bytes) {
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < SIZE_UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${amount.toFixed(unit && amount < 99.95 ? 1 : 0)} ${SIZE_UNITS[unit]}`;
}

// A line's element: its number as a link, the time it begins with apart, so that it can be
// hidden, and for an absurd line a button for the rest of it.
export function lineElement(number, text, colours, { href, cutBytes }) {
  const line = document.createElement("div");
  line.className = "line";
  line.id = `L${number}`;
  const link = document.createElement("a");
  link.className = "line-number";
  link.href = `${href}tab=log&line=${number}#L${number}`;
  link.textContent = number;
  const content = document.createElement("span");
  content.className = "line-text";
  fill(content, text, colours);
  line.append(link, content);
  if (cutBytes) line.append(moreButton(number, cutBytes));
  return line;
}

export function fill(content, text, colours) {
  const time = colours.plain ? TIME.exec(text)?.[0] : undefined;
  if (!time) {
    content.replaceChildren(...colours.nodes(text));
    return;
  }
  const stamp = document.createElement("span");
  stamp.className = "line-time";
  stamp.textContent = time;
  content.replaceChildren(stamp, ...colours.nodes(text.slice(time.length)));
}

function moreButton(number, bytes) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small line-more";
  button.dataset.whole = number;
  button.textContent = `show all ${sizeWords(bytes)}`;
  return button;
}
