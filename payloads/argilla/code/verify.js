import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE = 300; // seconds between Argilla's clock and yours

// headers: req.headers of Node; body: a Buffer of its exact bytes, before any parsing.
export function verify(headers, body, secret) {
  const sentAt = headers["webhook-timestamp"] ?? "";
  if (!secret || !/^\d+$/.test(sentAt)) return false;
  if (Math.abs(Date.now() / 1000 - Number(sentAt)) > TOLERANCE) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const mac = createHmac("sha256", key).update(`${headers["webhook-id"]}.${sentAt}.`).update(body);
  const want = Buffer.from("v1," + mac.digest("base64"));
  return (headers["webhook-signature"] ?? "").split(" ").some((one) => {
    const given = Buffer.from(one);
    return given.length === want.length && timingSafeEqual(given, want);
  });
}
