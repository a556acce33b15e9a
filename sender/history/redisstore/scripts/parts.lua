-- ARGV 3 id 4 attempt 5 generation.
local d = load(ARGV[3])
if not current(d, ARGV[4], ARGV[5]) or d.s ~= 'collecting' then return {'stale'} end
shut(d)
return {'ok', call('HGETALL', key(d.id)), call('LRANGE', B .. 'parts:' .. d.id, 0, -1)}
