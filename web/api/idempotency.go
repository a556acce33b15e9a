package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/web/client"
)

// maxKeyBytes bounds an idempotency key.
const maxKeyBytes = 255

// accepting is one request that must happen once.
type accepting struct {
	route string // below the prefix
	key   string // "": the request has none
	body  []byte
}

// once runs accept, or answers from memory when the same request with the same key was accepted before. Without a key it just runs accept,
// without a ticket.
func once[T any](ctx context.Context, a *API, r accepting, accept func(*scheduler.Ticket) (T, error)) (answer T, replayed bool, err error) {
	if r.key == "" {
		answer, err = accept(nil)
		return answer, false, err
	}
	if len(r.key) > maxKeyBytes || strings.ContainsFunc(r.key, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return answer, false, unprocessable(client.FieldError{
			Location: "header.Idempotency-Key", Message: fmt.Sprintf("must be 1 to %d visible ASCII characters", maxKeyBytes),
		})
	}
	mark := r.fingerprint()
	reserved, err := a.keys.Begin(ctx, r.key, mark)
	if err != nil {
		return answer, false, err
	}
	if reserved.Answer != nil {
		if err := json.Unmarshal(reserved.Answer, &answer); err != nil {
			return answer, false, fmt.Errorf("read stored answer: %w", err)
		}
		return answer, true, nil
	}
	answer, err = accept(&reserved.Ticket)
	a.remember(context.WithoutCancel(ctx), r.key, mark, answer, err)
	return answer, false, err
}

// remember keeps the answer of an accepted request and frees the key of a refused one. After any other error the request may have been carried
// out in part; the key lapses then, and who repeats the request carries on. A failure here must not undo what was accepted.
func (a *API) remember(ctx context.Context, key, mark string, accepted any, err error) {
	if err != nil {
		if !scheduler.Refused(err) {
			return
		}
		if err := a.keys.Abandon(ctx, key); err != nil {
			a.log.WarnContext(ctx, "idempotency key not freed", "error", err)
		}
		return
	}
	answer, err := json.Marshal(accepted)
	if err == nil {
		err = a.keys.Complete(ctx, key, mark, answer)
	}
	if err != nil {
		a.log.WarnContext(ctx, "answer not kept for its idempotency key", "error", err)
	}
}

// fingerprint tells requests with one key apart.
func (r accepting) fingerprint() string {
	h := sha256.New()
	_, _ = h.Write([]byte(http.MethodPost + " " + Prefix + r.route + "\n")) // a hash never fails
	_, _ = h.Write(r.body)
	return hex.EncodeToString(h.Sum(nil))
}
