package redisstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/annohook/annohook/subscriptions"
)

// verdict is what the write script did.
type verdict int64

const (
	unchanged verdict = 0 // another writer came between, or the id is taken
	written   verdict = 1
)

// writeScript stores a document if the old one and the shared secret are still what the caller read.
//
//	KEYS  1 documents, 2 shared secrets
//	ARGV  1 id, 2 old document ("" when there must be none), 3 new document,
//	      4 name of the shared secret ("" for none), 5 what to do with it: "keep", or "replace" by ARGV 7,
//	      6 its old value, which must still hold; not looked at when there is no old document
//	reply {1, the shared secret now} or {0, ""}
const writeScript = `
local old = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if old ~= ARGV[2] then return {0, ''} end
local secret = ''
if ARGV[4] ~= '' then
  secret = redis.call('HGET', KEYS[2], ARGV[4]) or ''
  if old ~= '' and secret ~= ARGV[6] then return {0, ''} end
  if ARGV[5] == 'replace' then
    secret = ARGV[7]
    if secret == '' then
      redis.call('HDEL', KEYS[2], ARGV[4])
    else
      redis.call('HSET', KEYS[2], ARGV[4], secret)
    end
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return {1, secret}
`

// put stores after in place of before, which was read from document and secrets; an empty document means that the id must be free.
func (r *Store) put(ctx context.Context, before subscriptions.Subscription, secrets map[string]string, document string, after subscriptions.Subscription,
) (verdict, subscriptions.Subscription, error) {
	next, err := subscriptions.EncodeDocument(after)
	if err != nil {
		return unchanged, after, err
	}
	action := "keep"
	if subscriptions.ReplacesShared(before, after) {
		action = "replace"
	}
	reply, err := r.write.Run(ctx, r.client, []string{r.documents, r.shared},
		after.ID, document, next, after.SharedSecret, action, secrets[after.SharedSecret], string(after.Secret)).Slice()
	if err != nil {
		return unchanged, after, err
	}
	done, secret, err := parse(reply)
	if err != nil || done != written {
		return unchanged, after, err
	}
	stored := after.Clone()
	if stored.SharedSecret != "" {
		stored.Secret = subscriptions.Secret(secret)
	}
	return written, stored, nil
}

func parse(reply []any) (verdict, string, error) {
	if len(reply) == 2 {
		done, isNumber := reply[0].(int64)
		secret, isText := reply[1].(string)
		if isNumber && isText {
			return verdict(done), secret, nil
		}
	}
	return unchanged, "", errors.Join(errBadReply, fmt.Errorf("%d elements", len(reply)))
}

var errBadReply = errors.New("write script answered in an unknown form")
