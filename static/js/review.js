// The queue after a decision: the keys work at once on the next one, since htmx would leave the
// cursor in its note; after a refusal the note is where something is to be written.

document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id !== "review") return;
  const refused = document.getElementById("review-fault");
  if (refused) document.getElementById("queue-note")?.focus();
  else if (target.contains(document.activeElement)) document.activeElement.blur();
  window.scrollTo(0, 0);
});
