// Searches all of the log on the server and steps through the matches: n of m.

export function startSearch(root, reader, signal) {
  const form = root.querySelector(".log-search");
  const found = form.querySelector(".log-found");
  const steps = [...form.querySelectorAll('[data-log="previous"], [data-log="next"]')];
  let matches = [];
  let at = -1;
  let total = "";
  let searched = "";
  let latest = 0;

  const wish = () => new URLSearchParams(new FormData(form)).toString();

  function say(text, fault = false) {
    found.textContent = text;
    found.classList.toggle("fault", fault);
    for (const button of steps) button.disabled = matches.length === 0;
  }

  function forget() {
    matches = [];
    at = -1;
    searched = "";
    reader.view.mark(null);
    say("");
  }

  async function step(by) {
    at = (at + by + matches.length) % matches.length;
    const number = matches[at].line_number;
    say(`${at + 1} of ${total}`);
    await reader.goTo(number);
  }

  async function search() {
    const query = wish();
    const turn = ++latest;
    matches = [];
    say("searching…");
    const response = await fetch(`${root.dataset.search}${query}`, { signal });
    const answer = await response.json();
    if (turn !== latest) return;
    if (!response.ok) {
      say(answer.message ?? "the search failed", true);
      return;
    }
    searched = query;
    matches = answer.matches;
    at = -1;
    const open = answer.capped || answer.timed_out;
    total = `${answer.total.toLocaleString("en")}${open ? "+" : ""}`;
    if (matches.length) await step(1);
    else say(answer.timed_out ? "took too long" : "no match");
  }

  async function go(by) {
    try {
      if (!form.elements.q.value) forget();
      else if (matches.length && searched === wish()) await step(by);
      else await search();
    } catch (error) {
      if (error.name !== "AbortError") say("the server did not answer", true);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(1);
  }, { signal });
  form.elements.q.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    go(-1);
  }, { signal });
  form.elements.q.addEventListener("search", () => form.elements.q.value || forget(), { signal });
  steps[0].addEventListener("click", () => go(-1), { signal });
  steps[1].addEventListener("click", () => go(1), { signal });
  if (form.elements.q.value) go(1);
}
