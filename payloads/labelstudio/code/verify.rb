require "openssl"

HEADER = "HTTP_X_WEBHOOK_SECRET" # any name: Label Studio signs nothing, so give the webhook a header of your own

# env: of Rack (request.env in Rails and Sinatra). The body is not covered: anything may stand in it.
def verify(env, _body, secret)
  !secret.to_s.empty? && OpenSSL.secure_compare(env[HEADER].to_s, secret)
end
