import { timingSafeEqual } from "node:crypto";

// headers: req.headers of Node. The body is not covered: anything may stand in it.
export function verify(headers, body, secret) {
  const given = Buffer.from(headers["x-aquarium-secret"] ?? ""), want = Buffer.from(secret);
  return want.length > 0 && given.length === want.length && timingSafeEqual(given, want);
}
