-- ARGV 3 id 4 reason 5 now.
local d, at = load(ARGV[3]), ARGV[5]
if d[S] == '' then return {'missing'} end
if settled(d[S]) then return {'settled'} end
call('DEL', B .. 'parts:' .. d.id) -- frees memory and comes first: cancelling works when Redis is full
shut(d)
if d[PL] == 'l' then
  call('LREM', B .. 'lane:' .. d[SB], 1, d.id)
  call('SREM', B .. 'parked', d.id)
end
if d[W] ~= '' then
  load(d[W])[SU] = d[SU]
  if d[SU] ~= '' then load(d[SU])[W] = d[W] end
  d[W], d[SU] = '', ''
end
local flies = d[PL] == 'f'
settle(d, 'cancelled', ARGV[4], at)
if not flies then free_slot(d, at) end
tell('d', d)
return done()
