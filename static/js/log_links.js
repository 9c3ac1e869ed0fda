// Lines in the address: #L120, or #L120-L140 by shift-click on a second number.

const HASH = /^#L(\d+)(?:-L?(\d+))?$/;

export class LineLinks {
  constructor(page) {
    this.page = page;
    this.read();
  }

  read() {
    const match = HASH.exec(location.hash);
    const ends = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [0, 0];
    [this.from, this.to] = ends.sort((a, b) => a - b);
  }

  get chosen() {
    return this.from > 0;
  }

  mark(element, number) {
    element.classList.toggle("chosen", this.chosen && number >= this.from && number <= this.to);
  }

  markAll(blocks) {
    for (const line of blocks.querySelectorAll(".line")) this.mark(line, Number(line.id.slice(1)));
  }

  choose(number, extend) {
    if (extend && this.chosen) {
      [this.from, this.to] = [Math.min(this.from, number), Math.max(this.from, number)];
    } else {
      this.from = this.to = number;
    }
    const range = this.to > this.from ? `-L${this.to}` : "";
    const address = `${this.page}tab=log&line=${this.from}#L${this.from}${range}`;
    history.replaceState(history.state, "", address);
  }
}
