-- ARGV 3 keep, negative for no bound 4 place that those made before the time lie before 5 step. Answers how many events without deliveries went.
local extra = 0
if num(ARGV[3]) >= 0 then extra = call('ZCARD', B .. 'bare') - num(ARGV[3]) end
local gone = 0
for _, place in ipairs(call('ZRANGE', B .. 'bare', 0, num(ARGV[5]) - 1)) do
  if gone >= extra and place >= ARGV[4] then break end
  rank('bare', place, false)
  drop_event(string.sub(place, 18))
  gone = gone + 1
end
save()
return gone
