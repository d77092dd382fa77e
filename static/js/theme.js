// Loaded in the head, before the first paint: a page never flashes in the wrong theme.
(() => {
  const root = document.documentElement;
  const system = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  const stored = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is switched off: follow the system
    }
  };

  const choose = (theme) => {
    root.dataset.theme = theme;
    try {
      // Choosing what the system says anyway means following it again.
      if (theme === system()) localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch {
      // the choice lasts for this page only
    }
  };

  root.classList.add("js");
  if (stored()) root.dataset.theme = stored();

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    choose((root.dataset.theme || system()) === "dark" ? "light" : "dark");
  });
})();
