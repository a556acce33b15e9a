-- ARGV 3 id 4 attempt 5 generation 6 token 7 worker 8 now 9 limit 10 spacing of the rate limit, 0 without one.
local d, token, at, worker, limit, spacing = load(ARGV[3]), ARGV[6], ARGV[8], ARGV[7], num(ARGV[9]), num(ARGV[10])
local function answer(word)
  save()
  return {word, call('HGETALL', key(d.id)), call('GET', B .. 'b:' .. d.id) or ''}
end
if d.tk == token then return answer('ok') end -- this very call came through before, and its answer was lost
if not current(d, ARGV[4], ARGV[5]) or d.s == 'collecting' then return {'stale'} end
call('HSET', B .. 'limits', d.sb, whole(limit)) -- first, so that a full Redis refuses the claim before anything moved
local busy = B .. 'busy:' .. d.sb
if limit > 0 and call('SISMEMBER', busy, d.id) == 0 and call('SCARD', busy) >= limit then
  call('ZREM', B .. 'waiting', d.id)
  call('RPUSH', B .. 'lane:' .. d.sb, d.id)
  call('SADD', B .. 'parked', d.id)
  d.pl, d.at = 'l', ''
  save()
  return {'parked'}
end
if spacing > 0 then
  local turn = num(d.tu)
  if turn == 0 then
    turn = math.max(num(at), num(call('GET', B .. 'turn:' .. d.sb)))
    call('SET', B .. 'turn:' .. d.sb, whole(turn + spacing), 'PX', whole(math.ceil((turn + spacing - num(at)) / 1000) + 60000))
    d.tu = whole(turn)
  end
  if turn > num(at) then
    d.at = whole(turn)
    call('ZADD', B .. 'waiting', d.at, d.id)
    return answer('later')
  end
end
call('SADD', busy, d.id)
call('ZREM', B .. 'waiting', d.id)
call('HSET', B .. 'a:' .. d.id, ARGV[4], table.concat({d.at, at, '', d.du, worker}, ' '))
call('HSET', B .. 'flights', d.id, table.concat({token, ARGV[4], at, d.sb, worker}, ' '))
local headline = table.concat({ARGV[4], d.at, at, '', d.du, '', '', ''}, '\t')
d.n, d.pl, d.at, d.tk = ARGV[4], 'f', '', token
tell('attempt', d, headline)
return answer('ok')
