-- Shared by all scripts that follow it. ARGV[1] is the base of every key, ARGV[2] the length of the feed; times are microseconds since 1970,
-- passed as strings because tostring() of a Lua number loses digits. A delivery is read once, changed as a table and saved once at the end;
-- indexes are written on the way. In a table every field is a string, and '' means that the hash has no such field.
local B, LENGTH = ARGV[1], ARGV[2]
local call = redis.call
-- What lists and the feed carry; redisstore's listedFields is the same list. The reason comes last because it alone may hold any byte.
local LISTED = {'st','k','sb','p','s','m','bb','ev','n','f','g','at','pl','du','w','su','sa','ls','ld','lo','lf','r'}
local FIELDS = {unpack(LISTED)}
FIELDS[#FIELDS + 1], FIELDS[#FIELDS + 2] = 'tk', 'tu'
local loaded, order, dues = {}, {}, {}

local function whole(number) return string.format('%.0f', number) end
local function key(id) return B .. 'd:' .. id end
local function num(text) return tonumber(text or '') or 0 end
local function settled(status) return status == 'succeeded' or status == 'failed' or status == 'cancelled' end

-- Enters a delivery among those that save() writes; without values it is new.
local function enter(id, values)
  local d = {id = id, was = values or {}}
  for i, name in ipairs(FIELDS) do
    d.was[i] = d.was[i] or ''
    d[name] = d.was[i]
  end
  loaded[id] = d
  order[#order + 1] = d
  return d
end

-- A delivery as it is now; one that does not exist has no status.
local function load(id) return loaded[id] or enter(id, call('HMGET', key(id), unpack(FIELDS))) end

-- Writes what changed.
local function save()
  for _, d in ipairs(order) do
    local set, gone = {}, {}
    for i, name in ipairs(FIELDS) do
      if d[name] ~= d.was[i] then
        if d[name] == '' then
          gone[#gone + 1] = name
        else
          set[#set + 1] = name
          set[#set + 1] = d[name]
        end
        d.was[i] = d[name]
      end
    end
    if #set > 0 then call('HSET', key(d.id), unpack(set)) end
    if #gone > 0 then call('HDEL', key(d.id), unpack(gone)) end
  end
end

-- The answer of a script that came through.
local function done()
  save()
  return {'ok', unpack(dues)}
end

-- One entry of the feed: the delivery as it is now, and for attempts their headline.
local function tell(kind, d, attempt)
  local values = {}
  for i, name in ipairs(LISTED) do values[i] = d[name] end
  call('XADD', B .. 'feed', 'MAXLEN', '~', LENGTH, '*', 'kind', kind, 'id', d.id, 'a', attempt or '', 'd', table.concat(values, '\31'))
end

-- The attempt number a delivery waits under.
local function next_attempt(d) return d.s == 'collecting' and 0 or num(d.n) + 1 end

-- A delivery becomes waiting, due at the given time.
local function wait(d, at)
  d.pl, d.at = 'w', at
  call('ZADD', B .. 'waiting', at, d.id)
  for _, value in ipairs({d.id, whole(next_attempt(d)), whole(num(d.g)), d.sb, at}) do dues[#dues + 1] = value end
end

local function raise(d) d.g = whole(num(d.g) + 1) end

local function count(platform, status, change)
  local field = platform .. ' ' .. status
  if call('HINCRBY', B .. 'counts', field, change) <= 0 then call('HDEL', B .. 'counts', field) end
end

local function move_status(d, status)
  if d.s == status then return end
  call('ZREM', B .. 'status:' .. d.s, d.k)
  call('ZADD', B .. 'status:' .. status, 0, d.k)
  count(d.p, d.s, -1)
  count(d.p, status, 1)
  d.s = status
end

-- The story of a delivery ends; what waited for it becomes due. One in flight stays there until its attempt ends.
local function settle(d, status, reason, at)
  move_status(d, status)
  call('ZREM', B .. 'open:' .. d.sb, d.k)
  if d.pl ~= 'f' then
    if d.pl == 'w' then call('ZREM', B .. 'waiting', d.id) end
    call('ZADD', B .. 'settled', at, d.id)
    d.pl = 's'
  end
  local after = d.su
  d.r, d.sa, d.at, d.su, d.tu = reason, at, '', '', ''
  if after ~= '' and load(after).s ~= '' then
    load(after).w = ''
    wait(load(after), at)
  end
end

-- Gives the slot of a delivery back, if it has one, and moves the lane on. What leaves the lane has a slot reserved.
local function free_slot(d, at)
  local busy, lane = B .. 'busy:' .. d.sb, B .. 'lane:' .. d.sb
  if call('SREM', busy, d.id) == 0 then return end
  local used = call('SCARD', busy)
  if call('EXISTS', lane) == 1 then
    local limit = num(call('HGET', B .. 'limits', d.sb))
    for _ = 1, 100 do
      if limit > 0 and used >= limit then break end
      local next = call('LPOP', lane)
      if not next then break end
      call('SREM', B .. 'parked', next)
      call('SADD', busy, next)
      used = used + 1
      raise(load(next)) -- its old task may not have ended yet
      wait(load(next), at)
    end
  end
  if used == 0 then call('HDEL', B .. 'limits', d.sb) end
end

-- Whether a delivery waits under this attempt and generation.
local function current(d, attempt, generation)
  return d.pl == 'w' and next_attempt(d) == num(attempt) and num(d.g) == num(generation)
end

-- Whether a token holds a delivery.
local function holds(d, token, number) return d.pl == 'f' and d.tk == token and num(d.n) == num(number) end

-- A delivery leaves flight. The first write of every script that ends an attempt is this HDEL: Redis lets a script that began with a
-- command that frees memory go on when it is full, so what was accepted can always be recorded.
local function land(d)
  call('HDEL', B .. 'flights', d.id)
  d.pl, d.tk = 's', ''
  if settled(d.s) then call('ZADD', B .. 'settled', d.sa, d.id) end
end

-- Takes an event out of the record.
local function drop_event(id)
  local place, platform = string.match(call('GET', B .. 'e:' .. id) or '', '^([^\n]*)\n([^\n]*)\n')
  if not place then return end
  call('DEL', B .. 'e:' .. id)
  call('ZREM', B .. 'events', place)
  call('ZREM', B .. 'events:' .. platform, place)
  call('ZREM', B .. 'bare', place)
end

-- Takes an event into the record; a known one is replaced. Its deliveries are named before.
local function add_event(id, place, platform, json)
  drop_event(id)
  call('SET', B .. 'e:' .. id, place .. '\n' .. platform .. '\n' .. json)
  call('ZADD', B .. 'events', 0, place)
  call('ZADD', B .. 'events:' .. platform, 0, place)
  if call('EXISTS', B .. 'ed:' .. id) == 0 then call('ZADD', B .. 'bare', 0, place) end
end

-- Names a delivery among those of an event.
local function join_event(id, d)
  if call('RPUSH', B .. 'ed:' .. id, d.id .. ' ' .. d.sb) > 1 then return end
  local place = string.match(call('GET', B .. 'e:' .. id) or '', '^([^\n]*)\n')
  if place then call('ZREM', B .. 'bare', place) end
end

-- Enters a new delivery in every index.
local function index(d)
  call('ZADD', B .. 'created', 0, d.k)
  call('ZADD', B .. 'status:' .. d.s, 0, d.k)
  call('ZADD', B .. 'sub:' .. d.sb, 0, d.k)
  call('ZADD', B .. 'platform:' .. d.p, 0, d.k)
  call('ZADD', B .. 'open:' .. d.sb, 0, d.k)
  count(d.p, d.s, 1)
end

-- Closes the batch of a delivery, if it is the open one.
local function shut(d)
  if call('GET', B .. 'batch:' .. d.sb) == d.id then call('DEL', B .. 'batch:' .. d.sb) end
end
