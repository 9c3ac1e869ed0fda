// A name of the legend shows and hides its marks. Which are hidden stands on the figure, where
// a page that is brought up to date leaves it.

export function startLegend(figure, signal) {
  const hidden = () => new Set((figure.dataset.here ?? "").split(" ").filter(Boolean));

  function say() {
    const now = hidden();
    for (const button of figure.querySelectorAll("[data-toggle]")) {
      const pressed = String(!now.has(button.dataset.toggle));
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    }
  }

  figure.addEventListener("click", (event) => {
    const button = event.target.closest("[data-toggle]");
    if (!button) return;
    const now = hidden();
    if (!now.delete(button.dataset.toggle)) now.add(button.dataset.toggle);
    figure.dataset.here = [...now].join(" ");
    say();
  }, { signal });

  const watch = new MutationObserver(say);
  watch.observe(figure, { subtree: true, childList: true, attributeFilter: ["aria-pressed"] });
  signal.addEventListener("abort", () => watch.disconnect());
}
