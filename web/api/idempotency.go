package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/annohook/annohook/web/client"
)

// maxKeyBytes bounds an idempotency key.
const maxKeyBytes = 255

// once runs accept, or answers from memory when the same request with the same key was accepted before. Without a key it just runs accept.
func (a *API) once(ctx context.Context, key string, body []byte, accept func() (client.Accepted, error)) (client.Accepted, bool, error) {
	if key == "" {
		accepted, err := accept()
		return accepted, false, err
	}
	if len(key) > maxKeyBytes || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return client.Accepted{}, false, unprocessable(client.FieldError{
			Location: "header.Idempotency-Key", Message: fmt.Sprintf("must be 1 to %d visible ASCII characters", maxKeyBytes),
		})
	}
	mark := fingerprint(body)
	stored, found, err := a.keys.Begin(ctx, key, mark)
	if err != nil {
		return client.Accepted{}, false, err
	}
	if found {
		var accepted client.Accepted
		if err := json.Unmarshal(stored, &accepted); err != nil {
			return client.Accepted{}, false, fmt.Errorf("read stored answer: %w", err)
		}
		return accepted, true, nil
	}
	accepted, err := accept()
	a.remember(context.WithoutCancel(ctx), key, mark, accepted, err)
	return accepted, false, err
}

// remember keeps the answer of an accepted request and frees the key of any other. A failure here must not undo what was accepted.
func (a *API) remember(ctx context.Context, key, mark string, accepted client.Accepted, err error) {
	if err != nil {
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
func fingerprint(body []byte) string {
	h := sha256.New()
	_, _ = h.Write([]byte(http.MethodPost + " " + Prefix + "/events\n")) // a hash never fails
	_, _ = h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}
