// Subscriptions: forms are judged while they are filled in, headers are rows, test sends are answered in place. Without this file the same
// forms are posted as they are.
import {dress} from "./dress.js";
import {refresh} from "./swap.js";

// post sends a form to an address and parses the page that answers.
async function post(address, form) {
  const answer = await fetch(address, {method: "POST", headers: {Accept: "text/html"}, body: new URLSearchParams(new FormData(form))});
  return {answer, page: new DOMParser().parseFromString(await answer.text(), "text/html")};
}

const fields = (root) => [...root.querySelectorAll("[data-field]")];

// tell puts what the server says about a field beside it.
function tell(now, fresh) {
  now.querySelector(":scope > .wrong")?.remove();
  const wrong = fresh.querySelector(":scope > .wrong");
  if (wrong) now.append(document.adoptNode(wrong));
  if (now.tagName === "FIELDSET") return;
  const from = fresh.querySelector("input, select, textarea"), to = now.querySelector("[name]");
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (from.hasAttribute(name)) to.setAttribute(name, from.getAttribute(name));
    else to.removeAttribute(name);
  }
}

function judge(form) {
  const touched = new Set(), state = form.querySelector("[data-check-state]");
  let turn = 0;
  const check = async () => {
    const mine = ++turn;
    let asked;
    try {
      asked = await post(form.dataset.check, form);
    } catch {
      asked = undefined;
    }
    if (mine !== turn) return;
    if (!asked?.answer.ok) {
      state.textContent = "Could not be checked just now.";
      return;
    }
    let wrong = 0;
    for (const fresh of fields(asked.page)) {
      const now = fields(form).find((el) => el.dataset.field === fresh.dataset.field);
      if (!now || !touched.has(now.dataset.field)) continue;
      if (fresh.querySelector(":scope > .wrong")) wrong++;
      tell(now, fresh);
    }
    for (const fresh of asked.page.querySelectorAll("[data-check-part]")) {
      const now = form.querySelector("[data-check-part=\"" + CSS.escape(fresh.dataset.checkPart) + "\"]");
      if (now && now.outerHTML !== fresh.outerHTML) now.replaceWith(document.adoptNode(fresh));
    }
    if (wrong) state.textContent = wrong === 1 ? "1 field needs another value." : wrong + " fields need another value.";
    else state.textContent = asked.page.querySelector(".editor .wrong") ? "" : "All right. Nothing is stored yet.";
  };
  form.addEventListener("change", (e) => {
    const field = e.target.closest("[data-field]");
    if (field) touched.add(field.dataset.field);
    check();
  });
  form.querySelector("[data-check-button]").addEventListener("click", (e) => {
    e.preventDefault();
    for (const field of fields(form)) touched.add(field.dataset.field);
    check();
  });
}

// rows shows the lines of headers as pairs of fields; the text area keeps what is sent.
function rows(box) {
  const area = box.querySelector("textarea"), most = Number(box.dataset.headers);
  const lines = area.value.split("\n").filter((line) => line.trim());
  if (lines.some((line) => !line.includes(":"))) return;
  const list = document.createElement("div");
  list.className = "header-rows";
  const write = () => {
    area.value = [...list.children].map((row) => [...row.querySelectorAll("input")].map((el) => el.value.trim()))
      .filter(([name, value]) => name || value).map(([name, value]) => name + ": " + value).join("\n");
  };
  const add = (name, value) => {
    const row = document.createElement("div");
    row.className = "header-row";
    for (const [label, text] of [["Name", name], ["Value", value]]) {
      const input = document.createElement("input");
      input.value = text;
      input.placeholder = label;
      input.spellcheck = false;
      input.autocomplete = "off";
      input.setAttribute("aria-label", label + " of header " + (list.children.length + 1));
      input.addEventListener("input", () => {
        write();
        if (row === list.lastElementChild && list.children.length < most) add("", "");
      });
      row.append(input);
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "✕";
    button.setAttribute("aria-label", "Remove header " + (list.children.length + 1));
    button.addEventListener("click", () => {
      if (list.children.length > 1) row.remove();
      else for (const el of row.querySelectorAll("input")) el.value = "";
      write();
      area.dispatchEvent(new Event("change", {bubbles: true}));
    });
    row.append(button);
    list.append(row);
  };
  for (const line of lines) {
    const at = line.indexOf(":");
    add(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  if (lines.length < most) add("", "");
  area.hidden = true;
  area.before(list);
}

for (const box of document.querySelectorAll("[data-headers]")) rows(box);
for (const form of document.querySelectorAll("form[data-check]")) judge(form);

// Forms marked data-test or data-toggle are sent in the background; the page is then looked at again where the answer leads.
document.addEventListener("submit", async (e) => {
  const form = e.target.closest("form[data-test], form[data-toggle]");
  if (!form) return;
  e.preventDefault();
  const button = form.querySelector("button"), label = button.textContent;
  button.disabled = true;
  if (form.hasAttribute("data-test")) button.textContent = "Sending…";
  try {
    const {answer, page} = await post(form.action, form);
    if (answer.redirected) {
      history.replaceState(null, "", answer.url);
      await refresh(() => false, answer.url);
    } else {
      const place = document.getElementById("test"), notice = page.querySelector(".notice, main section");
      if (place && notice) place.replaceChildren(document.adoptNode(notice));
    }
    const place = document.getElementById("test");
    if (place?.childElementCount) {
      dress(place);
      place.scrollIntoView({block: "nearest"});
    }
  } catch {
    location.reload();
    return;
  }
  button.disabled = false;
  button.textContent = label;
});
