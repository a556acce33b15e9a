require "openssl"

TOLERANCE = 300 # seconds between Argilla's clock and yours

# env: of Rack (request.env in Rails and Sinatra); body: its exact bytes, before any parsing.
def verify(env, body, secret)
  id, sent_at, given = env.values_at("HTTP_WEBHOOK_ID", "HTTP_WEBHOOK_TIMESTAMP", "HTTP_WEBHOOK_SIGNATURE")
  return false if secret.to_s.empty? || !sent_at.to_s.match?(/\A\d+\z/)
  return false if (Time.now.to_i - sent_at.to_i).abs > TOLERANCE

  key = secret.delete_prefix("whsec_").unpack1("m")
  mac = OpenSSL::HMAC.digest("SHA256", key, "#{id}.#{sent_at}.".b + body.b)
  want = "v1," + [mac].pack("m0")
  given.to_s.split.any? { |one| OpenSSL.secure_compare(one, want) }
end
