// Starts what the page asks for: an element with data-behaviour names a module, whose
// start(element, signal) is called once; the signal aborts when htmx takes the element away.

const started = new WeakMap();

async function startOne(element) {
  const controller = new AbortController();
  started.set(element, controller);
  const module = await import(element.dataset.behaviour);
  if (!controller.signal.aborted) module.start(element, controller.signal);
}

function startAll() {
  for (const element of document.querySelectorAll("[data-behaviour]")) {
    if (!started.has(element)) startOne(element);
  }
}

document.addEventListener("htmx:load", startAll);
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  started.get(event.target)?.abort();
});
startAll();
