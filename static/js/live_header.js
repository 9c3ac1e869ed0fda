// Keeps the header of a run, a job or a batch true: asks for it again when its state changes,
// and every three seconds while it has not ended. A header may name a revision of what a tab
// shows (data-revision-<tab>): that tab is asked for again with it, in place.

/* global htmx */
import { morphChildren, parse } from "./morph.js";
import { connect } from "./socket.js";

const REFRESH_MS = 3000;
// The runs of a batch may end fifty times a second.
const WITHIN_MS = 500;
const TAB_MS = 2000;
const CHANGES_WITH_STATUS = new Set(["overview", "artifacts"]);
const GOING_ON = new Set(["pending", "running", "stale", "unknown"]);

export function start(header, signal) {
  let asking = false;
  let askAgain = false;
  let shown = "";
  let withinTimer = 0;
  let tabTimer = 0;

  const state = () => header.querySelector("[data-status]");
  const status = () => state().dataset.status;
  const currentTab = () => document.querySelector("[data-tab]");
  const revision = () => state().getAttribute(`data-revision-${currentTab()?.dataset.tab}`);
  const ended = () => !GOING_ON.has(status());

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
    // A button in flight stays what it is until it is answered, and a note until it is sent.
    if (html === shown || header.querySelector(".htmx-request, details[open]")) return;
    const before = status();
    const revisionBefore = revision();
    const focused = header.contains(document.activeElement) ? document.activeElement.id : "";
    const page = new DOMParser().parseFromString(html, "text/html");
    header.replaceChildren(...page.body.childNodes);
    shown = html;
    htmx.process(header);
    if (focused) document.getElementById(focused)?.focus();
    if (status() !== before) changed();
    if (revision() !== revisionBefore && !tabTimer) tabTimer = setTimeout(renewTab, TAB_MS);
  }

  function deleted() {
    stop();
    header.querySelector(".run-actions")?.remove();
    const words = `This ${header.dataset.noun} has been deleted.`;
    header.querySelector(".run-state").textContent = words;
    document.getElementById("announcer").textContent = words;
  }

  function changed() {
    const announcer = document.getElementById("announcer");
    announcer.textContent = `${header.dataset.name} is ${status()}.`;
    document.title = `${header.dataset.name} · ${status()} · fusionweb`;
    const tab = currentTab();
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

  // Focus, scrolling and what was opened stay.
  async function renewTab() {
    tabTimer = 0;
    const tab = currentTab();
    try {
      const address = location.pathname + location.search;
      const response = await fetch(address, { signal, headers: { "HX-Request": "true" } });
      const html = await response.text();
      const left = !tab.isConnected || document.querySelector("#tab .htmx-request");
      if (!response.ok || response.redirected || left) return;
      const place = document.getElementById("tab");
      morphChildren(place, parse(html).body);
      htmx.process(place);
      document.dispatchEvent(new CustomEvent("htmx:load"));
    } catch {
      // as above
    }
  }

  document.addEventListener("fusionweb:event", ({ detail }) => {
    const { topic, payload } = detail;
    const { key, within } = header.dataset;
    if (topic === header.dataset.topic && String(payload?.id) === key) refresh();
    if (within && String(payload?.[within]) === key) refreshSoon();
  }, { signal });
  function refreshSoon() {
    withinTimer ||= setTimeout(() => {
      withinTimer = 0;
      refresh();
    }, WITHIN_MS);
  }
  const path = header.dataset.socket;
  const socket = path ? connect(path, { onFrame: refresh }) : null;
  const timer = setInterval(() => {
    if (!ended() && !document.hidden) refresh();
  }, REFRESH_MS);
  header.addEventListener("htmx:afterRequest", () => setTimeout(refresh), { signal });
  document.addEventListener("visibilitychange", () => !document.hidden && refresh(), { signal });
  function stop() {
    clearInterval(timer);
    clearTimeout(tabTimer);
    clearTimeout(withinTimer);
    socket?.close();
  }
  signal.addEventListener("abort", stop);
}
