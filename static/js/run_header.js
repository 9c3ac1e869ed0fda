// Keeps the header of a run true: asks for it again when the run's state changes, and every
// three seconds while it has not ended.

/* global htmx */
import { connect } from "./socket.js";

const REFRESH_MS = 3000;
const CHANGES_WITH_STATUS = new Set(["overview", "artifacts"]);

export function start(header, signal) {
  let asking = false;
  let askAgain = false;
  let shown = "";

  const status = () => header.querySelector("[data-status]").dataset.status;
  const ended = () => !["pending", "running"].includes(status());

  async function refresh() {
    if (asking) {
      askAgain = true;
      return;
    }
    asking = true;
    try {
      const response = await fetch(header.dataset.url, { signal });
      if (response.ok && !response.redirected) place(await response.text());
      else if (response.status === 404) deleted();
    } catch {
      // no network, or the page is left: the frame's badge says so
    }
    asking = false;
    if (askAgain && !signal.aborted) {
      askAgain = false;
      refresh();
    }
  }

  function place(html) {
    // A button in flight stays what it is until it is answered.
    if (html === shown || header.querySelector(".htmx-request")) return;
    const before = status();
    const focused = header.contains(document.activeElement) ? document.activeElement.id : "";
    const page = new DOMParser().parseFromString(html, "text/html");
    header.replaceChildren(...page.body.childNodes);
    shown = html;
    htmx.process(header);
    if (focused) document.getElementById(focused)?.focus();
    if (status() !== before) changed();
  }

  function deleted() {
    stop();
    header.querySelector(".run-actions")?.remove();
    header.querySelector(".run-state").textContent = "This run has been deleted.";
    document.getElementById("announcer").textContent = "This run has been deleted.";
  }

  function changed() {
    const announcer = document.getElementById("announcer");
    announcer.textContent = `${header.dataset.name} is ${status()}.`;
    document.title = `${header.dataset.name} · ${status()} · fusionweb`;
    const tab = document.querySelector("[data-tab]");
    if (tab && CHANGES_WITH_STATUS.has(tab.dataset.tab)) refreshTab(tab);
  }

  // Not if another tab has been chosen meanwhile: the late answer would take its place.
  async function refreshTab(tab) {
    const address = location.pathname + location.search;
    try {
      const response = await fetch(address, { signal, headers: { "HX-Request": "true" } });
      const html = await response.text();
      const left = !tab.isConnected || document.querySelector("#tab .htmx-request");
      if (response.ok && !left) htmx.swap("#tab", html, { swapStyle: "innerHTML" });
    } catch {
      // as above: the next change, or the person, asks again
    }
  }

  document.addEventListener("fusionweb:event", ({ detail }) => {
    if (detail.payload?.id === header.dataset.run) refresh();
  }, { signal });
  const socket = connect(header.dataset.socket, { onFrame: refresh });
  const timer = setInterval(() => {
    if (!ended() && !document.hidden) refresh();
  }, REFRESH_MS);
  header.addEventListener("htmx:afterRequest", () => setTimeout(refresh), { signal });
  document.addEventListener("visibilitychange", () => !document.hidden && refresh(), { signal });
  function stop() {
    clearInterval(timer);
    socket.close();
  }
  signal.addEventListener("abort", stop);
}
