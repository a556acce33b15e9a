// Compose: while the reader types, the form is sent as by its Preview button, and what the server answers is put into the page. A control that was
// changed meanwhile keeps what was typed; the next round brings it along.
import {dress} from "./dress.js";

const form = document.getElementById("composer");
const show = form.querySelector("button[value=\"show\"]");
const wait = 350; // milliseconds without a key
let timer, running = false, again = false, stale = false;

const controls = (root) => [...root.elements].filter((el) => el.name && el.name !== "name" && !/^(submit|fieldset)$/.test(el.type));
const keyOf = (el) => el.name + (el.type === "radio" ? "\n" + el.value : "");
const valueOf = (el) => (el.type === "radio" ? String(el.checked) : el.value);
const snapshot = () => new Map(controls(form).map((el) => [keyOf(el), valueOf(el)]));

// settle gives controls the values of the answer, but for those that were changed since they were sent.
function settle(fresh, sent) {
  const next = new Map(controls(fresh).map((el) => [keyOf(el), el]));
  for (const el of controls(form)) {
    const to = next.get(keyOf(el));
    if (!to || valueOf(el) !== sent.get(keyOf(el)) || valueOf(to) === valueOf(el)) continue;
    if (el.type === "radio") el.checked = to.checked;
    else el.value = to.value;
  }
}

// mark says which places are changed now. Both forms have the same places.
function mark(now, next) {
  const groups = next.querySelectorAll(".group");
  now.querySelectorAll(".group").forEach((el, i) => el.classList.toggle("changed", groups[i].classList.contains("changed")));
  const places = next.querySelectorAll(".place");
  now.querySelectorAll(".place").forEach((el, i) => {
    el.classList.toggle("changed", places[i].classList.contains("changed"));
    el.querySelector(".kind").textContent = places[i].querySelector(".kind").textContent;
    for (const name of [".reset", ".wrong"]) {
      el.querySelector(name)?.remove();
      const part = places[i].querySelector(name);
      if (part) el.append(document.adoptNode(part));
    }
  });
}

function replace(now, next) {
  const open = new Map([...now.querySelectorAll("details[data-key]")].map((el) => [el.dataset.key, el.open]));
  for (const el of next.querySelectorAll("details[data-key]")) if (open.has(el.dataset.key)) el.open = open.get(el.dataset.key);
  document.adoptNode(next);
  now.replaceWith(next);
  dress(next);
}

// take puts an answer into the page.
function take(page, sent) {
  const fresh = page.getElementById("composer");
  if (!fresh) throw new Error("no form");
  settle(fresh, sent);
  const now = form.querySelector("[data-places]"), next = fresh.querySelector("[data-places]");
  if (now && next) {
    if (now.dataset.shape === next.dataset.shape) mark(now, next);
    else if (!now.contains(document.activeElement)) replace(now, next);
    else stale = true; // the event has other fields now; they come when the reader leaves these
  }
  for (const piece of fresh.querySelectorAll("[data-piece]")) {
    const old = form.querySelector("[data-piece=\"" + piece.dataset.piece + "\"]");
    if (old && old.textContent !== piece.textContent || old?.dataset.piece === "preview") replace(old, piece);
  }
}

async function preview() {
  if (running) {
    again = true;
    return;
  }
  running = true;
  const sent = snapshot(), body = new URLSearchParams(new FormData(form));
  body.set("do", "show");
  form.querySelector("[data-piece=\"preview\"]").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, {method: "POST", body, headers: {Accept: "text/html"}});
    take(new DOMParser().parseFromString(await answer.text(), "text/html"), sent);
    if (answer.redirected) history.replaceState(null, "", answer.url);
  } catch { /* the server is away, or signed us out; the Preview button tells more */
    form.classList.remove("scripted");
    form.querySelector("[data-piece=\"preview\"]").removeAttribute("aria-busy");
  }
  running = false;
  if (again) {
    again = false;
    preview();
  }
}

form.classList.add("scripted");
form.addEventListener("input", (e) => {
  if (e.target.name === "name" || e.target.matches("[data-choose]")) return;
  const way = e.target.closest(".way")?.querySelector("[type=radio]");
  if (way && e.target !== way) way.checked = true;
  clearTimeout(timer);
  timer = setTimeout(preview, wait);
});
form.addEventListener("focusout", () => {
  if (!stale) return;
  stale = false;
  clearTimeout(timer);
  timer = setTimeout(preview, wait);
});
for (const el of form.querySelectorAll("[data-choose]")) el.addEventListener("change", () => form.requestSubmit(show));
form.addEventListener("keydown", (e) => {
  if (e.key !== "Enter") return;
  if (e.ctrlKey || e.metaKey) form.querySelector("[data-send]").click();
  else if (e.target.matches("input:not([name=name])")) preview();
  else if (e.target.name === "name") form.querySelector("button[value=save]").click();
  else return;
  e.preventDefault();
});
