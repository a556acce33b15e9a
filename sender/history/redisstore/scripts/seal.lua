-- ARGV 3 id 4 attempt 5 generation 6 method 7 body 8 due.
local d = load(ARGV[3])
if not current(d, ARGV[4], ARGV[5]) or d[S] ~= 'collecting' then return {'stale'} end
call('SET', B .. 'b:' .. d.id, ARGV[7]) -- the first write is one that a full Redis refuses
call('DEL', B .. 'parts:' .. d.id)
shut(d)
d[M], d[BB], d[G] = ARGV[6], whole(#ARGV[7]), ''
move_status(d, 'pending')
wait(d, ARGV[8])
tell('d', d)
return done()
