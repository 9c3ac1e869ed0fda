// Sets the chosen theme before the first paint (loaded blocking, in the head), so that
// nothing flashes; later it answers the buttons of the user menu.
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const chosen = () => {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return "system"; // storage may be forbidden
    }
  };

  const show = (theme) => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === theme));
    }
  };

  show(chosen());
  document.addEventListener("DOMContentLoaded", () => show(chosen()));
  window.addEventListener("storage", () => show(chosen()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set-theme]");
    if (!button) return;
    try {
      localStorage.setItem("theme", button.dataset.setTheme);
    } catch {
      // the choice then lasts for this page
    }
    show(button.dataset.setTheme);
    document.dispatchEvent(new CustomEvent("fusionweb:theme"));
  });
})();
