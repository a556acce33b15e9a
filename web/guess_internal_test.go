package web

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// TestGuessersAreForgottenWhereThereAreTooMany: whoever has many addresses fills no memory.
func TestGuessersAreForgottenWhereThereAreTooMany(t *testing.T) {
	t.Parallel()
	now := time.Now()
	g := newGuesses(func() time.Time { return now }, keyEvery, keyBurst)
	for n := range 2 * maxGuessers {
		g.failed(&http.Request{RemoteAddr: fmt.Sprintf("10.0.%d.%d:9", n>>8, n&255)})
	}
	if n := len(g.wrong); n != maxGuessers {
		t.Errorf("%d clients are remembered, want %d", n, maxGuessers)
	}
}
