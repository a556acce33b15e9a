// Pages with numbers that age look again by themselves, when nothing happens, too.
import {refresh} from "./swap.js";

// tick looks again every so many milliseconds at the parts of these names, while somebody looks and the page is not paused.
export function tick(every, ...parts) {
  setInterval(() => {
    if (document.hidden || document.querySelector(".live-bar[data-paused]")) return;
    refresh((part) => !parts.includes(part.dataset.part)).catch(() => { /* the stream says that the server is away */ });
  }, every);
}
