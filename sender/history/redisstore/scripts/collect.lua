-- ARGV 3 call; event: 4 id 5 place 6 platform 7 record; 8 part; fresh delivery: 9 id 10 place 11 sub 12 platform 13 due 14 static 15 method
-- 16 verbatim; 17 limit 18 now 19 place of the part among the messages of the event
-- 20 type of the event. Answers whether the delivery was opened, and its flush
-- reference; or 'held' and the delivery that has the part already.
local function answer(d, opened) return {'ok', opened and '1' or '', d.id, '0', whole(num(d[G])), d[SB], d[AT]} end
local before = call('GET', B .. 'op:' .. ARGV[3])
if before then return answer(load(string.sub(before, 2)), string.sub(before, 1, 1) == '1') end

-- The delivery that got the part for the subscription: each part of an event has a line.
local function keeper()
  local part = num(ARGV[19])
  for _, line in ipairs(call('LRANGE', B .. 'ed:' .. ARGV[4], 0, -1)) do
    local id, sub = match(line, '^(%S+) (%S+)$')
    if sub == ARGV[11] then
      if part == 0 then return id end
      part = part - 1
    end
  end
end

local held = keeper()
if held then return {'ok', 'held', held} end
local open = call('GET', B .. 'batch:' .. ARGV[11])
if not open and call('EXISTS', key(ARGV[9])) == 1 then return {'exists', ARGV[9]} end
call('SET', B .. 'op:' .. ARGV[3], (open and '0' or '1') .. (open or ARGV[9]), 'PX', '60000')
local d
if open then
  d = load(open)
else
  d = enter(ARGV[9])
  d[K], d[SB], d[P], d[ST], d[M], d[S] = ARGV[10], ARGV[11], ARGV[12], ARGV[14], ARGV[15], 'collecting'
  keep_extra(d, 'vb', ARGV[16])
  index(d)
  call('SET', B .. 'batch:' .. d[SB], d.id)
  wait(d, ARGV[13])
end
local parts = call('RPUSH', B .. 'parts:' .. d.id, ARGV[8])
join_event(ARGV[4], d, true)
local ids, types = match(d[EV], '^([^\t]*)(.*)$')
if not string.find('\n' .. ids .. '\n', '\n' .. ARGV[4] .. '\n', 1, true) then -- an event may have several messages
  ids = ids == '' and ARGV[4] or ids .. '\n' .. ARGV[4]
end
if not string.find(types .. '\t', '\t' .. ARGV[20] .. '\t', 1, true) then types = types .. '\t' .. ARGV[20] end
d[EV] = ids .. types
add_event(ARGV[4], ARGV[5], ARGV[6], ARGV[7], call('GET', B .. 'e:' .. ARGV[4]))
if num(ARGV[17]) > 0 and parts >= num(ARGV[17]) then
  shut(d)
  raise(d)
  wait(d, ARGV[18])
end
if not open then tell('d', d) end
save_platforms()
save()
return answer(d, not open)
