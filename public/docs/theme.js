// Sets the colours before the first paint and keeps the reader's choice in this browser.
// A plain script in the head, so that no light flash comes before a dark page.
(() => {
  const key = "witness-docs-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");

  const read = () => {
    try {
      return localStorage.getItem(key) ?? "system";
    } catch {
      return "system"; // storage is blocked
    }
  };

  const keep = (choice) => {
    try {
      localStorage.setItem(key, choice);
    } catch {
      // the choice then holds for this page alone
    }
  };

  let choice = read();
  const apply = () => {
    const dark = choice === "dark" || (choice === "system" && system.matches);
    document.documentElement.classList.toggle("dark-mode", dark); // the viewer's own name for it
  };

  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    const select = document.getElementById("theme");
    select.value = choice;
    if (select.value !== choice) select.value = choice = "system";
    select.addEventListener("change", () => {
      choice = select.value;
      keep(choice);
      apply();
    });
  });
})();
