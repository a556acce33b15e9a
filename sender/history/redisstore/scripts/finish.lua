-- ARGV 3 id 4 token 5 number 6 now 7 start, '' for the claim's 8 duration in ns, '' for now less start 9 outcome 10 failure 11 HTTP status
-- 12 detail 13 what follows: a final status, 'retry' or 'interrupted' 14 reason 15 due 16 charge.
local d, number, at, follows = load(ARGV[3]), ARGV[5], ARGV[6], ARGV[13]
if not holds(d, ARGV[4], number) then return {'stale'} end
local before = d.s
land(d)
local due, start, _, duplicate, worker = string.match(call('HGET', B .. 'a:' .. d.id, number), '^(%S*) (%S*) (%S*) (%S*) (.*)$')
if ARGV[7] ~= '' then start = ARGV[7] end
local duration = ARGV[8]
if duration == '' then duration = whole(math.max(num(at) - num(start), 1) * 1000) end
call('HSET', B .. 'a:' .. d.id, number, table.concat({due, start, duration, duplicate, worker}, ' ') .. '\n' .. ARGV[12])
call('LPUSH', B .. 'durations', duration)
call('LTRIM', B .. 'durations', 0, 999)
d.tu, d.lo, d.lf, d.ls, d.ld = '', ARGV[9], ARGV[10], ARGV[11], duration
if not settled(before) then
  d.du = follows == 'interrupted' and '1' or ''
  if ARGV[16] ~= '' then d.f = whole(num(d.f) + 1) end
  if settled(follows) then
    settle(d, follows, ARGV[14], at)
  else
    d.r, d.g = ARGV[14], ''
    move_status(d, 'retrying')
    wait(d, ARGV[15])
  end
end
free_slot(d, at)
tell('attempt', d, table.concat({number, due, start, duration, duplicate, ARGV[10], ARGV[11], ARGV[9]}, '\t'))
if d.s ~= before then tell('delivery', d) end
return done()
