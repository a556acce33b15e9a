// Reads requests as a JSON list on stdin and prints what the Standard Webhooks library says of each: null, or its complaint.
"use strict";

const { readFileSync } = require("node:fs");
const { Webhook } = require("standardwebhooks");

function complaint({ secret, headers, body }) {
  try {
    new Webhook(secret).verify(Buffer.from(body, "base64").toString("utf8"), headers);
  } catch (error) {
    return `${error.name}: ${error.message}`; // whatever it throws, the request is refused
  }
  return null;
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(complaint)));
