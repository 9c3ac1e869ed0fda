// The lines of a log that are in the page: consecutive, in blocks that stay unrendered while
// out of sight, so that an append costs as much with twenty thousand lines as with none.

const BLOCK_LINES = 250;
export const MOST_LINES = 20_000;

export class LogWindow {
  constructor(pane, blocks) {
    this.pane = pane;
    this.blocks = blocks;
    // first: number of the first line; next: number after the last one.
    this.first = 1;
    this.next = 1;
  }

  clear(number) {
    this.blocks.replaceChildren();
    this.first = number;
    this.next = number;
  }

  get count() {
    return this.next - this.first;
  }

  has(number) {
    return number >= this.first && number < this.next;
  }

  line(number) {
    return this.has(number) ? document.getElementById(`L${number}`) : null;
  }

  append(elements) {
    let at = 0;
    while (at < elements.length) {
      const room = BLOCK_LINES - (this.blocks.lastElementChild?.childElementCount ?? BLOCK_LINES);
      const block = room > 0 ? this.blocks.lastElementChild : newBlock();
      const part = elements.slice(at, at + (room > 0 ? room : BLOCK_LINES));
      block.append(...part);
      if (room <= 0) this.blocks.append(block);
      reserve(block);
      at += part.length;
    }
    this.next += elements.length;
  }

  prepend(elements) {
    for (let end = elements.length; end > 0; end -= BLOCK_LINES) {
      const block = newBlock();
      block.append(...elements.slice(Math.max(0, end - BLOCK_LINES), end));
      reserve(block);
      this.blocks.prepend(block);
    }
    this.first -= elements.length;
  }

  trimTop() {
    while (this.count > MOST_LINES && this.blocks.childElementCount > 1) {
      this.first += this.blocks.firstElementChild.childElementCount;
      this.blocks.firstElementChild.remove();
    }
  }

  // Whether anything was taken away.
  trimBottom() {
    const before = this.next;
    while (this.count > MOST_LINES && this.blocks.childElementCount > 1) {
      this.next -= this.blocks.lastElementChild.childElementCount;
      this.blocks.lastElementChild.remove();
    }
    return this.next !== before;
  }

  // Do what changes the lines above without moving what is being read.
  keepPlace(change) {
    const box = this.pane.getBoundingClientRect();
    const anchor = document.elementFromPoint(box.left + 90, box.top + 8)?.closest(".line");
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.pane.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  // The one line that was looked for.
  mark(line) {
    this.blocks.querySelector(".line.hit")?.classList.remove("hit");
    line?.classList.add("hit");
  }

  // Scrolls the pane and not the page, which scrollIntoView would move as well. Blocks that are
  // rendered only now may take up another height than was reserved: look again.
  center(line, again = true) {
    const box = this.pane.getBoundingClientRect();
    const middle = box.top + this.pane.clientHeight / 2;
    this.pane.scrollTop += line.getBoundingClientRect().top - middle;
    if (again) requestAnimationFrame(() => line.isConnected && this.center(line, false));
  }

  toEnd() {
    this.pane.scrollTop = this.pane.scrollHeight;
  }

  get belowPx() {
    return this.pane.scrollHeight - this.pane.scrollTop - this.pane.clientHeight;
  }
}

function newBlock() {
  const block = document.createElement("div");
  block.className = "log-block";
  return block;
}

// What a block takes up while it is not rendered; 1.25rem is a line's height in log.css.
function reserve(block) {
  block.style.containIntrinsicSize = `auto ${block.childElementCount * 1.25}rem`;
}
