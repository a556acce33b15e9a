// One delivery: another attempt or tab without leaving the place, exports to the clipboard, and a line that says where now is.
import {refresh} from "./swap.js";

// Links marked data-swap lead to the same page with another choice.
let latest = 0;
async function choose(link) {
  const turn = ++latest;
  const address = new URL(link.getAttribute("href"), location.href);
  try {
    history.replaceState(null, "", address);
    await refresh(() => turn !== latest);
  } catch {
    location.href = address;
  }
}

// copyFrom puts what an export answers on the clipboard. The promise goes into the item, because some browsers take the clipboard away from
// a script that waits before it asks.
async function copyFrom(link) {
  const label = link.dataset.label ??= link.textContent;
  const text = fetch(link.href, {cache: "no-store"}).then((answer) => {
    if (!answer.ok) throw new Error("status " + answer.status);
    return answer.text();
  });
  try {
    if (window.ClipboardItem) await navigator.clipboard.write([new ClipboardItem({"text/plain": text.then((t) => new Blob([t], {type: "text/plain"}))})]);
    else await navigator.clipboard.writeText(await text);
    link.textContent = "copied";
  } catch {
    link.textContent = "not copied";
  }
  setTimeout(() => { link.textContent = label; }, 1500);
}

document.addEventListener("click", (e) => {
  if (e.defaultPrevented || e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
  const link = e.target.closest("a[data-swap], a[data-export]");
  if (!link) return;
  if (link.hasAttribute("data-swap")) {
    e.preventDefault();
    choose(link);
  } else if (navigator.clipboard) {
    e.preventDefault();
    copyFrom(link);
  }
});

// Rows reached by j and k are shown at once.
document.addEventListener("annohook:row", (e) => {
  const link = e.target.querySelector("a[data-swap]:not([aria-current])");
  if (link) choose(link);
});

function sayCopy(root) {
  if (!navigator.clipboard) return;
  for (const el of root.querySelectorAll("[data-export-label]")) {
    el.textContent = "Copy as";
    el.title = "Shift-click downloads";
  }
}
document.addEventListener("annohook:dressed", (e) => sayCopy(e.detail));
sayCopy(document);

setInterval(() => {
  for (const line of document.querySelectorAll(".axis .now")) {
    const from = Number(line.dataset.from), to = Number(line.dataset.to);
    const x = Math.min(98, 2 + 96 * (Date.now() - from) / (to - from)).toFixed(2) + "%";
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
  }
}, 250);
