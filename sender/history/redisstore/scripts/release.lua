-- ARGV 3 id 4 token 5 number 6 due.
local d = load(ARGV[3])
if not holds(d, ARGV[4], ARGV[5]) then return {'stale'} end
land(d)
d[N] = whole(num(d[N]) - 1)
if not settled(d[S]) then
  raise(d) -- the task that claimed may still run
  wait(d, ARGV[6])
  keep_slot(d)
else
  free_slot(d, ARGV[6], true)
end
tell('d', d)
return done()
