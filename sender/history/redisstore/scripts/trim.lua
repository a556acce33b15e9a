-- ARGV 3 keep, negative for no bound 4 settled before 5 step. Answers how many deliveries went.
local extra = 0
if num(ARGV[3]) >= 0 then extra = call('ZCARD', B .. 'settled') - num(ARGV[3]) end
local gone = 0
for _, id in ipairs(call('ZRANGE', B .. 'settled', 0, num(ARGV[5]) - 1)) do
  local d = load(id)
  if gone >= extra and num(d[SA]) >= num(ARGV[4]) then break end
  rank('settled', id, false)
  for _, name in ipairs({'sub:' .. d[SB], 'platform:' .. d[P], 'status:' .. d[S]}) do rank(name, d[K], false) end
  count(d[P], d[S], -1)
  for event in events_of(d) do
    call('LREM', B .. 'ed:' .. event, 0, id .. ' ' .. d[SB])
    if call('EXISTS', B .. 'ed:' .. event) == 0 then drop_event(event) end
  end
  call('DEL', key(id), B .. 'b:' .. id, B .. 'a:' .. id, B .. 'x:' .. id, B .. 'parts:' .. id)
  d.was, d[S] = nil, ''
  gone = gone + 1
end
save()
return gone
