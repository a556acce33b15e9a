// What every page does: times in the viewer's zone, copy buttons, theme, keys, and the live stream where the page has one.
import {dress, showDue, zone} from "./dress.js";
import {remember} from "./swap.js";
import {Live} from "./stream.js";
import {listen} from "./keys.js";

remember(document);
dress(document);
setInterval(showDue, 1000);
listen();

for (const el of document.querySelectorAll("[data-zone]")) el.textContent = "Times are " + zone;
for (const el of document.querySelectorAll("select[data-submit]")) el.addEventListener("change", () => el.form.requestSubmit());

// What a reader chose in a select stays chosen on this tab.
for (const el of document.querySelectorAll("select[data-remember]")) {
  const key = "annohook." + el.id;
  const value = sessionStorage.getItem(key);
  if (value && [...el.options].some((o) => o.value === value)) el.value = value;
  el.addEventListener("change", () => sessionStorage.setItem(key, el.value));
}

// The theme goes round: system, light, dark.
const themes = ["auto", "light", "dark"];
for (const button of document.querySelectorAll("[data-theme-button]")) {
  const now = () => document.documentElement.dataset.theme ?? "auto";
  const say = () => {
    button.dataset.is = now();
    button.setAttribute("aria-label", "Theme: " + now());
    button.title = "Theme: " + now();
  };
  button.hidden = false;
  say();
  button.addEventListener("click", () => {
    const next = themes[(themes.indexOf(now()) + 1) % themes.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      if (next === "auto") localStorage.removeItem("annohook.theme");
      else localStorage.setItem("annohook.theme", next);
    } catch { /* it then holds for this page only */ }
    say();
  });
}

for (const bar of document.querySelectorAll("[data-stream]")) new Live(bar);
