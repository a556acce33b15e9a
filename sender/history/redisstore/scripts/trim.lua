-- ARGV 3 keep, negative for no bound 4 settled before 5 step. Answers how many deliveries went.
local extra = 0
if num(ARGV[3]) >= 0 then extra = call('ZCARD', B .. 'settled') - num(ARGV[3]) end
local gone = 0
for _, id in ipairs(call('ZRANGE', B .. 'settled', 0, num(ARGV[5]) - 1)) do
  local d = load(id)
  if gone >= extra and num(d.sa) >= num(ARGV[4]) then break end
  call('ZREM', B .. 'settled', id)
  call('ZREM', B .. 'created', d.k)
  call('ZREM', B .. 'sub:' .. d.sb, d.k)
  call('ZREM', B .. 'platform:' .. d.p, d.k)
  call('ZREM', B .. 'status:' .. d.s, d.k)
  count(d.p, d.s, -1)
  for event in string.gmatch(d.ev, '[^\n]+') do
    call('LREM', B .. 'ed:' .. event, 1, id .. ' ' .. d.sb)
    if call('EXISTS', B .. 'ed:' .. event) == 0 then drop_event(event) end
  end
  call('DEL', key(id), B .. 'b:' .. id, B .. 'a:' .. id, B .. 'parts:' .. id)
  gone = gone + 1
end
return gone
