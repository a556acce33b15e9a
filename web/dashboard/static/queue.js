import {tick} from "./tick.js";

tick(3000, "queue-counts", "queue-next", "queue-lanes", "queue-workers", "keeper");
