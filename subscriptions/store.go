package subscriptions

import (
	"context"
	"errors"
)

// Errors of every Store.
var (
	ErrNotFound = errors.New("no such subscription")
	ErrConflict = errors.New("a subscription with this id exists already")
)

// MaxNumber bounds the numbers of Store.NextNumber: up to it, every engine counts exactly.
const MaxNumber = 1 << 53

// Store keeps subscriptions. Every method is safe for concurrent use, returns values that share no memory with the store, and fails with
// the context's error when it ends first. A Store does not validate what it is given.
type Store interface {
	// Create adds s. ErrConflict when the id is taken. When SharedSecret is set and Secret is not empty, the shared record is replaced
	// at once for all; when Secret is empty, the new subscription takes the record as it is. It returns what was stored.
	Create(ctx context.Context, s Subscription) (Subscription, error)

	// Get returns one subscription, ErrNotFound without one.
	Get(ctx context.Context, id string) (Subscription, error)

	// List returns all subscriptions, oldest first (by CreatedAt, then ID).
	List(ctx context.Context) ([]Subscription, error)

	// Update runs change on the current value and stores the result, atomically against other writers; change may run more than once
	// and must not keep its argument. An error from change is returned as it is and nothing is stored. ID and CreatedAt cannot change.
	// A changed Secret of a subscription with SharedSecret replaces the record for all. ErrNotFound without one.
	Update(ctx context.Context, id string, change func(*Subscription) error) (Subscription, error)

	// Delete removes one subscription and returns it as it was; ErrNotFound without one. A shared secret stays.
	Delete(ctx context.Context, id string) (Subscription, error)

	// NextNumber returns a number that this store never returned for the name before: one more than the last, but at least atLeast. It is
	// kept as durably as subscriptions are, and goes on counting when every subscription is deleted. Numbers stay below MaxNumber; the
	// caller sees to it that atLeast does.
	NextNumber(ctx context.Context, name string, atLeast int64) (int64, error)
}
