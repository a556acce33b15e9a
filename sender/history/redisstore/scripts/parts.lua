-- ARGV 3 id 4 attempt 5 generation.
local d = load(ARGV[3])
if not current(d, ARGV[4], ARGV[5]) or d[S] ~= 'collecting' then return {'stale'} end
shut(d)
local extras = call('HMGET', B .. 'x:' .. d.id, 'vb', 'pin')
return {'ok', pack(d), extras[1] or '', extras[2] or '', call('LRANGE', B .. 'parts:' .. d.id, 0, -1)}
