// The log tab: takes over the lines the server rendered and goes on live.

import { LineCount } from "./log_count.js";
import { toggleGroup } from "./log_groups.js";
import { LineLinks } from "./log_links.js";
import { LogReader } from "./log_reader.js";
import { startSearch } from "./log_search.js";

function serverLines({ dataset }, blocks) {
  const lines = [];
  const cut = {};
  const atEnd = dataset.atEnd === "1";
  for (const line of blocks.querySelectorAll(".line")) {
    const text = line.querySelector(".line-text");
    const whole = line.querySelector(".line-cut");
    if (whole) cut[line.id.slice(1)] = Number(whole.dataset.bytes);
    lines.push(text.dataset.raw ?? text.textContent);
  }
  const first = Number(dataset.first);
  // An unfinished last line comes again, whole, over the socket.
  return {
    first,
    next: Number(dataset.next),
    at_end: atEnd,
    counted: Number(dataset.counted),
    cut,
    lines: lines.slice(0, Number(dataset.count)),
  };
}

function remember(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(`log.${name}`, value);
    return localStorage.getItem(`log.${name}`);
  } catch {
    // storage may be switched off: the page then forgets
    return null;
  }
}

export function start(root, signal) {
  const pane = root.querySelector(".log-pane");
  const blocks = root.querySelector(".log-blocks");
  const note = root.querySelector(".log-state");
  const button = (name) => root.querySelector(`[data-log="${name}"]`);
  const links = new LineLinks(root.dataset.page);
  const reader = new LogReader(root, {
    line: (element, number) => links.mark(element, number),
    state: (text) => { note.textContent = text; },
    change: showFollowing,
    counted: (fraction) => count.show(fraction),
  });
  const count = new LineCount(root, reader, signal);

  function showFollowing() {
    button("follow").setAttribute("aria-pressed", String(reader.following));
    const unread = reader.unread;
    const news = unread ? ` · ${unread.toLocaleString("en")} new line${unread === 1 ? "" : "s"}` : "";
    button("jump").hidden = reader.following || (reader.attached && reader.view.belowPx < 40);
    button("jump").textContent = `Jump to the end${news}`;
  }

  function toggle(name, className, initially) {
    const set = (on) => {
      root.classList.toggle(className, on);
      button(name).setAttribute("aria-pressed", String(name === "times" ? !on : on));
    };
    set((remember(name) ?? initially) === "1");
    button(name).addEventListener("click", () => {
      const on = !root.classList.contains(className);
      reader.view.keepPlace(() => set(on));
      remember(name, on ? "1" : "0");
    }, { signal });
  }

  async function showWhole(more) {
    const number = more.dataset.whole;
    more.disabled = true;
    const response = await fetch(`${root.dataset.lines}line=${number}&whole=1`, { signal });
    const text = more.closest(".line").querySelector(".line-text");
    text.textContent = (await response.json()).text;
    text.classList.add("whole");
    more.remove();
  }

  async function openAt(number) {
    if (await reader.goTo(number)) return;
    note.textContent = `The log has no line ${number} yet.`;
    reader.toEnd();
  }

  pane.addEventListener("click", (event) => {
    const { target } = event;
    if (target.matches(".line-number")) {
      event.preventDefault();
      links.choose(Number(target.textContent), event.shiftKey);
      links.markAll(blocks);
    } else if (target.matches("[data-fold]")) {
      toggleGroup(pane, target);
    } else if (target.matches("[data-whole]")) {
      showWhole(target);
    }
  }, { signal });
  pane.addEventListener("scroll", () => reader.onScroll(), { signal, passive: true });
  button("jump").addEventListener("click", () => reader.toEnd(), { signal });
  button("follow").addEventListener("click", () => {
    if (!reader.following) reader.toEnd();
    else {
      reader.following = false;
      showFollowing();
    }
  }, { signal });
  button("full").addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen();
  }, { signal });
  toggle("wrap", "wrapped", "0");
  toggle("times", "timeless", "0");
  window.addEventListener("hashchange", () => {
    links.read();
    links.markAll(blocks);
    if (links.chosen) openAt(links.from);
  }, { signal });
  signal.addEventListener("abort", () => reader.stream?.close());

  reader.show(serverLines(root, blocks));
  const target = links.chosen ? links.from : Number(root.dataset.target);
  if (target) openAt(target);
  else reader.toEnd();
  startSearch(root, reader, signal);
}
