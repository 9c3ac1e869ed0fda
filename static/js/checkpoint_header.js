// The header of an open page follows its checkpoint: another's review, a size measured since.
// It stays as it is while somebody writes a note in it.

import { morphChildren, parse } from "./morph.js";

const PAUSE_MS = 300;

export function start(header, signal) {
  let timer = 0;

  const isBusy = () => header.querySelector("details[open]");

  async function refresh() {
    timer = 0;
    const address = new URL(header.dataset.url, location.href);
    address.searchParams.set("part", "header");
    const response = await fetch(address, { headers: { "HX-Request": "true" }, signal });
    if (!response.ok || response.redirected || isBusy()) return;
    const fresh = parse(`<div id="fresh">${await response.text()}</div>`).getElementById("fresh");
    if (!isBusy()) morphChildren(header, fresh);
  }

  const soon = () => {
    if (!timer) timer = setTimeout(() => refresh().catch(() => {}), PAUSE_MS);
  };

  document.addEventListener(
    "fusionweb:event",
    ({ detail: { topic, payload } }) => {
      if (topic !== "checkpoints") return;
      if (!("id" in payload) || String(payload.id) === header.dataset.checkpoint) soon();
    },
    { signal },
  );
  document.addEventListener("fusionweb:poll", soon, { signal });
}
