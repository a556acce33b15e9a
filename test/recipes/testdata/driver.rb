# Reads cases as a JSON list on stdin and prints what the sample of each one's platform says. Samples lie in the folder that is given.
require "json"

samples = Hash.new do |known, name|
  known[name] = Module.new.tap { |m| m.module_eval(File.read("#{ARGV[0]}/#{name}.rb")) && m.extend(m) }
end
answers = JSON.parse($stdin.read).map do |c|
  env = c["header"].to_h { |name, value| ["HTTP_" + name.upcase.tr("-", "_"), value] } # as Rack has them
  samples[c["platform"]].verify(env, c["body"].unpack1("m"), c["secret"])
end
puts JSON.generate(answers)
