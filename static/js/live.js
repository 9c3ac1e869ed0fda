// The one event socket of a page. Each event is dispatched on the document as
// `fusionweb:event` (detail: the event); while there is no socket, `fusionweb:poll` tells
// listeners to ask for themselves. Keeps the connection badge true, and every element with
// `data-part`: they are asked for at the page's `data-live`, after events and regularly.

import { morphChildren, parse } from "./morph.js";
import { connect } from "./socket.js";

const POLL_MS = 1000 * Number(document.body.dataset.liveSeconds);
const EVENT_PAUSE_MS = 1_000;
const ANSWER_MS = 8_000;

const badge = document.getElementById("live");
const announcer = document.getElementById("announcer");
let since = Number(document.body.dataset.eventsSince) || 0;
let socketState = { name: "connecting" };
let lastAnswer = new Date();
let answering = true;
let hadGap = false;
let frameTimer = 0;
let lastBanner = document.getElementById("frame-banner").textContent.trim();

function describe() {
  if (socketState.name === "closed" && socketState.code === 4401) return ["closed", "logged out"];
  if (!answering) {
    const time = lastAnswer.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    return ["stale", `stale since ${time}`];
  }
  if (socketState.name === "live") return ["live", "live"];
  if (socketState.name === "reconnecting") {
    return ["reconnecting", `reconnecting in ${socketState.seconds} s`];
  }
  if (socketState.name === "connecting") return ["connecting", "connecting"];
  return ["polling", "polling"];
}

function showBadge() {
  const [state, text] = describe();
  if (badge.dataset.state !== state && (state === "stale" || badge.dataset.state === "stale")) {
    announcer.textContent = state === "stale" ? `No answer from the server, ${text}.` : "Connected again.";
  }
  badge.dataset.state = state;
  badge.textContent = text;
}

function announceBanner() {
  const banner = document.getElementById("frame-banner").textContent.trim();
  if (Boolean(banner) !== Boolean(lastBanner)) {
    announcer.textContent = banner ? "No supervisor is running." : "The supervisor is back.";
  }
  lastBanner = banner;
}

function place(html) {
  for (const fresh of parse(html).querySelectorAll("[data-part]")) {
    const shown = document.getElementById(fresh.id);
    if (!shown) continue;
    morphChildren(shown, fresh);
    // Forms that have come with it are htmx's as well.
    window.htmx?.process(shown);
  }
  announceBanner();
}

async function refreshFrame() {
  clearTimeout(frameTimer);
  frameTimer = 0;
  try {
    const response = await fetch(document.body.dataset.live, {
      headers: { "HX-Request": "true" },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (response.redirected) {
      socketState = { name: "closed", code: 4401 };
    } else if (response.ok) {
      place(await response.text());
      lastAnswer = new Date();
    }
    answering = response.ok;
  } catch {
    answering = false;
  }
  showBadge();
  if (answering && socketState.name !== "live") {
    document.dispatchEvent(new CustomEvent("fusionweb:poll"));
  }
}

function soon() {
  if (!frameTimer) frameTimer = setTimeout(refreshFrame, EVENT_PAUSE_MS);
}

connect("/ws/events/", {
  url: () => `/ws/events/?since=${since}`,
  onFrame(event) {
    if (!(event.seq > since)) return;
    since = event.seq;
    document.dispatchEvent(new CustomEvent("fusionweb:event", { detail: event }));
    soon();
  },
  onState(state) {
    // The page itself is fresh; after a gap its parts may not be.
    if (state.name === "reconnecting") hadGap = true;
    if (state.name === "live" && hadGap) soon();
    socketState = state;
    showBadge();
  },
});

setInterval(() => {
  if (!document.hidden) refreshFrame();
}, POLL_MS);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refreshFrame();
});
