-- Keeps what is told of an attempt behind the ones before it.
local function keep_attempt(id, number, record)
  if number == '1' then
    put(B .. 'a:' .. id, record)
  else
    tails[#tails + 1], tails[#tails + 2] = B .. 'a:' .. id, record
  end
end

-- From ARGV 3 on fourteen values for each attempt that ends: 1 id 2 token 3 number 4 now 5 start, '' for the claim's 6 duration in ns, '' for
-- now less start 7 outcome 8 failure 9 HTTP status 10 detail 11 what follows: a final status, 'retry' or 'interrupted' 12 reason 13 due
-- 14 charge. Answers each: a word, and with 'ok' the references that became due.
local function finish(id, token, number, at, start, duration, outcome, failure, status, detail, follows, reason, due, charge)
  local d = load(id)
  if not holds(d, token, number) then return {'stale'} end
  local before, started = d[S], {match(d[FL], '^(%S*) (%S*) (%S*) (%S*) (.*)$')}
  if start == '' then start = started[2] end
  if duration == '' then duration = whole(math.max(num(at) - num(start), 1) * 1000) end
  land(d)
  dues = {}
  d[TU], d[LO], d[LF], d[LS], d[LD] = '', outcome, failure, status, duration
  if not settled(before) then
    d[DU] = follows == 'interrupted' and '1' or ''
    if charge ~= '' then d[F] = whole(num(d[F]) + 1) end
    if settled(follows) then
      settle(d, follows, reason, at)
    else
      d[R], d[G] = reason, ''
      move_status(d, 'retrying')
      wait(d, due)
    end
  end
  if follows == 'interrupted' and not settled(d[S]) then keep_slot(d) else free_slot(d, at, true) end
  durations[#durations + 1] = duration
  keep_attempt(id, number, concat({number, #detail, started[1], start, duration, started[4], started[5]}, ' ') .. '\n' .. detail)
  tell('a', d, concat({number, started[1], start, duration, started[4], failure, status, outcome}, '\t'))
  if d[S] ~= before then tell('d', d) end
  return {'ok', unpack(dues)}
end

local answers = {}
load_all(3, 14)
for a = 3, #ARGV, 14 do answers[#answers + 1] = finish(unpack(ARGV, a, a + 13)) end
save()
return answers
