# Reads requests as a JSON list on stdin and prints what the Standard Webhooks library says of each: null, or its complaint.
require "json"
require "standardwebhooks"

complaints = JSON.parse($stdin.read).map do |c|
  StandardWebhooks::Webhook.new(c["secret"]).verify(c["body"].unpack1("m"), c["headers"])
  nil
rescue StandardError => e # whatever it raises, the request is refused
  "#{e.class}: #{e.message}"
end
puts JSON.generate(complaints)
