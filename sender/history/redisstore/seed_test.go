package redisstore_test

import (
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"
)

// seedScript copies deliveries that historytest.Fill made, each to a number that lies so much higher and a time so many milliseconds later, as the
// scripts of the store would have left them. It is what makes a million in a minute; that the copies are whole is checked by reading them.
var seedScript = redis.NewScript(`
local base, shift = ARGV[1], tonumber(ARGV[2])
local call = redis.call
for i = 3, #ARGV do
  local id = ARGV[i]
  local new = string.sub(id, 1, -13) .. string.format('%012d', tonumber(string.sub(id, -12)) + shift)
  local plain = string.gsub(id, '%-', '%%-')
  local state = call('GET', base .. 'd:' .. id)
  local digits = string.match(state, '(%d+)%-' .. plain)
  local later = string.format('%016.0f', tonumber(digits) + shift * 1000)
  local function copy(text) return (string.gsub(string.gsub(text, digits .. '%-' .. plain, later .. '-' .. new), plain, new)) end
  local f = {}
  for field in string.gmatch(state .. '\31', '([^\31]*)\31') do f[#f + 1] = field end
  local sub, platform, status, member = f[7], f[8], f[9], later .. '-' .. new
  call('MSET', base .. 'd:' .. new, copy(state), base .. 'b:' .. new, call('GET', base .. 'b:' .. id), base .. 'e:e' .. new, copy(call('GET', base .. 'e:e' .. id)))
  call('SET', base .. 'a:' .. new, call('GET', base .. 'a:' .. id))
  call('RPUSH', base .. 'ed:e' .. new, new .. ' ' .. sub)
  call('ZADD', base .. 'sub:' .. sub, 0, member)
  call('ZADD', base .. 'platform:' .. platform, 0, member)
  call('ZADD', base .. 'events:' .. platform, 0, later .. '-e' .. new)
  if status == 'failed' then call('ZADD', base .. 'status:failed', 0, member) end
  call('ZADD', base .. 'settled', f[21], new)
  call('HINCRBY', base .. 'counts', platform .. ' ' .. status, 1)
end
return redis.call('ZCARD', base .. 'settled')
`)

// seed copies the deliveries with the numbers from first to before last, each to its number plus shift.
func seed(b *testing.B, client *redis.Client, base string, first, last, shift int) {
	b.Helper()
	const step = 500
	for from := first; from < last; from += step {
		args := []any{base, shift}
		for i := from; i < min(last, from+step); i++ {
			args = append(args, fmt.Sprintf("01994b3c-7d2e-7a10-8f00-%012d", i))
		}
		if err := seedScript.Run(b.Context(), client, []string{base + "feed"}, args...).Err(); err != nil {
			b.Fatal(err)
		}
	}
}
