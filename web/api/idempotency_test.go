package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/annohook/annohook/web/client"
)

func TestAKeyMakesARequestHappenOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	body := `{"platform":"postbox","type":"note.added"}`
	first := r.call("POST", "/api/v1/events", body, "Idempotency-Key", "k1").want(http.StatusAccepted)
	again := r.call("POST", "/api/v1/events", body, "Idempotency-Key", "k1").want(http.StatusAccepted)
	equal(t, "answer", string(again.body), string(first.body))
	equal(t, "replayed at first", first.header.Get("Idempotency-Replayed"), "")
	equal(t, "replayed", again.header.Get("Idempotency-Replayed"), "true")
	waited := r.call("POST", "/api/v1/events?wait=settled", body, "Idempotency-Key", "k1").want(http.StatusOK)
	var accepted client.Accepted
	waited.into(&accepted)
	equal(t, "status now", accepted.Deliveries[0].Status, "succeeded")
	equal(t, "requests", len(r.listener.received()), 1)

	errs := r.call("POST", "/api/v1/events", body+" ", "Idempotency-Key", "k1").problem(http.StatusUnprocessableEntity)
	if errs["header.Idempotency-Key"] == "" {
		t.Errorf("the header is not named: %v", errs)
	}
	for _, key := range []string{strings.Repeat("k", 256), "with space", "ümlaut"} {
		errs := r.call("POST", "/api/v1/events", body, "Idempotency-Key", key).problem(http.StatusUnprocessableEntity)
		if !strings.Contains(errs["header.Idempotency-Key"], "1 to 255") {
			t.Errorf("key %q: %v", key, errs)
		}
	}
}

func TestAKeyThatIsInUseIsA409(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.subscribe("")
	body := `{"platform":"postbox","type":"note.added"}`
	mark := sha256.Sum256([]byte("POST /api/v1/events\n" + body))
	if _, _, err := r.keys.Begin(t.Context(), "k1", hex.EncodeToString(mark[:])); err != nil {
		t.Fatal(err)
	}
	errs := r.call("POST", "/api/v1/events", body, "Idempotency-Key", "k1").problem(http.StatusConflict)
	if errs["header.Idempotency-Key"] == "" {
		t.Errorf("the header is not named: %v", errs)
	}
	equal(t, "requests", len(r.listener.received()), 0)
}

func TestARefusedRequestFreesItsKey(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	body := `{"platform":"postbox","type":"note.added"}`
	r.call("POST", "/api/v1/events", body, "Idempotency-Key", "k1").problem(http.StatusConflict)
	r.subscribe("")
	r.call("POST", "/api/v1/events", body, "Idempotency-Key", "k1").want(http.StatusAccepted)
}
