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
}
