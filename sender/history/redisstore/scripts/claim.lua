-- From ARGV 3 on eight values for each claim: id attempt generation token worker now limit spacing; the last is that of the rate limit, 0 without
-- one. Answers each claim: a word, and with 'ok' and 'later' the state, the extras and the body, which is left out above INLINE bytes.
-- The first write of a claim is one that a full Redis refuses, for all of them before anything moved.
local INLINE = 65536

local answers, stated = {}, {} -- the answers that want the state of their delivery, which stands in its place until then
local bodies, bodied = {}, {} -- the keys of bodies to read, and the answers that want them

local function answer(word, d)
  local extras = d[X] ~= '' and call('HMGET', B .. 'x:' .. d.id, 'vb', 'pin') or {}
  local given = {word, d, extras[1] or '', extras[2] or '', ''}
  stated[#stated + 1] = given
  if word == 'ok' and num(d[BB]) <= INLINE then
    bodies[#bodies + 1], bodied[#bodied + 1] = B .. 'b:' .. d.id, given
  end
  return given
end

-- Whether a delivery has a slot before it claims: it came out of the lane. Asked at once for all claims of a subscription.
local function has_slot(slot, d)
  if not slot.has and slot.used == 0 then slot.has = {} end
  if not slot.has then
    local ids, of = {}, {}
    for a = 3, #ARGV, 8 do
      if loaded[ARGV[a]][SB] == d[SB] then ids[#ids + 1] = ARGV[a] end
    end
    for i, held in ipairs(call('SMISMEMBER', B .. 'busy:' .. d[SB], unpack(ids))) do of[ids[i]] = held == 1 end
    slot.has = of
  end
  return slot.has[d.id]
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
  local slot = slots_of(d[SB])
  local has = has_slot(slot, d)
  slot.limit = limit
  if limit > 0 and slot.used >= limit and not has then
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
  if not has then slot.used = slot.used + 1 end
  slot.join[#slot.join + 1] = id -- also one that has it: this is the write that a full Redis refuses
  rank('waiting', id, false)
  count('', 'flying', 1)
  d[FL] = concat({d[AT], at, '', d[DU], worker}, ' ')
  tell('a', d, concat({attempt, d[AT], at, '', d[DU], '', '', ''}, '\t'))
  d[N], d[PL], d[AT], d[TK] = attempt, 'f', '', token
  return answer('ok', d)
end

load_all(3, 8)
for a = 3, #ARGV, 8 do
  local v = {unpack(ARGV, a, a + 7)}
  answers[#answers + 1] = claim(v[1], v[2], v[3], v[4], v[5], v[6], num(v[7]), num(v[8]))
end
save()
for _, given in ipairs(stated) do given[2] = given[2].shown end
if #bodies > 0 then
  for i, body in ipairs(call('MGET', unpack(bodies))) do bodied[i][5] = body or '' end
end
return answers
