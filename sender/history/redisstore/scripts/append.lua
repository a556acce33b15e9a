-- ARGV 3 call, 4 number of events, 5 number of deliveries; per event: id place platform record; per delivery: id place sub platform waits-for
-- due static events method body verbatim pinned.
if call('EXISTS', B .. 'op:' .. ARGV[3]) == 1 then return {'ok'} end
local events, deliveries = num(ARGV[4]), num(ARGV[5])
local first = 6 + events * 4
local last = first + (deliveries - 1) * 12

-- Whether any of the keys exists that a prefix and every step-th argument name.
local function any(prefix, from, to, step)
  local keys = {}
  for a = from, to, step do
    keys[#keys + 1] = prefix .. ARGV[a]
    if #keys == 1000 or a + step > to then
      if call('EXISTS', unpack(keys)) > 0 then return true end
      keys = {}
    end
  end
  return false
end

local taken, repeated = any(B .. 'd:', first, last, 12), any(B .. 'e:', 6, first - 4, 4)

local function check(a)
  local before = ARGV[a + 4]
  if taken and call('EXISTS', key(ARGV[a])) == 1 then return {'exists', ARGV[a]} end
  if before ~= '' and load(before)[SU] ~= '' then return {'chain', ARGV[a]} end
end

local function add(a, fresh)
  local d, before, body = enter(ARGV[a]), ARGV[a + 4], ARGV[a + 9]
  d[K], d[SB], d[P], d[ST], d[EV], d[M] = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 6], ARGV[a + 7], ARGV[a + 8]
  d[S], d[BB] = 'pending', whole(#body)
  put(B .. 'b:' .. d.id, body)
  keep_extra(d, 'vb', ARGV[a + 10])
  keep_extra(d, 'pin', ARGV[a + 11])
  index(d)
  for event in string.gmatch(d[EV], '[^\n]+') do join_event(event, d, fresh[event]) end
  local behind = before ~= '' and load(before)
  if behind and behind[S] ~= '' and not settled(behind[S]) then
    d[PL], d[W], behind[SU] = 'c', before, d.id
  else
    wait(d, ARGV[a + 5])
  end
  tell('delivery', d)
end

local fresh = {}
for a = first, last, 12 do
  local wrong = check(a)
  if wrong then return wrong end
end
call('SET', B .. 'op:' .. ARGV[3], '1', 'PX', '60000') -- the first write is one that a full Redis refuses
for a = 6, first - 4, 4 do fresh[ARGV[a]] = true end
for a = first, last, 12 do add(a, fresh) end
for a = 6, first - 4, 4 do
  add_event(ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], repeated and call('GET', B .. 'e:' .. ARGV[a]))
end
save_platforms()
save()
return {'ok'}
