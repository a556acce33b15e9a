-- ARGV 3 id 4 attempt 5 generation.
local d = load(ARGV[3])
if not current(d, ARGV[4], ARGV[5]) then return {'stale'} end
raise(d)
wait(d, d[AT])
return done()
