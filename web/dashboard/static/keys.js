// Keys. A page says with data-hotkey="r" which element a key presses (a link, button or form field); rows that j and k walk are marked
// data-row. Keys with a modifier and keys typed into a field are the browser's.

const rows = () => [...document.querySelectorAll("[data-row]")];
const places = {l: "/", d: "/deliveries", s: "/subscriptions", t: "/compose", p: "/platforms", a: "/api/docs"};
let leading = 0; // when g was pressed

function typing(el) {
  return el instanceof HTMLElement && (el.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(el.tagName));
}

function walk(step) {
  const list = rows();
  if (!list.length) return;
  const now = list.findIndex((row) => row.hasAttribute("data-at"));
  const next = list[Math.min(list.length - 1, Math.max(0, now + step))];
  list[now]?.removeAttribute("data-at");
  next.setAttribute("data-at", "");
  next.querySelector("a[href]")?.focus({preventScroll: true});
  next.scrollIntoView({block: "nearest"});
  next.dispatchEvent(new CustomEvent("annohook:row", {bubbles: true}));
}

function press(key) {
  const el = document.querySelector("[data-hotkey=\"" + CSS.escape(key) + "\"]:not(:disabled)");
  if (!el) return false;
  if (typing(el)) {
    el.focus();
    el.select?.();
  } else el.click();
  return true;
}

function help() {
  const dialog = document.getElementById("keys");
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

function escape() {
  if (typing(document.activeElement)) document.activeElement.blur();
  else press("Escape");
}

const fixed = {
  j: () => walk(1), k: () => walk(-1), "?": help, Escape: escape,
  g: () => { leading = Date.now(); },
  t: () => { if (!press("t")) location.href = places.t; },
  "/": () => { if (!press("/")) location.href = "/deliveries#q"; },
};

// listen starts to hear keys.
export function listen() {
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (document.querySelector("dialog[open]") && e.key !== "?") return;
    if (typing(e.target) && e.key !== "Escape") return;
    if (Date.now() - leading < 1000 && places[e.key]) {
      leading = 0;
      location.href = places[e.key];
      return;
    }
    if (fixed[e.key]) fixed[e.key]();
    else if (e.key.length !== 1 || !press(e.key)) return;
    e.preventDefault();
  });
  for (const el of document.querySelectorAll("[data-help]")) {
    el.hidden = false;
    el.addEventListener("click", help);
  }
  if (location.hash === "#q") press("/");
}
