// Runs before anything is painted, so that a chosen theme does not flash. Without a choice the system's holds.
(() => {
  let chosen = null;
  try { chosen = localStorage.getItem("annohook.theme"); } catch { /* storage may be forbidden; the system's theme then holds */ }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
