// Narrows a list while its reader types. The form does the same on the server, for links and for readers without scripts.

// listen makes the field [data-filter] (and the choice [data-filter-group]) hide each [data-filtered] element that lacks one of the words, and
// then each [data-filter-section] of which nothing is left. What is shown is counted in [data-filter-count].
export function listen() {
  const field = document.querySelector("[data-filter]");
  const group = document.querySelector("[data-filter-group]");
  const items = [...document.querySelectorAll("[data-filtered]")].map((el) => [el, el.textContent.toLowerCase()]);
  const count = document.querySelector("[data-filter-count]");
  if (!field || !items.length) return;
  const apply = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [el, text] of items) {
      el.hidden = !(words.every((word) => text.includes(word)) && (!group?.value || el.dataset.filtered === group.value));
      if (!el.hidden) shown++;
    }
    for (const el of document.querySelectorAll("[data-filter-section]")) el.hidden = !el.querySelector("[data-filtered]:not([hidden])");
    if (count) count.textContent = shown + " of " + items.length;
  };
  field.addEventListener("input", apply);
  group?.addEventListener("change", apply);
  return apply;
}
