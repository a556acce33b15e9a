package e2e_test

import (
	"testing"
	"time"
)

// TestRateSpacesAttempts: a rate limit sends deliveries back to the queue while they are being handled there; each must come at its turn, not
// when a sweep finds it seconds later.
func TestRateSpacesAttempts(t *testing.T) {
	t.Parallel()
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, e.open(t)...)
			h := listen(t, "datasaur", hookOptions{})
			s.attach(h, "datasaur", object{"rate": 4})
			s.trigger(object{"platform": "datasaur", "type": "PROJECT_CREATED", "count": 5})
			receipts := h.await(5, 10*time.Second)
			for i := 1; i < len(receipts); i++ {
				gap := receipts[i].At.Sub(receipts[i-1].At)
				if gap < 200*time.Millisecond || gap > 700*time.Millisecond {
					t.Errorf("attempt %d came %s after the one before, want 250ms", i+1, gap.Round(time.Millisecond))
				}
			}
		})
	}
}
