-- ARGV 3 id 4 reason 5 now.
local d, at = load(ARGV[3]), ARGV[5]
if d.s == '' then return {'missing'} end
if settled(d.s) then return {'settled'} end
call('DEL', B .. 'parts:' .. d.id) -- frees memory and comes first: cancelling works when Redis is full
shut(d)
if d.pl == 'l' then
  call('LREM', B .. 'lane:' .. d.sb, 1, d.id)
  call('SREM', B .. 'parked', d.id)
end
if d.w ~= '' then
  load(d.w).su = d.su
  if d.su ~= '' then load(d.su).w = d.w end
  d.w, d.su = '', ''
end
local flies = d.pl == 'f'
settle(d, 'cancelled', ARGV[4], at)
if not flies then free_slot(d, at) end
tell('delivery', d)
return done()
