// One stream tells that something changed; the page then looks again. A gap needs no special care: a page that is fetched anew is complete.
import {refresh, tellTrouble, tellsTrouble} from "./swap.js";

const every = 500; // ms between two refreshes at the most
const wary = 3000; // ms until a page that tells of trouble looks again: trouble that is over within a moment may never have been streamed
const busy = 20; // changed deliveries a second above which rows wait for the reader
const title = document.title;

export class Live {
  constructor(bar) {
    this.bar = bar;
    this.connection = bar.querySelector("[data-connection]");
    this.held = bar.querySelector("[data-held]");
    this.button = bar.querySelector("[data-pause]");
    this.waiting = new Set(); // deliveries that changed and are not shown
    this.beyond = 0; // more of them than the stream named
    this.recent = []; // [time, number] of the changes of the last second
    this.paused = this.holding = false;
    this.last = this.failed = 0;
    bar.hidden = false;
    this.button.addEventListener("click", () => this.pause(!this.paused));
    this.held.addEventListener("click", () => this.showHeld());
    document.addEventListener("visibilitychange", () => document.hidden ? this.hide() : this.show());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (e) => { if (e.persisted) this.open(); });
    if (document.hidden) this.hide();
    else this.open();
  }

  say(state, text) {
    if (this.connection.dataset.state === state && this.connection.textContent === text) return;
    this.connection.dataset.state = state;
    this.connection.textContent = text;
  }

  open() {
    if (this.source) return;
    this.say("connecting", "connecting");
    this.source = new EventSource(this.bar.dataset.stream);
    this.source.onopen = () => {
      this.say("live", "live");
      this.look(); // what happened before the stream stood
    };
    this.source.onerror = () => {
      const closed = this.source?.readyState === EventSource.CLOSED;
      this.say("lost", closed ? "refused, trying again" : "connection lost, trying again");
      if (closed) this.reopen();
    };
    this.source.addEventListener("change", (e) => this.changed(JSON.parse(e.data)));
    this.source.addEventListener("reset", () => this.look());
  }

  // reopen comes back after an answer that a browser takes as final, such as that of a server that is still starting.
  reopen() {
    this.close();
    this.retry ??= setTimeout(() => {
      this.retry = undefined;
      if (!document.hidden) this.open();
    }, 3000);
  }

  close() {
    this.source?.close();
    this.source = undefined;
  }

  // hide keeps the stream of one hidden tab, for the count in its title, and closes the others': a browser opens six connections to a host.
  hide() {
    if (!navigator.locks) return this.close();
    navigator.locks.request("annohook.hidden", {ifAvailable: true}, (lock) => {
      if (!lock) return this.close();
      this.open();
      return new Promise((release) => { this.release = release; });
    });
  }

  show() {
    this.release?.();
    this.release = undefined;
    this.failed = 0;
    document.title = title;
    if (this.source) this.look();
    else this.open();
  }

  changed(change) {
    if (document.hidden) {
      this.failed += change.failed;
      if (this.failed) document.title = "(" + this.failed + " failed) " + title;
      return;
    }
    const now = Date.now();
    this.recent = this.recent.filter(([at]) => now - at < 1000);
    this.recent.push([now, change.changed]);
    const rate = this.recent.reduce((sum, [, n]) => sum + n, 0);
    this.holding = this.paused || rate > busy || this.holding && this.waiting.size + this.beyond > 0;
    if (this.holding) this.hold(change);
    if (!this.paused) this.look();
  }

  hold(change) {
    const others = change.others ?? []; // do not fit the search: one whose row is shown will go, one that only waits will not come
    const wait = (id) => this.waiting.size < 10000 && this.waiting.add(id);
    change.deliveries.forEach(wait);
    for (const id of others) document.querySelector("tr[data-key=\"" + CSS.escape(id) + "\"]") ? wait(id) : this.waiting.delete(id);
    this.beyond += change.changed - change.deliveries.length - others.length;
    const n = this.waiting.size + this.beyond;
    this.held.textContent = n + (this.beyond ? "+" : "") + (n === 1 ? " delivery changed" : " deliveries changed") + " – show";
    this.held.hidden = n === 0;
  }

  showHeld() {
    this.waiting.clear();
    this.beyond = 0;
    this.held.hidden = true;
    this.holding = this.paused;
    this.once = true;
    this.look();
  }

  // look refreshes soon. A change that is told while a refresh runs may not be in its answer, so another one follows.
  look() {
    if (this.running) this.again = true;
    else this.timer ??= setTimeout(() => this.refresh(), Math.max(0, this.last + every - Date.now()));
  }

  async refresh() {
    this.timer = undefined;
    this.running = true;
    const once = this.once;
    this.once = false;
    let all = false;
    try {
      all = await refresh((part) => !once && (this.paused || this.holding && part.hasAttribute("data-rows")));
      if (this.source?.readyState === EventSource.OPEN) this.say("live", "live");
    } catch (e) {
      this.say("lost", tellTrouble(e.page) ? "not up to date, trying again" : "the page could not be refreshed, trying again");
    }
    this.running = false;
    this.last = Date.now();
    const again = this.again;
    this.again = false;
    if (again) this.look();
    else if (!all) setTimeout(() => this.look(), 2000);
    else if (tellsTrouble()) setTimeout(() => this.look(), wary);
  }

  pause(on) {
    this.paused = on;
    this.button.textContent = on ? "Resume" : "Pause";
    this.button.setAttribute("aria-pressed", String(on));
    this.bar.toggleAttribute("data-paused", on);
    if (!on) this.showHeld();
  }
}
