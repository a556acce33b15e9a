-- From ARGV 3 on the calls, one behind the other. Each: call, number of events, number of deliveries; per event: id place platform record; per
-- delivery: id place sub platform waits-for due static events method body verbatim pinned. Answers each call with a word, and with 'ok' the ids
-- of deliveries that wait in their lane. The first write of a call is one that a full Redis refuses, for all of them before anything moved.
local calls, mine, clean, crowded, parked = {}, {}, false, {}, {}

-- Finds out where the events and deliveries of each call begin.
local function parse()
  local a = 3
  while a <= #ARGV do
    local c = {op = B .. 'op:' .. ARGV[a], events = a + 3}
    c.first = c.events + num(ARGV[a + 1]) * 4
    c.stop = c.first + num(ARGV[a + 2]) * 12
    calls[#calls + 1], a = c, c.stop
  end
end

-- Adds the keys that must not exist for a call to be as new as it looks.
local function add_keys(keys, c)
  keys[#keys + 1] = c.op
  for a = c.first, c.stop - 1, 12 do keys[#keys + 1] = key(ARGV[a]) end
  for a = c.events, c.first - 1, 4 do keys[#keys + 1] = B .. 'e:' .. ARGV[a] end
  return keys
end

local function any(keys)
  for from = 1, #keys, 1000 do
    if call('EXISTS', unpack(keys, from, math.min(from + 999, #keys))) > 0 then return true end
  end
  return false
end

-- Whether a call names an event or a delivery that another call of this script named before it.
local function meets(c)
  local met = false
  local function name(id)
    met = met or (mine[id] or c) ~= c
    mine[id] = c
  end
  for a = c.events, c.first - 1, 4 do name(ARGV[a]) end
  for a = c.first, c.stop - 1, 12 do
    name(ARGV[a])
    if ARGV[a + 4] ~= '' then name(ARGV[a + 4]) end
    for event in string.gmatch(ARGV[a + 7], '[^\n]+') do name(event) end
  end
  return met
end

local function check(a, new)
  local before = ARGV[a + 4]
  if not new and call('EXISTS', key(ARGV[a])) == 1 then return {'exists', ARGV[a]} end
  if before ~= '' and load(before)[SU] ~= '' then return {'chain', ARGV[a]} end
end

-- Whether all slots of a subscription are used. Nobody has one without a claim, which leaves its limit.
local function full(sub)
  if crowded[sub] == nil then
    local limit = num(call('HGET', B .. 'limits', sub))
    crowded[sub] = limit > 0 and call('SCARD', B .. 'busy:' .. sub) >= limit
  end
  return crowded[sub]
end

local function add(a, fresh)
  local d, before, body = enter(ARGV[a]), ARGV[a + 4], ARGV[a + 9]
  d[K], d[SB], d[P], d[ST], d[EV], d[M] = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 6], ARGV[a + 7], ARGV[a + 8]
  d[S], d[BB] = 'pending', whole(#body)
  put(B .. 'b:' .. d.id, body)
  keep_extra(d, 'vb', ARGV[a + 10])
  keep_extra(d, 'pin', ARGV[a + 11])
  index(d)
  for event in events_of(d) do join_event(event, d, fresh[event]) end
  local behind = before ~= '' and load(before)
  if behind and behind[S] ~= '' and not settled(behind[S]) then
    freeze(behind)
    d[PL], d[W], behind[SU] = 'c', before, d.id
  elseif num(ARGV[a + 5]) <= num(string.sub(d[K], 1, 16)) and full(d[SB]) then -- due as soon as it was made
    park(d)
    parked[#parked + 1] = d.id
  else
    wait(d, ARGV[a + 5])
  end
  tell('d', d)
end

local function append(c)
  local new, fresh = clean, {}
  if #calls > 1 and meets(c) then
    save() -- what follows has to find it
    new = false
  end
  new = new or not any(add_keys({}, c))
  if not new and call('EXISTS', c.op) == 1 then return {'ok'} end -- this very call came through before, and its answer was lost
  for a = c.first, c.stop - 1, 12 do
    local wrong = check(a, new)
    if wrong then return wrong end
  end
  call('SET', c.op, '1', 'PX', '60000')
  parked = {}
  for a = c.events, c.first - 1, 4 do fresh[ARGV[a]] = true end
  for a = c.first, c.stop - 1, 12 do add(a, fresh) end
  for a = c.events, c.first - 1, 4 do
    add_event(ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], not new and call('GET', B .. 'e:' .. ARGV[a]))
  end
  return {'ok', unpack(parked)}
end

parse()
local keys, answers = {}, {}
for _, c in ipairs(calls) do add_keys(keys, c) end
clean = not any(keys)
for i, c in ipairs(calls) do answers[i] = append(c) end
save_platforms()
save()
return answers
