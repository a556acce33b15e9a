require "openssl"

TOLERANCE = 300_000 # milliseconds between Toloka's clock and yours; Toloka names no bound, so choose yours

# env: of Rack (request.env in Rails and Sinatra); body: its exact bytes, before any parsing.
def verify(env, body, secret)
  field = env["HTTP_TOLOKA_SIGNATURE"].to_s.delete("{}")
  parts = field.split(",").to_h { |part| part.strip.partition("=").values_at(0, 2) }
  v, ts, sign = parts.values_at("v", "ts", "sign")
  return false if secret.to_s.empty? || v != "1" || !ts.to_s.match?(/\A\d+\z/)
  return false if ((Time.now.to_f * 1000).to_i - ts.to_i).abs > TOLERANCE

  want = OpenSSL::HMAC.hexdigest("SHA256", secret, "#{ts}.1.".b + body.b)
  OpenSSL.secure_compare(sign.to_s.rjust(64, "0"), want) # leading zeros may be missing
end
