package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/scheduler"
	"github.com/annohook/annohook/web/api"
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
	if _, err := r.keys.Begin(t.Context(), "k1", hex.EncodeToString(mark[:])); err != nil {
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

// forgetful keys lose every answer, as a process does that dies before it keeps one.
type forgetful struct{ scheduler.Keys }

func (forgetful) Complete(context.Context, string, string, []byte) error {
	return errors.New("died")
}

// A request whose answer was lost with its process is carried on by whoever repeats it, and happens once.
func TestALostAnswerIsFoundAgain(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	r := newRig(t, func(o *api.Options) { o.Keys = forgetful{scheduler.NewMemory(clock)} })
	r.subscribe("")
	const trigger = `{"platform":"postbox","type":"note.added","count":2}`
	var first, again client.Accepted
	r.call("POST", "/api/v1/events?wait=settled", trigger, "Idempotency-Key", "k").want(http.StatusOK).into(&first)
	r.call("POST", "/api/v1/events", trigger, "Idempotency-Key", "k").problem(http.StatusConflict)
	later.Store(int64(scheduler.KeyInFlightFor))
	r.call("POST", "/api/v1/events?wait=settled", trigger, "Idempotency-Key", "k").want(http.StatusOK).into(&again)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the answer changed (-first +again):\n%s", diff)
	}
	equal(t, "requests", len(r.listener.received()), 2)

	const action = `{"platform":"postbox","action":"add-notes"}`
	r.call("POST", "/api/v1/actions", action, "Idempotency-Key", "act").want(http.StatusAccepted)
	later.Store(2 * int64(scheduler.KeyInFlightFor))
	errs := r.call("POST", "/api/v1/actions", action, "Idempotency-Key", "act").problem(http.StatusConflict)
	if !strings.Contains(errs["header.Idempotency-Key"], "cut short") {
		t.Errorf("an action that was cut short: %v", errs)
	}
}
