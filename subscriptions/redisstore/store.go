package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/subscriptions"
)

var _ subscriptions.Store = (*Store)(nil)

// Store is a subscriptions.Store in Redis, for any number of processes. It does not own its client.
type Store struct {
	client                     redis.UniversalClient
	documents, shared, numbers string
	write, count               *redis.Script
}

// New returns a store whose keys begin with prefix and a colon. On a cluster the prefix must hold a hash tag, "{annohook}" for example.
// It sends nothing.
func New(client redis.UniversalClient, prefix string) *Store {
	return &Store{
		client:    client,
		documents: prefix + ":subscriptions",
		shared:    prefix + ":shared-secrets",
		numbers:   prefix + ":numbers",
		write:     redis.NewScript(writeScript),
		count:     redis.NewScript(countScript),
	}
}

// Create adds s, see subscriptions.Store.
func (r *Store) Create(ctx context.Context, s subscriptions.Subscription) (subscriptions.Subscription, error) {
	verdict, stored, err := r.put(ctx, subscriptions.Subscription{}, nil, "", s)
	switch {
	case err != nil:
		return subscriptions.Subscription{}, fmt.Errorf("create subscription in redis: %w", err)
	case verdict != written:
		return subscriptions.Subscription{}, subscriptions.ErrConflict
	}
	return stored, nil
}

// together makes several reads in one round trip, at one moment. A full Redis queues nothing for a transaction, not even reads; they are made one
// after another then, which an update notices because it compares, and nobody else has to.
func (r *Store) together(ctx context.Context, reads func(redis.Pipeliner) error) error {
	_, err := r.client.TxPipelined(ctx, reads)
	if redis.HasErrorPrefix(err, "EXECABORT") {
		_, err = r.client.Pipelined(ctx, reads)
	}
	return err
}

// Get returns one subscription, see subscriptions.Store.
func (r *Store) Get(ctx context.Context, id string) (subscriptions.Subscription, error) {
	s, _, _, err := r.read(ctx, id)
	return s, err
}

// List returns all subscriptions, see subscriptions.Store. It is one round trip and sees one moment.
func (r *Store) List(ctx context.Context) ([]subscriptions.Subscription, error) {
	var documents, secrets *redis.MapStringStringCmd
	err := r.together(ctx, func(p redis.Pipeliner) error {
		documents, secrets = p.HGetAll(ctx, r.documents), p.HGetAll(ctx, r.shared)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list subscriptions in redis: %w", err)
	}
	list := make([]subscriptions.Subscription, 0, len(documents.Val()))
	for id, document := range documents.Val() {
		s, err := decode(id, document, secrets.Val())
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	slices.SortFunc(list, subscriptions.Compare)
	return list, nil
}

// Update changes one subscription, see subscriptions.Store. It tries again until no other writer came between or the context ends.
func (r *Store) Update(ctx context.Context, id string, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error) {
	for {
		before, document, secrets, err := r.read(ctx, id)
		if err != nil {
			return subscriptions.Subscription{}, err
		}
		after := before.Clone()
		if err := change(&after); err != nil {
			return subscriptions.Subscription{}, err
		}
		after.ID, after.CreatedAt = before.ID, before.CreatedAt
		verdict, stored, err := r.put(ctx, before, secrets, document, after)
		if err != nil {
			return subscriptions.Subscription{}, fmt.Errorf("update subscription %s in redis: %w", id, err)
		}
		if verdict == written {
			return stored, nil
		}
	}
}

// Delete removes one subscription, see subscriptions.Store.
func (r *Store) Delete(ctx context.Context, id string) (subscriptions.Subscription, error) {
	pipe := r.client.TxPipeline()
	document, secrets := pipe.HGet(ctx, r.documents, id), pipe.HGetAll(ctx, r.shared)
	pipe.HDel(ctx, r.documents, id)
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return subscriptions.Subscription{}, fmt.Errorf("delete subscription %s in redis: %w", id, err)
	}
	if errors.Is(document.Err(), redis.Nil) {
		return subscriptions.Subscription{}, subscriptions.ErrNotFound
	}
	return decode(id, document.Val(), secrets.Val())
}

// countScript moves the counter ARGV[1] of the hash KEYS[1] on by one, to ARGV[2] at least. HINCRBY keeps 64 bits, and so does the text of
// its answer; only the comparison is done in doubles.
const countScript = `
local n = redis.call('HINCRBY', KEYS[1], ARGV[1], 1)
if n < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
return redis.call('HGET', KEYS[1], ARGV[1])
`

// NextNumber counts, see subscriptions.Store.
func (r *Store) NextNumber(ctx context.Context, name string, atLeast int64) (int64, error) {
	n, err := r.count.Run(ctx, r.client, []string{r.numbers}, name, atLeast).Int64()
	if err != nil {
		return 0, fmt.Errorf("count %s in redis: %w", name, err)
	}
	return n, nil
}

// read returns a subscription with the bytes and the secrets it was made from.
func (r *Store) read(ctx context.Context, id string) (s subscriptions.Subscription, document string, secrets map[string]string, err error) {
	var doc *redis.StringCmd
	var shared *redis.MapStringStringCmd
	err = r.together(ctx, func(p redis.Pipeliner) error {
		doc, shared = p.HGet(ctx, r.documents, id), p.HGetAll(ctx, r.shared)
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return s, "", nil, fmt.Errorf("read subscription %s in redis: %w", id, err)
	}
	if errors.Is(doc.Err(), redis.Nil) {
		return s, "", nil, subscriptions.ErrNotFound
	}
	s, err = decode(id, doc.Val(), shared.Val())
	return s, doc.Val(), shared.Val(), err
}

// decode turns a document into a subscription with its secret in place.
func decode(id, document string, secrets map[string]string) (subscriptions.Subscription, error) {
	s, err := subscriptions.DecodeDocument([]byte(document))
	if err != nil {
		return s, fmt.Errorf("subscription %s in redis: %w", id, err)
	}
	if s.SharedSecret != "" {
		s.Secret = subscriptions.Secret(secrets[s.SharedSecret])
	}
	return s, nil
}
