import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE = 300_000; // milliseconds between Toloka's clock and yours; Toloka names no bound, so choose yours

// headers: req.headers of Node; body: a Buffer of its exact bytes, before any parsing.
export function verify(headers, body, secret) {
  const field = (headers["toloka-signature"] ?? "").replace(/^\{|\}$/g, "");
  const { v, ts = "", sign = "" } = Object.fromEntries(field.split(",").map((part) => part.trim().split("=")));
  if (!secret || v !== "1" || !/^\d+$/.test(ts)) return false;
  if (Math.abs(Date.now() - Number(ts)) > TOLERANCE) return false;
  const want = Buffer.from(createHmac("sha256", secret).update(`${ts}.1.`).update(body).digest("hex"));
  const given = Buffer.from(sign.padStart(64, "0")); // leading zeros may be missing
  return given.length === want.length && timingSafeEqual(given, want);
}
