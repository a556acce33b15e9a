package web

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Bounds of guessing: how often one client may be wrong at once, and how fast it may be wrong again. Only a login has a person behind it;
// a program with an old key may ask often and must not shut out its neighbours on the same machine.
const (
	loginBurst = 10
	loginEvery = time.Second
	keyBurst   = 100
	keyEvery   = 100 * time.Millisecond
	keyWait    = "1" // seconds, as told in Retry-After
)

// maxGuessers bounds how many clients are remembered.
const maxGuessers = 4096

// guesses slows down those who guess credentials, each client address for itself: others are not held up by them. It is safe for concurrent
// use.
type guesses struct {
	now   func() time.Time
	limit rate.Limit
	burst int

	mu    sync.Mutex
	wrong map[string]*rate.Limiter // by client; what is not there was not wrong lately
}

func newGuesses(now func() time.Time, every time.Duration, burst int) *guesses {
	return &guesses{now: now, limit: rate.Every(every), burst: burst, wrong: map[string]*rate.Limiter{}}
}

// allows reports whether the client of a request may try a credential now.
func (g *guesses) allows(r *http.Request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	l, known := g.wrong[clientOf(r)]
	return !known || l.TokensAt(g.now()) >= 1
}

// failed notes that it was a wrong one.
func (g *guesses) failed(r *http.Request) {
	client, now := clientOf(r), g.now()
	g.mu.Lock()
	defer g.mu.Unlock()
	l, known := g.wrong[client]
	if !known {
		g.makeRoom()
		l = rate.NewLimiter(g.limit, g.burst)
		g.wrong[client] = l
	}
	l.AllowN(now, 1)
}

// makeRoom forgets somebody where the table is full. Who has so many addresses is not held up by any table.
func (g *guesses) makeRoom() {
	for client := range g.wrong {
		if len(g.wrong) < maxGuessers {
			return
		}
		delete(g.wrong, client)
	}
}

// ipv6Client is how many bits of an IPv6 address belong to one client: the rest is its own to choose.
const ipv6Client = 64

// clientOf is who makes a request, by address. Fields such as X-Forwarded-For are not believed: anybody can write them.
func clientOf(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	addr := at.Addr().Unmap().WithZone("")
	if addr.Is6() {
		if prefix, err := addr.Prefix(ipv6Client); err == nil {
			return prefix.String()
		}
	}
	return addr.String()
}

// tooManyGuesses refuses to look at a credential.
func (s *Server) tooManyGuesses(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", keyWait)
	s.problem(w, r, http.StatusTooManyRequests, "too many wrong credentials came from this address; wait a second")
}
