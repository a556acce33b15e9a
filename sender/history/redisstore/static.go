package redisstore

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
)

// static is the part of a delivery that never changes and that no script reads.
type static struct {
	Profile    string            `json:"f,omitempty"`
	EventType  string            `json:"t,omitempty"`
	Fidelity   payloads.Fidelity `json:"y,omitempty"`
	URL        binary            `json:"u,omitempty"`
	Part       int               `json:"i,omitempty"`
	ReplayOf   string            `json:"r,omitempty"`
	ReplayMode string            `json:"m,omitempty"`
	Once       bool              `json:"o,omitempty"`
	Always     bool              `json:"a,omitempty"`
	Trace      string            `json:"p,omitempty"` // absent in older records, and where nobody traces
	Created    bool              `json:"c,omitempty"` // the time of creation is known; it lies in the index member
}

func staticOf(d history.Delivery) static {
	return static{
		Profile: d.Profile, EventType: d.EventType, Fidelity: d.Fidelity, URL: binary(d.URL), Part: d.Part, ReplayOf: d.ReplayOf,
		ReplayMode: d.ReplayMode, Once: d.Once, Always: d.Always, Trace: d.Trace, Created: !d.CreatedAt.IsZero(),
	}
}

// statics remembers static parts and their text: a burst has thousands of deliveries with the same one, and answers and the feed bring each
// delivery several times. It is bounded by forgetting everything.
type statics struct {
	mu    sync.Mutex
	known map[string]static
	texts map[static]string
}

// maxStatics is how many a process remembers.
const maxStatics = 512

func (s *statics) decode(text string) (static, error) {
	s.mu.Lock()
	st, ok := s.known[text]
	s.mu.Unlock()
	if ok {
		return st, nil
	}
	if err := json.Unmarshal([]byte(text), &st); err != nil {
		return static{}, err
	}
	s.remember(st, strings.Clone(text))
	return st, nil
}

func (s *statics) encode(st static) (string, error) {
	s.mu.Lock()
	text, ok := s.texts[st]
	s.mu.Unlock()
	if ok {
		return text, nil
	}
	data, err := json.Marshal(st)
	if err != nil {
		return "", err
	}
	s.remember(st, string(data))
	return string(data), nil
}

func (s *statics) remember(st static, text string) {
	if st.Trace != "" {
		return // each trigger has its own
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= maxStatics || s.known == nil {
		s.known, s.texts = make(map[string]static, maxStatics), make(map[static]string, maxStatics)
	}
	s.known[text], s.texts[st] = st, text
}
