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

// The fields of a delivery's state, in the order in which the prelude of the scripts packs them. The feed, and the answers of scripts, leave out
// the hidden ones, which come first.
const (
	fieldToken  = iota // in flight: the token
	fieldTurn          // reserved by the rate limit
	fieldFlight        // in flight: the record of the attempt, as decodeAttempt reads it
	fieldExtras        // "1": there are extras
	fieldStatic        // JSON
	fieldMember        // in the indexes
	fieldSub           // subscription
	fieldPlatform
	fieldStatus
	fieldMethod
	fieldBodyBytes
	fieldEvents // ids, and the types of a batch, see encodeEvents
	fieldAttempts
	fieldFailures
	fieldGeneration
	fieldNext  // next due
	fieldPlace // w waiting, c chained, l lane, f in flight, s settled
	fieldDuplicate
	fieldWaitsFor
	fieldSuccessor
	fieldSettledAt
	fieldLastStatus
	fieldLastDuration
	fieldLastOutcome
	fieldLastFailure
	fieldReason // the last, because it alone may hold any byte

	fieldCount
	hiddenFields = fieldStatic
)

// placeFlight is the place of a delivery in flight.
const placeFlight = "f"

// fieldSeparator stands between the fields of a state.
const fieldSeparator = "\x1f"

// state is the state of a delivery, unpacked.
type state [fieldCount]string

// unpackState reads a whole state.
func unpackState(packed string) (state, error) { return unpack(packed, 0) }

// unpackShown reads a state without its hidden fields.
func unpackShown(packed string) (state, error) { return unpack(packed, hiddenFields) }

func unpack(packed string, from int) (state, error) {
	var f state
	found := true
	for i := from; i < fieldCount-1 && found; i++ {
		f[i], packed, found = strings.Cut(packed, fieldSeparator)
	}
	if !found {
		return f, errReply
	}
	f[fieldCount-1] = packed
	return f, nil
}

// memberDigits is how many digits of microseconds a member of an index has; it lasts until the year 2286.
const memberDigits = 16

// member returns the place of a row in the indexes.
func member(at time.Time, id string) string {
	digits := strconv.FormatInt(max(micros(at), 0), 10)
	return strings.Repeat("0", max(memberDigits-len(digits), 0)) + digits + "-" + id
}

// memberID returns the id within a member; "" for one that is malformed.
func memberID(member string) string {
	if len(member) <= memberDigits || member[memberDigits] != '-' {
		return ""
	}
	return member[memberDigits+1:]
}

// summary reads a state.
func (s *statics) summary(id string, f state) (history.Summary, error) {
	st, err := s.decode(f[fieldStatic])
	if err != nil {
		return history.Summary{}, fmt.Errorf("state of delivery %s: %w", id, err)
	}
	p := numbers{}
	sum := history.Summary{
		Delivery: history.Delivery{
			ID: id, Status: history.Status(f[fieldStatus]), Reason: f[fieldReason], Platform: f[fieldPlatform], Profile: st.Profile, EventType: st.EventType,
			Fidelity: st.Fidelity, Method: f[fieldMethod], SubscriptionID: f[fieldSub], Part: st.Part, URL: string(st.URL),
			Attempts: p.int(f[fieldAttempts]), Failures: p.int(f[fieldFailures]), Generation: p.int(f[fieldGeneration]), NextAt: p.time(f[fieldNext]), InFlight: f[fieldPlace] == placeFlight,
			Duplicate: f[fieldDuplicate] != "", WaitsFor: f[fieldWaitsFor], Successor: f[fieldSuccessor], ReplayOf: st.ReplayOf, ReplayMode: st.ReplayMode,
			Once: st.Once, Always: st.Always, Trace: st.Trace, BodyBytes: p.int(f[fieldBodyBytes]), SettledAt: p.time(f[fieldSettledAt]),
		},
		LastStatus: p.int(f[fieldLastStatus]), LastDuration: p.duration(f[fieldLastDuration]), LastOutcome: f[fieldLastOutcome], LastFailure: payloads.Failure(f[fieldLastFailure]),
	}
	sum.EventIDs, sum.OtherTypes = decodeEvents(f[fieldEvents], st.EventType)
	if st.Created && len(f[fieldMember]) > memberDigits {
		sum.CreatedAt = time.UnixMicro(p.int64(f[fieldMember][:memberDigits])).UTC()
	}
	if p.err != nil {
		return history.Summary{}, fmt.Errorf("state of delivery %s: %w", id, p.err)
	}
	return sum, nil
}

// encodeEvents names the events of a delivery, and behind tabs the types of a batch. The script that collects writes the same, with the type of the
// batch's first event among the types, because it does not read what is static.
func encodeEvents(d history.Delivery) string {
	ids := strings.Join(d.EventIDs, "\n")
	if len(d.OtherTypes) == 0 {
		return ids
	}
	return ids + "\t" + strings.Join(d.OtherTypes, "\t")
}

// decodeEvents is the inverse of encodeEvents for a delivery of the given type.
func decodeEvents(text, eventType string) (ids, more []string) {
	joined, types, typed := strings.Cut(text, "\t")
	if joined != "" {
		ids = strings.Split(joined, "\n")
	}
	if !typed {
		return ids, nil
	}
	for name := range strings.SplitSeq(types, "\t") {
		if name != eventType {
			more = append(more, name)
		}
	}
	return ids, more
}

// delivery reads a state with its extras, which lists leave out.
func (s *statics) delivery(id string, f state, verbatim, pinned string) (history.Summary, error) {
	sum, err := s.summary(id, f)
	if err != nil {
		return history.Summary{}, err
	}
	if sum.Pinned, err = decodePinned(pinned); err != nil {
		return history.Summary{}, fmt.Errorf("pinned subscription of delivery %s: %w", id, err)
	}
	if sum.Verbatim, err = decodeHeader(verbatim); err != nil {
		return history.Summary{}, fmt.Errorf("header of delivery %s: %w", id, err)
	}
	return sum, nil
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

// shown reads what scripts answer of a delivery: its state without the hidden fields, its verbatim header and its pinned subscription.
func (s *Store) shown(id string, answer []any) (history.Summary, error) {
	f, err := unpackShown(text(nth(answer, 0)))
	if err != nil {
		return history.Summary{}, err
	}
	return s.statics.delivery(id, f, text(nth(answer, 1)), text(nth(answer, 2)))
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
