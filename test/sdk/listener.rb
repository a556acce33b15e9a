# The listener of Argilla's documentation, as a program: SECRET in place of the secret it leaves open, PORT, and loopback alone.
require "sinatra/base"
require "standardwebhooks"

class Listener < Sinatra::Base
  set :bind, "127.0.0.1"
  set :port, ENV.fetch("PORT")
  set :environment, :production
  disable :logging

  post "/webhook" do
    given = %w[id signature timestamp].to_h { |name| ["webhook-#{name}", env["HTTP_WEBHOOK_#{name.upcase}"]] }
    payload = StandardWebhooks::Webhook.new(ENV.fetch("SECRET")).verify(request.body.read.to_s, given)
    $stdout.puts JSON.generate(payload)
    $stdout.flush
    "ok"
  end

  run! { $stdout.puts '{"serving":true}'; $stdout.flush }
end
