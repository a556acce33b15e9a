package web

import (
	"net/http"
	"time"
)

// paceBytes is the piece of an answer that a reader must take within Options.WriteStall.
const paceBytes = 64 << 10

// pace drops readers that stop reading: an answer that nobody takes would be kept until writeTimeout, which has to lie above the longest wait.
func (s *Server) pace(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&paced{
			ResponseWriter: w, control: http.NewResponseController(w), now: s.options.Now, stall: s.options.WriteStall,
			until: s.options.Now().Add(writeTimeout),
		}, r)
	})
}

// paced writes piece by piece, each with a deadline.
type paced struct {
	http.ResponseWriter
	control *http.ResponseController
	now     func() time.Time
	stall   time.Duration
	until   time.Time // for the whole answer
	own     bool      // the handler sets deadlines itself
}

// Write implements http.ResponseWriter.
func (p *paced) Write(b []byte) (int, error) {
	written := 0
	for {
		piece := b[written:min(written+paceBytes, len(b))]
		p.extend()
		n, err := p.ResponseWriter.Write(piece)
		written += n
		if err != nil || written == len(b) {
			return written, err
		}
	}
}

func (p *paced) extend() {
	if p.own {
		return
	}
	deadline := p.now().Add(p.stall)
	if deadline.After(p.until) {
		deadline = p.until
	}
	_ = p.control.SetWriteDeadline(deadline) // where there is none, nobody can stall
}

// SetWriteDeadline is what http.ResponseController finds: streams have deadlines of their own.
func (p *paced) SetWriteDeadline(deadline time.Time) error {
	p.own = true
	return p.control.SetWriteDeadline(deadline)
}

// Unwrap lets http.ResponseController reach what is below.
func (p *paced) Unwrap() http.ResponseWriter { return p.ResponseWriter }
