require "openssl"

# env: of Rack (request.env in Rails and Sinatra); body: its exact bytes, before any parsing.
def verify(env, body, secret)
  return false if secret.to_s.empty?

  want = OpenSSL::HMAC.hexdigest("SHA256", secret, body)
  OpenSSL.secure_compare(env["HTTP_X_DATASAUR_SIGNATURE"].to_s, want)
end
