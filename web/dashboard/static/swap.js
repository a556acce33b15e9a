// Pages are brought up to date by fetching them again and swapping the parts that differ. DOMParser runs no scripts and nodes are adopted as
// they are: nothing that others sent is ever parsed as markup by this page.
import {dress} from "./dress.js";

// keyed are the nodes of a part that are kept or swapped by themselves: rows and attempts.
const keyed = "tr[data-key], li[data-key]";
const pristine = new WeakMap(); // node -> as the server printed it, before dress changed it

export function remember(root) {
  for (const el of root.querySelectorAll("[data-part], " + keyed)) pristine.set(el, el.outerHTML);
}

// keepOpen carries over which details the reader has opened or closed, by their data-key where they have one.
function keepOpen(from, to) {
  const now = [...from.querySelectorAll("details")], next = [...to.querySelectorAll("details")];
  const named = new Map(now.filter((el) => el.dataset.key).map((el) => [el.dataset.key, el.open]));
  next.forEach((el, i) => {
    if (named.has(el.dataset.key)) el.open = named.get(el.dataset.key);
    else if (now.length === next.length) el.open = now[i].open;
  });
}

function swapKeyed(part, fresh) {
  const now = new Map([...part.querySelectorAll(keyed)].map((el) => [el.dataset.key, el]));
  for (const el of fresh.querySelectorAll(keyed)) {
    const old = now.get(el.dataset.key);
    if (old && pristine.get(old) === pristine.get(el)) {
      el.replaceWith(old);
      continue;
    }
    if (old) {
      keepOpen(old, el);
      if (old.hasAttribute("aria-current")) el.setAttribute("aria-current", old.getAttribute("aria-current"));
    }
    if (el.tagName === "TR") el.classList.add(old ? "changed" : "fresh");
    dress(el);
  }
}

const focusable = "a[href], button, summary, input, select, textarea, [tabindex]";

// focusOf says where in a part the focus is, so that it can be put back after a swap.
function focusOf(part) {
  const el = document.activeElement;
  if (!part.contains(el)) return undefined;
  const unit = el.closest(keyed) ?? part;
  return {key: unit.dataset.key, index: [...unit.querySelectorAll(focusable)].indexOf(el)};
}

function focusAgain(part, place) {
  if (!place) return;
  const unit = place.key ? part.querySelector("[data-key=\"" + CSS.escape(place.key) + "\"]") : part;
  unit?.querySelectorAll(focusable)[place.index]?.focus({preventScroll: true});
}

// selecting reports whether the reader is about to copy something out of a part.
function selecting(part) {
  const selection = getSelection();
  return !selection.isCollapsed && part.contains(selection.anchorNode);
}

function swap(part, fresh) {
  const text = pristine.get(fresh), focus = focusOf(part);
  document.adoptNode(fresh);
  swapKeyed(part, fresh);
  if (!fresh.querySelector(keyed)) keepOpen(part, fresh);
  part.replaceWith(fresh);
  pristine.set(fresh, text);
  dress(fresh);
  focusAgain(fresh, focus);
}

// tellTrouble puts on this page what an error page says of the store. The next refresh that works takes it away.
export function tellTrouble(page) {
  const told = page?.querySelector("template[data-trouble]"), part = document.querySelector("[data-part=trouble]");
  if (!told || !part) return false;
  const fresh = part.cloneNode(false);
  fresh.append(document.adoptNode(told.content));
  if (fresh.textContent !== part.textContent) part.replaceWith(fresh);
  return true;
}

// tellsTrouble reports whether this page says that the store is in trouble.
export const tellsTrouble = () => !!document.querySelector("[data-part=trouble]")?.textContent.trim();

// load fetches a page of this server and parses it.
export async function load(address) {
  const answer = await fetch(address, {headers: {Accept: "text/html"}, cache: "no-store"});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  remember(page);
  if (!answer.ok) throw Object.assign(new Error("status " + answer.status), {page, status: answer.status});
  return page;
}

// refresh fetches this page (or another address that has the same parts) again and swaps the parts that differ, but for those hold says yes
// to. It reports whether all could be swapped: what the reader has selected is left alone.
export async function refresh(hold = () => false, address = location.href) {
  let all = true;
  const from = location.href;
  const page = await load(address);
  if (location.href !== from) return false; // the reader has gone on to another view of this page
  for (const fresh of page.querySelectorAll("[data-part]")) {
    const part = document.querySelector("[data-part=\"" + CSS.escape(fresh.dataset.part) + "\"]");
    if (!part || pristine.get(part) === pristine.get(fresh)) continue;
    if (hold(part)) continue;
    if (selecting(part)) {
      all = false;
      continue;
    }
    swap(part, fresh);
  }
  return all;
}
