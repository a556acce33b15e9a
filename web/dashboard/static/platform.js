// One choice of a language for all samples, kept for the next visit; a change of profile stays at the section that is read; the list of
// sections shows where the reader is.

const key = "language";

function chosen() {
  try { return localStorage.getItem(key); } catch { return null; }
}

function choose(language) {
  for (const input of document.querySelectorAll(".codes .pick")) {
    if (input.value === language) input.checked = true;
  }
}

choose(chosen());
document.addEventListener("change", (e) => {
  if (!e.target.matches(".codes .pick")) return;
  choose(e.target.value);
  try { localStorage.setItem(key, e.target.value); } catch { /* not kept, then */ }
});

const heads = [...document.querySelectorAll(".content h2[id]")];
const reading = () => heads.findLast((h) => h.getBoundingClientRect().top < 140) ?? heads[0];

for (const link of document.querySelectorAll("[data-keep] a")) {
  link.addEventListener("click", () => { link.hash = scrollY > 60 ? reading().id : ""; });
}

function mark() {
  const at = reading()?.id;
  for (const link of document.querySelectorAll(".toc a")) {
    if (link.hash === "#" + at) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
let waiting = 0;
addEventListener("scroll", () => { waiting ||= requestAnimationFrame(() => { waiting = 0; mark(); }); }, {passive: true});
mark();
