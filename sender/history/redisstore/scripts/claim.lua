-- From ARGV 3 on eight values for each claim: id attempt generation token worker now limit spacing; the last is that of the rate limit, 0 without
-- one. Answers each claim: a word, and with 'ok' and 'later' the state, the extras and the body, which is left out above INLINE bytes.
-- The first write of a claim is one that a full Redis refuses, for all of them before anything moved.
local INLINE = 65536

local answers, bodies, bodied = {}, {}, {} -- the keys of bodies to read, and the answers that want them

local function answer(word, d, packed)
  local extras = d[X] ~= '' and call('HMGET', B .. 'x:' .. d.id, 'vb', 'pin') or {}
  local told = {word, packed or pack(d, SHOWN), extras[1] or '', extras[2] or '', ''}
  if word == 'ok' and num(d[BB]) <= INLINE then
    bodies[#bodies + 1], bodied[#bodied + 1] = B .. 'b:' .. d.id, told
  end
  return told
end

-- The turn the rate limit gives a delivery; it keeps the one it was given before.
local function take_turn(d, at, spacing)
  if num(d[TU]) > 0 then return num(d[TU]) end
  local turn = math.max(num(at), num(call('GET', B .. 'turn:' .. d[SB])))
  call('SET', B .. 'turn:' .. d[SB], whole(turn + spacing), 'PX', whole(math.ceil((turn + spacing - num(at)) / 1000) + 60000))
  d[TU] = whole(turn)
  return turn
end

local function claim(id, attempt, generation, token, worker, at, limit, spacing)
  local d = load(id)
  if d[TK] == token then return answer('ok', d) end -- this very call came through before, and its answer was lost
  if not current(d, attempt, generation) or d[S] == 'collecting' then return {'stale'} end
  local busy, slot = B .. 'busy:' .. d[SB], slots_of(d[SB])
  slot.limit = limit
  if limit > 0 and slot.used >= limit and call('SISMEMBER', busy, id) == 0 then
    rank('waiting', id, false)
    park(d)
    return {'parked'}
  end
  if spacing > 0 then
    local turn = take_turn(d, at, spacing)
    if turn > num(at) then
      d[AT] = whole(turn)
      rank('waiting', id, d[AT])
      return answer('later', d)
    end
  end
  slot.used = slot.used + call('SADD', busy, id)
  rank('waiting', id, false)
  flights[id] = concat({token, attempt, at, d[SB], worker}, ' ')
  d[FL] = concat({d[AT], at, '', d[DU], worker}, ' ')
  local headline = concat({attempt, d[AT], at, '', d[DU], '', '', ''}, '\t')
  d[N], d[PL], d[AT], d[TK] = attempt, 'f', '', token
  return answer('ok', d, tell('attempt', d, headline))
end

load_all(3, 8)
for a = 3, #ARGV, 8 do
  local v = {unpack(ARGV, a, a + 7)}
  answers[#answers + 1] = claim(v[1], v[2], v[3], v[4], v[5], v[6], num(v[7]), num(v[8]))
end
save()
if #bodies > 0 then
  for i, body in ipairs(call('MGET', unpack(bodies))) do bodied[i][5] = body or '' end
end
return answers
