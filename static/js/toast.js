// Short messages in the corner: those the server sends with an answer (HX-Trigger: toast),
// errors of requests, and those that came with the page.

const region = document.getElementById("toasts");
const SHOWN_MS = 6000;
const UNDO_MS = 20_000;

export function toast(message, level = "success") {
  const node = document.createElement("div");
  node.className = `toast ${level}`;
  const text = document.createElement("div");
  text.textContent = message;
  node.append(text);
  region.append(node);
  adopt(node);
}

function adopt(node) {
  if (node.querySelector("[data-dismiss]")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet small";
  button.dataset.dismiss = "";
  button.setAttribute("aria-label", "Dismiss");
  button.textContent = "✕";
  node.append(button);
  // Errors stay until somebody has read them.
  if (!node.classList.contains("error")) expire(node);
}

function expire(node) {
  const timer = setTimeout(() => {
    if (node.matches(":hover, :focus-within")) expire(node);
    else node.remove();
  }, node.querySelector("form") ? UNDO_MS : SHOWN_MS);
  node.addEventListener("click", () => clearTimeout(timer), { once: true });
}

function adoptAll() {
  for (const node of region.querySelectorAll(".toast")) adopt(node);
}

region.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
});

// What is undone cannot be undone again.
region.addEventListener("htmx:afterRequest", ({ detail, target }) => {
  if (detail.successful) target.closest(".toast")?.remove();
});

document.body.addEventListener("toast", ({ detail }) => toast(detail.message, detail.level));

// An error answer of ours names its place (HX-Retarget); any other, such as a proxy's page,
// must not replace a part of this one.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || xhr.status === 422) return;
  event.detail.shouldSwap = Boolean(xhr.getResponseHeader("HX-Retarget"));
  if (!event.detail.shouldSwap) toast(`The server answered with an error (${xhr.status}).`, "error");
});
document.body.addEventListener("htmx:afterSwap", adoptAll);
for (const fault of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(fault, ({ detail }) => {
    if (detail.requestConfig?.verb !== "get") toast("No answer from the server. Try again.", "error");
  });
}

adoptAll();
