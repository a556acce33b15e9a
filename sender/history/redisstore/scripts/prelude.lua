-- Shared by all scripts that follow it. ARGV[1] is the base of every key, ARGV[2] the length of the feed; times are microseconds since 1970,
-- passed as strings because tostring() of a Lua number loses digits. A delivery is read once and changed as a table in which every field is
-- a string; what a script writes is collected and written once, by save(), because a command called from Lua costs more than its work.
local B, LENGTH = ARGV[1], ARGV[2]
local call, concat, match = redis.call, table.concat, string.match
-- The state of a delivery is one string: these fields with \31 between them; codec.go says what they are. The feed carries it from SHOWN on. The
-- reason comes last because it alone may hold any byte. Unpacked it is an array, which costs a third of a table with names.
local TK, TU, FL, X, ST, K, SB, P, S, M, BB, EV, N, F, G, AT, PL, DU, W, SU, SA, LS, LD, LO, LF, R =
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26
local SHOWN, LAST = ST, R
local STATE = '^' .. string.rep('([^\31]*)\31', LAST - 1) .. '(.*)$'
-- How many lines of the feed make one entry at most, and the characters that are their places.
local GROUP, PLACES = 48, '0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_'
local loaded, order, dues = {}, {}, {}
local ranks, rank_keys, texts, tails, counts, durations, slots, told = {}, {}, {}, {}, {}, {}, {}, {}
local opened, closed = {}, {} -- subscriptions whose unsettled deliveries became more, or fewer

local function whole(number) return string.format('%.0f', number) end
local function key(id) return B .. 'd:' .. id end
local function num(text) return tonumber(text or '') or 0 end
local function settled(status) return status == 'succeeded' or status == 'failed' or status == 'cancelled' end

-- A delivery without a state, which is quicker than taking an empty one apart.
local function blank()
  return {'', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', ''}
end

-- The events of a delivery, whose types, where it is a batch, follow them behind tabs.
local function events_of(d) return string.gmatch(match(d[EV], '^[^\t]*'), '[^\n]+') end

-- Enters a delivery among those that save() writes; without a state it is new.
local function enter(id, state)
  local d = state and {match(state, STATE)} or blank()
  d.id, d.was = id, state
  loaded[id] = d
  order[#order + 1] = d
  return d
end

-- A delivery as it is now; one that does not exist has no status.
local function load(id) return loaded[id] or enter(id, call('GET', key(id)) or nil) end

-- Loads the deliveries named by every step-th argument from the given one on, all with one command.
local function load_all(from, step)
  local ids, keys = {}, {}
  for a = from, #ARGV, step do
    if not loaded[ARGV[a]] then
      ids[#ids + 1], keys[#keys + 1] = ARGV[a], key(ARGV[a])
      loaded[ARGV[a]] = true -- until below: a delivery may be named twice
    end
  end
  if #ids == 0 then return end
  local states = call('MGET', unpack(keys))
  for i, id in ipairs(ids) do enter(id, states[i] or nil) end
end

-- The state of a delivery without the hidden fields.
local function pack(d) return concat(d, '\31', SHOWN, LAST) end

-- Calls a command on a key with many arguments, as often as Lua's stack demands.
local function bulk(command, k, list)
  for from = 1, #list, 1000 do call(command, k, unpack(list, from, math.min(from + 999, #list))) end
end

-- Sets a key to a string.
local function put(k, text)
  local n = #texts
  texts[n + 1], texts[n + 2] = k, text
end

-- Gives a member of a sorted set a score, or takes it out (false). The last word counts.
local function rank(name, member, score)
  local set = ranks[name]
  if not set then
    set = {}
    ranks[name], rank_keys[#rank_keys + 1] = set, name
  end
  if set[member] == nil then set[#set + 1] = member end
  set[member] = score
end

local function save_ranks()
  local adds = {}
  for i, name in ipairs(rank_keys) do
    local set, gone, add = ranks[name], {}, {}
    for _, member in ipairs(set) do
      if set[member] then
        add[#add + 1], add[#add + 2] = set[member], member
      else
        gone[#gone + 1] = member
      end
    end
    bulk('ZREM', B .. name, gone)
    adds[i] = add
  end
  for i, name in ipairs(rank_keys) do bulk('ZADD', B .. name, adds[i]) end
  for sub in pairs(opened) do call('SADD', B .. 'opens', sub) end
  for sub in pairs(closed) do
    if call('EXISTS', B .. 'open:' .. sub) == 0 then call('SREM', B .. 'opens', sub) end
  end
  ranks, rank_keys, opened, closed = {}, {}, {}, {}
end

-- Writes who left the slots of subscriptions and who took one. What frees memory comes first: see land().
local function save_slots()
  local gone, set = {}, {}
  for sub, slot in pairs(slots) do bulk('SREM', B .. 'busy:' .. sub, slot.leave) end
  for sub, slot in pairs(slots) do
    bulk('SADD', B .. 'busy:' .. sub, slot.join)
    if slot.freed and slot.used == 0 then
      gone[#gone + 1] = sub
    elseif slot.limit then
      set[#set + 1], set[#set + 2] = sub, whole(slot.limit)
    end
  end
  bulk('HDEL', B .. 'limits', gone)
  bulk('HSET', B .. 'limits', set)
  slots = {}
end

-- Cuts the beginning off the feed. A mark is the entry with every hundredth line, and so many are kept that the rest has LENGTH lines at least.
local function trim_feed(mark)
  local marks = call('RPUSH', B .. 'marks', mark)
  while marks > math.ceil(num(LENGTH) / 100) + 1 do
    call('XTRIM', B .. 'feed', 'MINID', '~', call('LPOP', B .. 'marks'))
    marks = marks - 1
  end
end

-- Writes the lines of the feed: up to GROUP of them make one entry. A line is a field and its value: its place in the entry, one character, the
-- kind, the delivery, a tab and the headline; and the delivery as it is now, or nothing where the line before says the same.
local function save_feed()
  for from = 1, #told, 3 * GROUP do
    local entry, n, before = {}, 0, nil
    for a = from, math.min(from + 3 * GROUP, #told) - 1, 3 do
      local d = told[a + 1]
      entry[n + 1] = string.sub(PLACES, n / 2 + 1, n / 2 + 1) .. told[a] .. d.id .. '\t' .. told[a + 2]
      entry[n + 2] = d == before and '' or d.shown
      n, before = n + 2, d
    end
    local id = call('XADD', B .. 'feed', '*', unpack(entry))
    if call('INCRBY', B .. 'told', n / 2) % 100 < n / 2 then trim_feed(id) end
  end
  told = {}
end

-- Writes what was collected.
local function save()
  save_slots()
  save_ranks()
  for _, d in ipairs(order) do
    if d[S] ~= '' then
      d.shown = pack(d)
      local now = concat({d[TK], d[TU], d[FL], d[X], d.shown}, '\31')
      if now ~= d.was then
        put(key(d.id), now)
        d.was = now
      end
    end
  end
  for from = 1, #texts, 1000 do call('MSET', unpack(texts, from, math.min(from + 999, #texts))) end
  for i = 1, #tails, 2 do call('APPEND', tails[i], tails[i + 1]) end
  for field, change in pairs(counts) do
    if change ~= 0 and call('HINCRBY', B .. 'counts', field, change) <= 0 then call('HDEL', B .. 'counts', field) end
  end
  if #durations > 0 then
    bulk('LPUSH', B .. 'durations', durations)
    call('LTRIM', B .. 'durations', 0, 999)
  end
  texts, tails, counts, durations = {}, {}, {}, {}
  save_feed()
end

-- The answer of a script that came through.
local function done()
  save()
  return {'ok', unpack(dues)}
end

-- One line of the feed, of kind 'd' or 'a': the delivery as save() finds it, and for attempts their headline.
local function tell(kind, d, headline)
  local n = #told
  told[n + 1], told[n + 2], told[n + 3] = kind, d, headline or ''
  d.line = n + 2
end

-- Keeps what the feed says of a delivery, which is about to change again.
local function freeze(d)
  if d.line and told[d.line] == d then told[d.line] = {id = d.id, shown = pack(d)} end
end

-- The attempt number a delivery waits under.
local function next_attempt(d) return d[S] == 'collecting' and 0 or num(d[N]) + 1 end

-- A delivery becomes waiting, due at the given time.
local function wait(d, at)
  d[PL], d[AT] = 'w', at
  rank('waiting', d.id, at)
  local n = #dues
  dues[n + 1], dues[n + 2], dues[n + 3], dues[n + 4], dues[n + 5] = d.id, whole(next_attempt(d)), whole(num(d[G])), d[SB], at
end

local function raise(d) d[G] = whole(num(d[G]) + 1) end

local function count(platform, status, change)
  local field = platform .. ' ' .. status
  counts[field] = (counts[field] or 0) + change
end

-- Enters a delivery among the unsettled ones of its subscription, or takes it out (false).
local function open(d, score)
  rank('open:' .. d[SB], d[K], score)
  local moved = score and opened or closed
  moved[d[SB]] = true
end

local function move_status(d, status)
  if d[S] == status then return end
  if status == 'failed' or status == 'cancelled' then rank('status:' .. status, d[K], 0) end
  count(d[P], d[S], -1)
  count(d[P], status, 1)
  d[S] = status
end

-- The story of a delivery ends; what waited for it becomes due. One in flight stays there until its attempt ends.
local function settle(d, status, reason, at)
  move_status(d, status)
  open(d, false)
  if d[PL] ~= 'f' then
    if d[PL] == 'w' then rank('waiting', d.id, false) end
    rank('settled', d.id, at)
    d[PL] = 's'
  end
  local after = d[SU]
  d[R], d[SA], d[AT], d[SU], d[TU] = reason, at, '', '', ''
  if after ~= '' and load(after)[S] ~= '' then
    load(after)[W] = ''
    wait(load(after), at)
  end
end

-- The slots of a subscription as this script sees them: how many are used, who leaves and joins, and the limit of a claim, or the one (bound)
-- kept from the latest claim.
local function slots_of(sub)
  if not slots[sub] then slots[sub] = {used = call('SCARD', B .. 'busy:' .. sub), leave = {}, join = {}} end
  return slots[sub]
end

-- A delivery waits in the lane of its subscription, until a slot is given back.
local function park(d)
  call('RPUSH', B .. 'lane:' .. d[SB], d.id)
  call('SADD', B .. 'parked', d.id)
  d[PL], d[AT] = 'l', ''
end

-- Gives the slot of a delivery back and moves the lane on. One that was in flight (flew) has a slot, others may. What leaves the lane has a slot
-- reserved.
local function free_slot(d, at, flew)
  local busy, lane, slot = B .. 'busy:' .. d[SB], B .. 'lane:' .. d[SB], slots_of(d[SB])
  if flew then
    slot.leave[#slot.leave + 1] = d.id
  elseif call('SREM', busy, d.id) == 0 then
    return
  end
  slot.used, slot.freed = slot.used - 1, true
  if slot.empty == nil then slot.empty = call('EXISTS', lane) == 0 end
  if slot.empty then return end
  slot.bound = slot.bound or num(call('HGET', B .. 'limits', d[SB]))
  for _ = 1, 100 do
    if slot.bound > 0 and slot.used >= slot.bound then break end
    local next = call('LPOP', lane)
    if not next then
      slot.empty = true
      break
    end
    call('SREM', B .. 'parked', next)
    call('SADD', busy, next)
    slot.used = slot.used + 1
    raise(load(next)) -- its old task may not have ended yet
    wait(load(next), at)
  end
end

-- A delivery whose attempt is made again at once keeps its slot. It leaves and joins, because the first write has to be one that frees memory.
local function keep_slot(d)
  local slot = slots_of(d[SB])
  slot.leave[#slot.leave + 1], slot.join[#slot.join + 1] = d.id, d.id
end

-- Whether a delivery waits under this attempt and generation.
local function current(d, attempt, generation)
  return d[PL] == 'w' and next_attempt(d) == num(attempt) and num(d[G]) == num(generation)
end

-- Whether a token holds a delivery.
local function holds(d, token, number) return d[PL] == 'f' and d[TK] == token and num(d[N]) == num(number) end

-- A delivery leaves flight; its slot is to be given back. The first write of every script that ends an attempt frees memory (the LPOP of a lane,
-- or the SREM in save): Redis lets a script that began so go on when it is full, so what was accepted can always be recorded.
local function land(d)
  count('', 'flying', -1)
  d[PL], d[TK], d[FL] = 's', '', ''
  if settled(d[S]) then rank('settled', d.id, d[SA]) end
end

-- Closes the batch of a delivery, if it is the open one.
local function shut(d)
  if call('GET', B .. 'batch:' .. d[SB]) == d.id then call('DEL', B .. 'batch:' .. d[SB]) end
end
