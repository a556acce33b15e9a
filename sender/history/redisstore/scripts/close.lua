-- ARGV 3 sub 4 pinned 5 now.
local id = call('GET', B .. 'batch:' .. ARGV[3])
if not id then return {'none'} end
local d = load(id)
raise(d)
save() -- the first write is one that a full Redis refuses
keep_extra(d, 'pin', ARGV[4])
shut(d)
wait(d, ARGV[5])
return done()
