require "openssl"

# env: of Rack (request.env in Rails and Sinatra). The body is not covered: anything may stand in it.
def verify(env, _body, secret)
  !secret.to_s.empty? && OpenSSL.secure_compare(env["HTTP_X_AQUARIUM_SECRET"].to_s, secret)
end
