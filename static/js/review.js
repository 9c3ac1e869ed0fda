// The queue after a decision: the keys work at once on the next one, since htmx would leave the
// cursor in its note; after a refusal the note is where something is to be written. At once, and
// not when it has settled: a quick reviewer is in the next note by then.

document.body.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id !== "review") return;
  const refused = document.getElementById("review-fault");
  if (refused) document.getElementById("queue-note")?.focus();
  else if (target.contains(document.activeElement)) document.activeElement.blur();
  window.scrollTo(0, 0);
});
