import { createHmac, timingSafeEqual } from "node:crypto";

// headers: req.headers of Node; body: a Buffer of its exact bytes, before any parsing.
export function verify(headers, body, secret) {
  const given = Buffer.from(headers["x-datasaur-signature"] ?? "");
  const want = Buffer.from(createHmac("sha256", secret).update(body).digest("hex"));
  return secret !== "" && given.length === want.length && timingSafeEqual(given, want);
}
