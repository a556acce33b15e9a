// The list of deliveries: one opens beside it, several are chosen, and the search box completes terms. Links and forms do the same without this.
import {} from "./delivery.js"; // its clicks and exports work beside the list, too
import {dress} from "./dress.js";
import {load, refresh} from "./swap.js";

const desk = document.querySelector(".desk");
const wide = matchMedia("(min-width: 1100px)");
const live = document.querySelector("[data-stream]") !== null; // older pages do not follow changes: there links lead on as they are
const drawer = () => desk.querySelector(":scope > .drawer");
const opened = () => new URL(location.href).searchParams.get("open") ?? "";
const plain = (e) => !e.defaultPrevented && e.button === 0 && !e.ctrlKey && !e.metaKey && !e.shiftKey && !e.altKey;

// only is the address of the same delivery without the list.
function only(address) {
  const asked = new URL(address);
  asked.searchParams.set("only", "open");
  return asked;
}

function markRow() {
  const id = opened();
  for (const row of desk.querySelectorAll("tr[data-row]")) {
    if (row.dataset.key === id) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

// show brings beside the list what the address says. Of several at once the last one stays.
let turn = 0;
async function show(focus) {
  const mine = ++turn;
  markRow();
  if (!opened()) return drawer()?.remove();
  try {
    const fresh = (await load(only(location.href))).querySelector(".drawer");
    if (mine !== turn) return;
    document.adoptNode(fresh);
    if (drawer()) drawer().replaceWith(fresh);
    else desk.append(fresh);
    dress(fresh);
    if (focus || !wide.matches) fresh.focus({preventScroll: true});
    desk.querySelector("tr[aria-current]")?.scrollIntoView({block: "nearest"});
  } catch {
    if (mine === turn) location.reload();
  }
}

function open(link, focus) {
  const address = new URL(link.href);
  address.hash = "";
  if (address.href === location.href && drawer()) return;
  history[opened() ? "replaceState" : "pushState"](null, "", address);
  for (const row of desk.querySelectorAll("tr[data-row]")) row.toggleAttribute("data-at", row.contains(link)); // j and k go on from here
  show(focus);
}

function close() {
  const inside = drawer()?.contains(document.activeElement), row = desk.querySelector("tr[aria-current] a[data-open]");
  const address = new URL(location.href);
  for (const name of ["open", "attempt", "tab"]) address.searchParams.delete(name);
  address.hash = "";
  history.replaceState(null, "", address);
  show();
  if (inside) row?.focus({preventScroll: true});
}

// choose shows another attempt or tab. The links lead to the page of the delivery alone; here they mean the one beside the list.
async function choose(link) {
  const mine = ++turn, wanted = new URL(link.href).searchParams, address = new URL(location.href);
  for (const name of ["attempt", "tab"]) {
    if (wanted.has(name)) address.searchParams.set(name, wanted.get(name));
    else address.searchParams.delete(name);
  }
  history.replaceState(null, "", address);
  try {
    await refresh(() => mine !== turn, only(address));
  } catch {
    location.href = link.href;
  }
}

document.addEventListener("click", (e) => {
  const link = e.target.closest(".drawer a[data-swap]");
  if (!link || !plain(e)) return;
  e.preventDefault();
  choose(link);
}, true);

document.addEventListener("click", (e) => {
  if (!plain(e)) return;
  const link = e.target.closest("a[data-open], a[data-close]");
  if (link && (live || link.hasAttribute("data-close"))) {
    e.preventDefault();
    if (link.hasAttribute("data-close")) close();
    else open(link, e.detail === 0);
  } else if (!link && !e.target.closest("a, button, input, label, summary") && getSelection().isCollapsed) {
    const row = e.target.closest("tr[data-row]")?.querySelector("a[data-open]");
    if (row && live) open(row, false);
    else row?.click();
  }
});

let soon;
document.addEventListener("annohook:row", (e) => {
  const link = e.target.querySelector("a[data-open]");
  clearTimeout(soon);
  if (link && live && wide.matches) soon = setTimeout(() => open(link, false), 120);
});
addEventListener("popstate", () => show());

// Forms of the delivery beside the list stay there: what they make opens in its place.
desk.addEventListener("submit", async (e) => {
  const form = e.target;
  if (!form.closest(".drawer")) return;
  e.preventDefault();
  const buttons = form.querySelectorAll("button");
  for (const b of buttons) b.disabled = true;
  let problem = "The server did not answer.";
  try {
    const answer = await fetch(form.action, {method: "POST", body: new URLSearchParams(new FormData(form)), headers: {Accept: "text/html"}});
    const to = new URL(answer.url);
    if (answer.ok && to.pathname.startsWith("/deliveries/")) {
      const address = new URL(location.href);
      for (const name of ["attempt", "tab"]) address.searchParams.delete(name);
      address.searchParams.set("open", decodeURIComponent(to.pathname.slice("/deliveries/".length)));
      history.replaceState(null, "", address);
      return show();
    }
    if (answer.ok) return location.assign(to);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    problem = (page.querySelector("main .notice") ?? page.querySelector("main"))?.textContent.trim() ?? problem;
  } catch { /* said below */ }
  for (const b of buttons) b.disabled = false;
  const said = document.createElement("p");
  said.className = "notice bad";
  said.setAttribute("role", "alert");
  said.textContent = problem;
  drawer()?.querySelector(":scope > .notice")?.remove();
  drawer()?.querySelector(".drawer-top").after(said);
});

// Choosing. The list pauses while something is chosen: rows that move away under the pointer would be chosen by mistake.
const bulk = document.getElementById("bulk"), all = () => desk.querySelector("[data-all] input");
const boxes = () => [...desk.querySelectorAll("input[name=id]")];
let held = false;
function hold(on) {
  const pause = document.querySelector("[data-pause]");
  if (!pause || on === held) return;
  const paused = pause.getAttribute("aria-pressed") === "true";
  if (on && paused) return; // by the reader, who resumes
  held = on;
  if (paused !== on) pause.click();
}

function count() {
  const list = boxes(), n = list.filter((box) => box.checked).length;
  bulk.querySelector("[data-chosen]").textContent = n ? n + " chosen" : "the chosen";
  for (const b of bulk.querySelectorAll("button")) b.disabled = bulk.elements.of.value === "chosen" && !n;
  if (all()) {
    all().checked = n > 0 && n === list.length;
    all().indeterminate = n > 0 && n < list.length;
  }
  hold(n > 0);
}

let lastBox;
desk.addEventListener("click", (e) => {
  if (!e.target.matches("input[name=id]")) return;
  const list = boxes(), from = list.indexOf(lastBox), to = list.indexOf(e.target);
  if (e.shiftKey && from >= 0) for (const box of list.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = e.target.checked;
  lastBox = e.target;
});
desk.addEventListener("change", (e) => {
  if (e.target === all()) for (const box of boxes()) box.checked = e.target.checked;
  if (e.target.matches("input[name=id], [data-all] input")) {
    bulk.elements.of.value = "chosen";
    count();
  } else if (e.target === bulk.elements.of) count();
});

// settle looks after what has come into the page.
function settle(root) {
  if (root.matches?.("tr[data-row]")) {
    const old = desk.querySelector("tr[data-key=\"" + CSS.escape(root.dataset.key) + "\"] input[name=id]");
    if (old?.checked) root.querySelector("input[name=id]").checked = true;
    return;
  }
  for (const el of desk.querySelectorAll(".drawer [data-row]")) el.removeAttribute("data-row"); // j and k walk the list
  for (const el of desk.querySelectorAll("[data-all]")) el.hidden = false;
  markRow();
  count();
  // A refresh that was on its way when another delivery was opened brings parts of the one before.
  const shown = drawer()?.querySelector("[data-delivery]")?.dataset.delivery;
  if (shown && shown !== opened()) show();
}
document.addEventListener("annohook:dressed", (e) => settle(e.detail));
settle(document);

// The help lies over the list, so a click beside it closes it.
const help = document.querySelector("details.help");
document.addEventListener("click", (e) => { if (!help.contains(e.target)) help.open = false; });

// The search box completes its last term.
const box = document.getElementById("q"), offered = document.getElementById("terms");
const terms = [...offered.options].map((o) => [o.value, o.label]);
let head = "";
box.addEventListener("input", () => {
  const before = box.value.slice(0, box.value.lastIndexOf(" ") + 1);
  if (before === head) return;
  head = before;
  offered.replaceChildren(...terms.map(([value, label]) => Object.assign(document.createElement("option"), {value: head + value, label})));
});
