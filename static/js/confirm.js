// A question that came as a fragment into the dialog opens it; "Keep", Escape and a done
// action close it. Without script the same question is a page.

const dialog = document.getElementById("confirm");

document.body.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id !== "confirm-body") return;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input[name=confirm]")?.focus();
});

dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close-dialog]")) return;
  event.preventDefault();
  dialog.close();
});

document.body.addEventListener("fusionweb:acted", () => dialog.close());
