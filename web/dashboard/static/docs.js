import {listen} from "./filter.js";

document.querySelector("[data-filter]").hidden = false;
listen()?.();
