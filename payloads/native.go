package payloads

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/annohook/annohook/subscriptions"
)

// Native is the platform's own API, as far as its SDKs need it: they register webhooks through it and cannot tell it from the platform's.
type Native struct {
	// Handler answers for the platform's whole origin. Paths are those of the real server: a mount has its prefix removed. Errors, unknown
	// paths and wrong methods are answered in the platform's own dialect; credentials are asked for as the platform does.
	Handler func(Host) http.Handler
	// Roots are paths that must also be answered at the root of our own address, because an SDK drops the prefix there.
	Roots []string
	// Credential says for people how a client shows its credential, with KEY in its place: "X-Argilla-Api-Key: KEY".
	Credential string
	// Client registers a webhook with the platform's own SDK. {base} stands for the address of this API.
	Client []CodeSample
	// Token makes a credential that the SDK accepts, from the key of a strict API ("" where it is open); nil: the key itself serves.
	Token func(key string, now time.Time, random [16]byte) (string, error)
}

// Errors of a Host that are not the caller's fault and may be gone at the next try. A handler answers them in the platform's own words: 429
// and 503. Unavailable knows more errors of the second kind.
var (
	ErrBusy        = errors.New("too much is waiting already; try again in a moment")
	ErrUnavailable = errors.New("the store does not answer; try again")
)

// Unavailable reports an error of a store that cannot be reached, or not in time.
func Unavailable(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, ErrUnavailable) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded)
}

// Proves reports whether a credential is the key, or any where key is "". How long that takes depends on neither.
func Proves(key, credential string) bool {
	want, got := sha256.Sum256([]byte(key)), sha256.Sum256([]byte(credential))
	return key == "" || subtle.ConstantTimeCompare(want[:], got[:]) == 1
}

// Host is what annohook does for one platform's native API. All methods are safe for concurrent use. Methods that change something return
// *ProblemsError for what the core cannot accept, subscriptions.ErrNotFound for an unknown id and ErrBusy where there is no room.
type Host interface {
	// Key is what a credential must prove to know; "" where any credential is accepted.
	Key() string
	// Now is the time, UTC.
	Now() time.Time
	// Random fills 16 random bytes.
	Random() ([16]byte, error)

	// Subscriptions lists this platform's subscriptions in every profile, the oldest first.
	Subscriptions(ctx context.Context) ([]subscriptions.Subscription, error)
	// Subscribe stores a new subscription; Platform, ID, CreatedAt and what is empty are filled in, NativeID included. The URL is stored as
	// given, whatever its scheme: what the platform accepts is the handler's business, and a bad target fails when it is sent to.
	Subscribe(ctx context.Context, s subscriptions.Subscription) (subscriptions.Subscription, error)
	// Change runs change on a subscription and stores the result; change may run twice and must not touch what it closes over. UpdatedAt is
	// moved to now where something really changed, or where change moved it forward, to any time: some servers save what stays the same.
	Change(ctx context.Context, id string, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error)
	// Unsubscribe deletes a subscription and returns it.
	Unsubscribe(ctx context.Context, id string) (subscriptions.Subscription, error)

	// Push sends one event of the given type (key) to one subscription at once, disabled or not, without filter, batch or retry, through
	// the usual pipeline, and waits for its end.
	Push(ctx context.Context, id, eventType string) (Push, error)
	// Sent visits the bodies of this platform that were sent or are about to be, the newest first, at most limit of them, until visit
	// returns false.
	Sent(ctx context.Context, limit int, visit func(eventType string, body []byte) bool) error

	// World is the state of the platform's world; nil: a fresh one.
	World(ctx context.Context) ([]byte, error)
	// Act performs an action on it, as POST /api/v1/actions does, and returns its result. *ParamError and *ProblemsError for input that does
	// not fit.
	Act(ctx context.Context, action string, params *Object) (*Object, error)
}

// Push is the end of one push.
type Push struct {
	DeliveryID string
	Body       []byte // as sent
	Reply      Reply
	Took       time.Duration
}

// ProblemsError is input that the core cannot accept; nothing was stored.
type ProblemsError struct {
	Problems []Problem
}

// Error lists the problems.
func (e *ProblemsError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return strings.Join(texts, "; ")
}
