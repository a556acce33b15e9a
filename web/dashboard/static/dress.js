// What the browser adds to what the server printed: local times, countdowns, copy buttons. Text only ever becomes text.

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const two = (n) => String(n).padStart(2, "0");
const day = (at) => two(at.getMonth() + 1) + "-" + two(at.getDate());

// clock leaves out the day where it is today.
function clock(at) {
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  return at.toDateString() === new Date().toDateString() ? time : day(at) + " " + time;
}

function showTimes(root) {
  for (const el of root.querySelectorAll("time[datetime]:not([data-due])")) {
    const at = new Date(el.dateTime);
    if (!isNaN(at)) el.textContent = clock(at);
  }
  showDue(root);
}

let today = new Date().toDateString();

// showDue counts down to what is due. A page that is left open over midnight says yesterday's days.
export function showDue(root) {
  if (!root && today !== new Date().toDateString()) {
    today = new Date().toDateString();
    return dress(document);
  }
  for (const el of (root ?? document).querySelectorAll("time[data-due]")) {
    const left = (new Date(el.dateTime) - Date.now()) / 1000;
    let text = "now";
    if (left > 90) text = "in " + Math.round(left / 60) + " min";
    else if (left > 0) text = "in " + Math.ceil(left) + " s";
    if (el.textContent !== text) el.textContent = text;
  }
}

// copy puts text on the clipboard and says so on the button for a moment.
export async function copy(text, button) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
  } catch {
    button.textContent = "not copied";
  }
  setTimeout(() => { button.textContent = label; }, 1500);
}

// addCopyButtons puts a button behind each element with data-copy; its value is what is copied, or else the element's text.
function addCopyButtons(root) {
  if (!navigator.clipboard) return;
  for (const el of root.querySelectorAll("[data-copy]")) {
    if (el.nextElementSibling?.classList.contains("copy")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "copy";
    button.addEventListener("click", () => copy(el.dataset.copy || el.textContent, button));
    el.after(button);
  }
}

// dress prepares what has just come into the page.
export function dress(root) {
  showTimes(root);
  addCopyButtons(root);
  document.dispatchEvent(new CustomEvent("annohook:dressed", {detail: root}));
}
