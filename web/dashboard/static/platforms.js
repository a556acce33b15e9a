import {listen} from "./filter.js";

// A page that the server has narrowed already holds a part only; then the form goes on doing it.
if (!location.search) listen();
