-- Shared by the scripts that enter deliveries or take events out.
local joined, seen = {}, {}

-- Takes an event, given as its record, out of the indexes.
local function forget_event(record)
  local place, platform = match(record, '^([^\n]*)\n([^\n]*)\n')
  rank('events:' .. platform, place, false)
  rank('bare', place, false)
end

-- Takes an event out of the record.
local function drop_event(id)
  local record = call('GET', B .. 'e:' .. id)
  if not record then return end
  call('DEL', B .. 'e:' .. id)
  forget_event(record)
end

-- Takes an event into the record, in the place of its former record, if any. Its deliveries are named before.
local function add_event(id, place, platform, record, former)
  if former then forget_event(former) end
  put(B .. 'e:' .. id, record)
  rank('events:' .. platform, place, 0)
  seen[platform] = true
  if not joined[id] and call('EXISTS', B .. 'ed:' .. id) == 0 then rank('bare', place, 0) end
end

-- Names a delivery among those of an event; fresh says that the event is added after that.
local function join_event(id, d, fresh)
  joined[id] = true
  if call('RPUSH', B .. 'ed:' .. id, d.id .. ' ' .. d[SB]) > 1 or fresh then return end
  local place = match(call('GET', B .. 'e:' .. id) or '', '^([^\n]*)\n')
  if place then rank('bare', place, false) end
end

-- Enters a new delivery in every index.
local function index(d)
  rank('sub:' .. d[SB], d[K], 0)
  rank('platform:' .. d[P], d[K], 0)
  open(d, 0)
  count(d[P], d[S], 1)
  seen[d[P]] = true
end

-- Remembers the platforms that have indexes.
local function save_platforms()
  for platform in pairs(seen) do call('SADD', B .. 'platforms', platform) end
end

-- Keeps what a delivery has beside its state: the verbatim header 'vb' or the pinned subscription 'pin'; '' is nothing.
local function keep_extra(d, name, value)
  if value == '' then return end
  call('HSET', B .. 'x:' .. d.id, name, value)
  d[X] = '1'
end
