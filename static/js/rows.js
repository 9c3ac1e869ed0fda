// Rows of a list follow what they show in place; none moves under the pointer. New ones that
// belong here are offered in a line, and shown when asked for. The table says what it lists:
//   data-rows     where rows are asked for        data-topic   the events that concern it
//   data-prefix   of a row's id, before its key   data-found   the kind of event of a new one
//   data-noun     what one, and many, are called   data-moving  statuses of rows that change by
//   data-newest   new ones belong on this page                 themselves, between blanks
//   data-within   where events of runs name the row they belong to; they come fast, so that
//                 such a row is asked for with those that move by themselves

import { morph, parse } from "./morph.js";

const PAUSE_MS = 300;
const MOVING_MS = 3_000;

const wanted = new Set();
const found = new Set();
const offered = new Set();
let timer = 0;

const table = () => document.querySelector("table[data-rows]");
const about = () => table()?.dataset ?? {};
const row = (key) => document.getElementById(`${about().prefix}${key}`);
const keys = (rows) => [...rows].map((each) => each.dataset.key);
const shown = (status) => keys(document.querySelectorAll(`tr[data-key][data-status=${status}]`));
const moving = () => (about().moving ?? "").split(" ").filter(Boolean).flatMap(shown);

function want(list) {
  for (const key of list) wanted.add(key);
}

function note({ topic, kind, payload }) {
  const within = String(payload?.[about().within] ?? "");
  if (within && row(within)) wanted.add(within);
  if (topic !== about().topic) return;
  const key = String(payload.id ?? "");
  // So many changed at once that no event names them.
  if (!key) want(keys(document.querySelectorAll("tr[data-key]")));
  else if (row(key)) wanted.add(key);
  else if (kind === about().found && "newest" in about()) found.add(key);
  // One that starts or ends changes what all that wait are told.
  want(shown("pending"));
  soon();
}

function soon() {
  if (!timer) timer = setTimeout(refresh, PAUSE_MS);
}

async function refresh() {
  timer = 0;
  if (!table() || document.hidden || !(wanted.size || found.size)) return;
  const asked = [...wanted];
  const query = new URLSearchParams(location.search);
  query.set("ids", asked.join(","));
  query.set("new", [...found].join(","));
  wanted.clear();
  try {
    const response = await fetch(`${about().rows}?${query}`, { headers: { "HX-Request": "true" } });
    if (!response.ok || response.redirected) return;
    show(asked, parse(await response.text()));
    found.clear();
  } catch {
    want(asked); // asked again with the next event or poll
  }
}

function show(asked, page) {
  for (const key of asked) {
    const fresh = page.getElementById(`${about().prefix}${key}`);
    if (fresh && row(key)) morph(row(key), fresh);
    else if (row(key)) markGone(row(key));
  }
  for (const key of page.querySelector("table")?.dataset.new.split(",").filter(Boolean) ?? []) {
    if (!row(key)) offered.add(key);
  }
  offerNew();
  document.dispatchEvent(new CustomEvent("fusionweb:rows"));
}

function markGone(gone) {
  gone.classList.add("gone");
  gone.dataset.status = "deleted";
  gone.dataset.actions = "";
  const box = gone.querySelector("input[type=checkbox]");
  if (box) {
    box.checked = false;
    box.disabled = true;
  }
  gone.querySelector(".detail").textContent = "deleted";
}

function offerNew() {
  const link = document.getElementById("new-rows");
  if (!link || !offered.size) return;
  const [one, many = `${one}s`] = about().noun.split(",");
  link.textContent = `${offered.size} new ${offered.size === 1 ? one : many} · show`;
  link.hidden = false;
}

document.addEventListener("fusionweb:event", ({ detail }) => note(detail));
document.addEventListener("fusionweb:poll", () => {
  want([...shown("pending"), ...moving()]);
  soon();
});
document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "list") offered.clear();
});
document.addEventListener("visibilitychange", soon);
setInterval(() => {
  want(moving());
  if (wanted.size) soon();
}, MOVING_MS);
