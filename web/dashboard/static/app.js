// Live pages. The stream only tells that something changed; this page is then fetched again and the parts that differ are swapped.
// Nothing of what others sent passes through innerHTML: DOMParser runs no scripts, and nodes are adopted as they are.

const refreshEvery = 500; // ms between two refreshes at the most

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const two = (n) => String(n).padStart(2, "0");
const clock = (at) => two(at.getMonth() + 1) + "-" + two(at.getDate()) + " " + [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");

function showTimes(root) {
  for (const el of root.querySelectorAll("time[datetime]:not([data-due])")) {
    const at = new Date(el.dateTime);
    if (!isNaN(at)) el.textContent = clock(at);
  }
  showDue(root);
}

// showDue counts down to what is due.
function showDue(root = document) {
  for (const el of root.querySelectorAll("time[data-due]")) {
    const left = (new Date(el.dateTime) - Date.now()) / 1000;
    let text = "now";
    if (left > 90) text = "in " + Math.round(left / 60) + " min";
    else if (left > 0) text = "in " + Math.ceil(left) + " s";
    if (el.textContent !== text) el.textContent = text;
  }
}

function addCopyButtons(root) {
  if (!navigator.clipboard) return;
  for (const el of root.querySelectorAll("[data-copy]")) {
    if (el.nextElementSibling?.classList.contains("copy")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "copy";
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(el.textContent);
        button.textContent = "copied";
      } catch {
        button.textContent = "not copied";
      }
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    });
    el.after(button);
  }
}

function dress(root) {
  showTimes(root);
  addCopyButtons(root);
}

// keyed lists the nodes of a part that are kept or swapped by themselves: rows and attempts.
const keyed = "tr[data-key], li[data-key]";
const pristine = new WeakMap(); // node as the server printed it, before dress changed it

function remember(root) {
  for (const el of root.querySelectorAll("[data-part], " + keyed)) pristine.set(el, el.outerHTML);
}

// keepOpen carries over which details the reader has opened or closed.
function keepOpen(from, to) {
  const now = from.querySelectorAll("details"), next = to.querySelectorAll("details");
  if (now.length === next.length) now.forEach((el, i) => { next[i].open = el.open; });
}

function swapKeyed(part, fresh) {
  const now = new Map([...part.querySelectorAll(keyed)].map((el) => [el.dataset.key, el]));
  for (const el of fresh.querySelectorAll(keyed)) {
    const old = now.get(el.dataset.key);
    if (old && pristine.get(old) === pristine.get(el)) {
      el.replaceWith(old);
      continue;
    }
    if (old) keepOpen(old, el);
    if (el.tagName === "TR") el.classList.add("fresh");
    dress(el);
  }
}

const focusable = "a[href], button, summary, [tabindex]";

// focusOf says where in a part the focus is, so that it can be put back after a swap.
function focusOf(part) {
  const el = document.activeElement;
  if (!part.contains(el)) return undefined;
  const unit = el.closest(keyed) ?? part;
  return { key: unit.dataset.key, index: [...unit.querySelectorAll(focusable)].indexOf(el) };
}

function focusAgain(part, place) {
  if (!place) return;
  const unit = place.key ? part.querySelector("[data-key=\"" + CSS.escape(place.key) + "\"]") : part;
  unit?.querySelectorAll(focusable)[place.index]?.focus({ preventScroll: true });
}

// selecting reports whether the reader is about to copy something out of a part.
function selecting(part) {
  const selection = getSelection();
  return !selection.isCollapsed && part.contains(selection.anchorNode);
}

// refresh swaps what differs and reports whether everything could be; what the reader has selected is left alone.
async function refresh() {
  let all = true;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!answer.ok) throw new Error("status " + answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  remember(page);
  for (const fresh of page.querySelectorAll("[data-part]")) {
    const part = document.querySelector("[data-part=\"" + CSS.escape(fresh.dataset.part) + "\"]");
    const text = pristine.get(fresh);
    if (!part || pristine.get(part) === text) continue;
    if (selecting(part)) {
      all = false;
      continue;
    }
    const focus = focusOf(part);
    document.adoptNode(fresh);
    swapKeyed(part, fresh);
    if (!fresh.querySelector(keyed)) keepOpen(part, fresh);
    part.replaceWith(fresh);
    pristine.set(fresh, text);
    dress(fresh);
    focusAgain(fresh, focus);
  }
  return all;
}

class Live {
  constructor(bar) {
    this.bar = bar;
    this.connection = bar.querySelector("[data-connection]");
    this.held = bar.querySelector("[data-held]");
    this.button = bar.querySelector("[data-pause]");
    this.only = document.querySelector("[data-delivery]")?.dataset.delivery;
    this.waiting = new Set(); // deliveries that changed while paused
    this.paused = false;
    this.last = 0;
    bar.hidden = false;
    this.button.addEventListener("click", () => this.pause(!this.paused));
    document.addEventListener("visibilitychange", () => document.hidden ? this.close() : this.open());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (e) => { if (e.persisted) this.open(); });
    if (!document.hidden) this.open();
  }

  say(state, text) {
    this.connection.dataset.state = state;
    this.connection.textContent = text;
  }

  // open connects. What happened in between is seen by refreshing once the connection stands.
  open(catchUp = true) {
    if (this.source) return;
    this.say("connecting", "connecting");
    this.source = new EventSource(this.bar.dataset.stream);
    this.source.onopen = () => {
      this.say("live", "live");
      if (catchUp) this.changed("");
      catchUp = true;
    };
    this.source.onerror = () => {
      const closed = this.source?.readyState === EventSource.CLOSED;
      this.say("lost", closed ? "connection refused; reload to try again" : "connection lost, trying again");
    };
    const heard = (e) => this.changed(nameOf(e.data));
    this.source.addEventListener("delivery", heard);
    this.source.addEventListener("attempt", heard);
    this.source.addEventListener("reset", () => this.changed(""));
  }

  close() {
    this.source?.close();
    this.source = undefined;
  }

  // changed notes that a delivery changed; an empty id is a gap, after which anything may have.
  changed(id) {
    if (this.only && id && id !== this.only) return;
    if (this.paused) {
      this.waiting.add(id);
      const n = this.waiting.size;
      this.held.textContent = n + (n === 1 ? " delivery changed" : " deliveries changed");
      return;
    }
    this.schedule(this.last + refreshEvery - Date.now());
  }

  // schedule refreshes soon. A change that is told while a refresh runs may not be in its answer, so another one follows.
  schedule(wait) {
    if (this.running) this.again = true;
    else this.timer ??= setTimeout(() => this.refresh(), Math.max(0, wait));
  }

  async refresh() {
    this.timer = undefined;
    this.running = true;
    let all = false;
    try {
      all = await refresh();
      if (this.source?.readyState === EventSource.OPEN) this.say("live", "live");
    } catch {
      this.say("lost", "the page could not be refreshed, trying again");
    }
    this.running = false;
    this.last = Date.now();
    const again = this.again;
    this.again = false;
    if (again) this.schedule(refreshEvery);
    else if (!all) this.schedule(4 * refreshEvery);
  }

  pause(on) {
    this.paused = on;
    this.button.textContent = on ? "Resume" : "Pause";
    this.button.setAttribute("aria-pressed", String(on));
    if (on) return;
    const some = this.waiting.size > 0;
    this.waiting.clear();
    this.held.textContent = "";
    if (some) this.changed("");
  }
}

function nameOf(data) {
  try {
    const change = JSON.parse(data);
    return String(change.delivery?.id ?? change.id ?? "");
  } catch {
    return "";
  }
}

remember(document);
dress(document);
setInterval(showDue, 1000);
for (const el of document.querySelectorAll("[data-zone]")) {
  el.parentElement.textContent = "Times are " + zone;
}
for (const el of document.querySelectorAll("select[data-submit]")) {
  el.addEventListener("change", () => el.form.requestSubmit());
}
for (const el of document.querySelectorAll("select[data-remember]")) {
  const key = "annohook." + el.id;
  const value = sessionStorage.getItem(key);
  if (value && [...el.options].some((o) => o.value === value)) el.value = value;
  el.addEventListener("change", () => sessionStorage.setItem(key, el.value));
}
for (const bar of document.querySelectorAll("[data-stream]")) new Live(bar);
