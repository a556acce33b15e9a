package redisstore

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/subscriptions"
)

// Fields of a delivery's hash beside those of listedFields: pin (JSON of the pinned subscription), vb (JSON of the verbatim header), tk
// (token in flight), tu (reserved turn).

// listedFields are the fields that lists and the feed carry; the prelude of the scripts has the same list, in the
// same order.
//
//	st static JSON   k  member in the indexes   sb subscription   p  platform      s  status      r  reason
//	m  method        bb body bytes              ev event ids      n  attempts      f  failures    g  generation
//	at next due      pl place (w waiting, c chained, l lane, f in flight, s settled)              du duplicate
//	w  waits for     su successor               sa settled at     ls ld lo lf      status, duration, outcome, failure of the last attempt
func listedFields() []string {
	return []string{
		"st", "k", "sb", "p", "s", "m", "bb", "ev", "n", "f", "g", "at", "pl", "du", "w", "su", "sa", "ls", "ld", "lo", "lf", "r",
	}
}

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
	Created    bool              `json:"c,omitempty"` // the time of creation is known; it lies in the index member
}

func encodeStatic(d history.Delivery) ([]byte, error) {
	return json.Marshal(static{
		Profile: d.Profile, EventType: d.EventType, Fidelity: d.Fidelity, URL: binary(d.URL), Part: d.Part, ReplayOf: d.ReplayOf,
		ReplayMode: d.ReplayMode, Once: d.Once, Always: d.Always, Created: !d.CreatedAt.IsZero(),
	})
}

// memberDigits is how many digits of microseconds a member of an index has; it lasts until the year 2286.
const memberDigits = 16

// member returns the place of a row in the indexes.
func member(at time.Time, id string) string {
	return fmt.Sprintf("%0*d-%s", memberDigits, max(micros(at), 0), id)
}

// memberID returns the id within a member; "" for one that is malformed.
func memberID(member string) string {
	if len(member) <= memberDigits || member[memberDigits] != '-' {
		return ""
	}
	return member[memberDigits+1:]
}

// decodeSummary reads the fields of a delivery's hash, or of a feed entry.
func decodeSummary(id string, f map[string]string) (history.Summary, error) {
	var st static
	if err := json.Unmarshal([]byte(f["st"]), &st); err != nil {
		return history.Summary{}, fmt.Errorf("state of delivery %s: %w", id, err)
	}
	p := numbers{}
	s := history.Summary{
		Delivery: history.Delivery{
			ID: id, Status: history.Status(f["s"]), Reason: f["r"], Platform: f["p"], Profile: st.Profile, EventType: st.EventType,
			Fidelity: st.Fidelity, Method: f["m"], SubscriptionID: f["sb"], Part: st.Part, URL: string(st.URL),
			Attempts: p.int(f["n"]), Failures: p.int(f["f"]), Generation: p.int(f["g"]), NextAt: p.time(f["at"]), InFlight: f["pl"] == "f",
			Duplicate: f["du"] != "", WaitsFor: f["w"], Successor: f["su"], ReplayOf: st.ReplayOf, ReplayMode: st.ReplayMode,
			Once: st.Once, Always: st.Always, BodyBytes: p.int(f["bb"]), SettledAt: p.time(f["sa"]),
		},
		LastStatus: p.int(f["ls"]), LastDuration: p.duration(f["ld"]), LastOutcome: f["lo"], LastFailure: payloads.Failure(f["lf"]),
	}
	if f["ev"] != "" {
		s.EventIDs = strings.Split(f["ev"], "\n")
	}
	if st.Created && len(f["k"]) > memberDigits {
		s.CreatedAt = time.UnixMicro(p.int64(f["k"][:memberDigits])).UTC()
	}
	if p.err != nil {
		return history.Summary{}, fmt.Errorf("state of delivery %s: %w", id, p.err)
	}
	return s, nil
}

// decodeDelivery reads a whole hash, the fields that lists leave out included.
func decodeDelivery(id string, f map[string]string) (history.Summary, error) {
	s, err := decodeSummary(id, f)
	if err != nil {
		return history.Summary{}, err
	}
	if s.Pinned, err = decodePinned(f["pin"]); err != nil {
		return history.Summary{}, fmt.Errorf("pinned subscription of delivery %s: %w", id, err)
	}
	if s.Verbatim, err = decodeHeader(f["vb"]); err != nil {
		return history.Summary{}, fmt.Errorf("header of delivery %s: %w", id, err)
	}
	return s, nil
}

func encodePinned(s *subscriptions.Subscription) ([]byte, error) {
	if s == nil {
		return nil, nil
	}
	return json.Marshal(s) //nolint:gosec // attempts sign with the old secret; lists and the feed leave the field out
}

func decodePinned(text string) (*subscriptions.Subscription, error) {
	if text == "" {
		return nil, nil
	}
	var s subscriptions.Subscription
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return nil, err
	}
	if string(s.Scope) == "null" { // what encoding/json makes of a nil RawMessage
		s.Scope = nil
	}
	if string(s.Options) == "null" {
		s.Options = nil
	}
	return &s, nil
}

// numbers reads numbers and keeps the first error; "" is zero.
type numbers struct{ err error }

func (p *numbers) int64(s string) int64 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil && p.err == nil {
		p.err = err
	}
	return n
}

func (p *numbers) int(s string) int { return int(p.int64(s)) }

func (p *numbers) duration(s string) time.Duration { return time.Duration(p.int64(s)) }

func (p *numbers) time(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	return time.UnixMicro(p.int64(s)).UTC()
}

// micros is t as scripts get it as a number; 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// stamp is t as a field keeps it; "" for the zero time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMicro(), 10)
}

// flag is b as a field keeps it.
func flag(b bool) string {
	if b {
		return "1"
	}
	return ""
}

// text returns one value of a script's answer; "" for nil.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// nth returns the i-th value of an answer; nil beyond its end.
func nth(list []any, i int) any {
	if i >= len(list) {
		return nil
	}
	return list[i]
}

// fields turns the flat answer of HGETALL inside a script into a map.
func fields(v any) map[string]string {
	flat, _ := v.([]any)
	m := make(map[string]string, len(flat)/2)
	for i := 0; i+1 < len(flat); i += 2 {
		m[text(flat[i])] = text(flat[i+1])
	}
	return m
}

// decodeDues reads references: five values each.
func decodeDues(flat []any) ([]history.Due, error) {
	var dues []history.Due
	p := numbers{}
	for i := 0; i+4 < len(flat); i += 5 {
		dues = append(dues, history.Due{
			Ref: history.Ref{
				Delivery: text(flat[i]), Attempt: p.int(text(flat[i+1])), Generation: p.int(text(flat[i+2])),
			},
			SubscriptionID: text(flat[i+3]), At: p.time(text(flat[i+4])),
		})
	}
	return dues, p.err
}
