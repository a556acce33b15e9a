// The trigger form answers in place, and the charts move on when nothing happens.
import {remember} from "./swap.js";
import {dress} from "./dress.js";
import {tick} from "./tick.js";

tick(30000, "charts");
// What a newcomer does beside deliveries, such as making a subscription, is not told by the stream.
if (document.querySelector(".tutorial")) tick(3000, "tutorial", "health");

// The stream shows the time of day alone where that is enough, as the server prints it.
const two = (n) => String(n).padStart(2, "0");
function shorten(root) {
  for (const el of root.querySelectorAll(".c-made time")) {
    const at = new Date(el.dateTime);
    const day = two(at.getMonth() + 1) + "-" + two(at.getDate()), time = two(at.getHours()) + ":" + two(at.getMinutes());
    el.textContent = Date.now() - at < 12 * 3600e3 ? time + ":" + two(at.getSeconds()) : day + " " + time;
  }
}
document.addEventListener("annohook:dressed", (e) => shorten(e.detail));
shorten(document);

const form = document.querySelector("form.quick");
const box = document.getElementById("quick-answer");
const type = document.getElementById("quick-event"), target = document.getElementById("quick-target");
const button = form.querySelector("button");

// Only subscriptions of the platform that was chosen can get the event.
function narrow() {
  const platform = type.value.split("/")[0];
  for (const option of target.options) option.hidden = option.disabled = Boolean(option.dataset.platform) && option.dataset.platform !== platform;
  if (target.selectedOptions[0]?.disabled) target.value = "";
}

function say(text) {
  const notice = document.createElement("div");
  notice.className = "notice bad";
  notice.textContent = text;
  box.replaceChildren(notice);
}

async function send() {
  const body = new URLSearchParams(new FormData(form));
  body.set("inline", "1"); // a refusal is then no error to the console
  const answer = await fetch(form.action, {method: "POST", body, headers: {Accept: "text/html"}});
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  remember(page);
  const fresh = page.getElementById("quick-answer");
  if (fresh?.childElementCount) {
    box.replaceChildren(...fresh.children);
    dress(box);
  } else say("Nothing was sent: " + (page.querySelector("main p")?.textContent.trim() || "the server answered " + answer.status));
}

form.addEventListener("submit", async (e) => {
  e.preventDefault();
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    await send();
  } catch {
    say("The server could not be reached, so it is not known whether anything was sent.");
  }
  button.removeAttribute("aria-busy");
});
type.addEventListener("change", narrow);
narrow();
