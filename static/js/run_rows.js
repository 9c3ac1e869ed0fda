// Rows of the list follow their runs in place; none moves under the pointer. New runs that
// belong here are offered in a line, and shown when asked for.

import { morph, parse } from "./morph.js";

const PAUSE_MS = 300;
const RUNNING_MS = 3_000;

const wanted = new Set();
const created = new Set();
const offered = new Set();
let timer = 0;

const table = () => document.querySelector("table[data-rows]");
const row = (id) => document.getElementById(`run-${id}`);
const shown = (status) =>
  [...document.querySelectorAll(`tr[data-run][data-status=${status}]`)].map((each) => each.dataset.run);

function note({ topic, kind, payload }) {
  if (topic !== "runs") return;
  if (row(payload.id)) wanted.add(payload.id);
  else if (kind === "run.created" && table()?.hasAttribute("data-newest")) created.add(payload.id);
  // One run that starts or ends changes what all that wait are told.
  for (const id of shown("pending")) wanted.add(id);
  soon();
}

function soon() {
  if (!timer) timer = setTimeout(refresh, PAUSE_MS);
}

async function refresh() {
  timer = 0;
  if (!table() || document.hidden || !(wanted.size || created.size)) return;
  const query = new URLSearchParams(location.search);
  query.set("ids", [...wanted].join(","));
  query.set("new", [...created].join(","));
  const asked = [...wanted];
  wanted.clear();
  try {
    const response = await fetch(`${table().dataset.rows}?${query}`, { headers: { "HX-Request": "true" } });
    if (!response.ok || response.redirected) return;
    show(asked, parse(await response.text()));
    created.clear();
  } catch {
    for (const id of asked) wanted.add(id); // asked again with the next event or poll
  }
}

function show(asked, page) {
  for (const id of asked) {
    const fresh = page.getElementById(`run-${id}`);
    if (fresh && row(id)) morph(row(id), fresh);
    else if (row(id)) markGone(row(id));
  }
  for (const id of page.querySelector("table")?.dataset.new.split(",").filter(Boolean) ?? []) {
    if (!row(id)) offered.add(id);
  }
  offerNew();
  document.dispatchEvent(new CustomEvent("fusionweb:rows"));
}

function markGone(gone) {
  gone.classList.add("gone");
  gone.dataset.status = "deleted";
  gone.dataset.actions = "";
  const box = gone.querySelector("input[type=checkbox]");
  box.checked = false;
  box.disabled = true;
  gone.querySelector(".detail").textContent = "deleted";
}

function offerNew() {
  const link = document.getElementById("new-runs");
  if (!link || !offered.size) return;
  link.textContent = `${offered.size} new ${offered.size === 1 ? "run" : "runs"} · show`;
  link.hidden = false;
}

document.addEventListener("fusionweb:event", ({ detail }) => note(detail));
document.addEventListener("fusionweb:poll", () => {
  for (const status of ["pending", "running"]) for (const id of shown(status)) wanted.add(id);
  soon();
});
document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "run-list") offered.clear();
});
document.addEventListener("visibilitychange", soon);
setInterval(() => {
  for (const id of shown("running")) wanted.add(id);
  if (wanted.size) soon();
}, RUNNING_MS);
