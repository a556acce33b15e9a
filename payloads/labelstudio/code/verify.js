import { timingSafeEqual } from "node:crypto";

const HEADER = "x-webhook-secret"; // any name: Label Studio signs nothing, so give the webhook a header of your own

// headers: req.headers of Node. The body is not covered: anything may stand in it.
export function verify(headers, body, secret) {
  const given = Buffer.from(headers[HEADER] ?? ""), want = Buffer.from(secret);
  return want.length > 0 && given.length === want.length && timingSafeEqual(given, want);
}
