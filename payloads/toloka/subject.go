package toloka

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// subject is what one event is about. A trigger invents it from its seed ([invent]), an action takes it from the platform's world and
// writes it as JSON into payloads.Raised.Subject; both are printed by the same builders. Fields that an event type does not show are empty.
type subject struct {
	Project     string          `json:"project_id"`
	Pool        string          `json:"pool_id"`
	Reason      string          `json:"close_reason,omitempty"`
	Suite       string          `json:"task_suite_id,omitempty"`
	Assignment  string          `json:"assignment_id,omitempty"`
	Task        string          `json:"task_id,omitempty"`
	Assignments []string        `json:"assignment_ids,omitempty"`
	Confidence  float64         `json:"confidence,omitempty"`
	Output      json.RawMessage `json:"output_values,omitempty"`

	answer *payloads.Object // Output as a tree
	row    string           // stands in for the subscription's row where there is no subscription
}

// errSubject is returned for a subject that no action of this platform made.
var errSubject = errors.New("not a subject of a toloka event")

// subjectOf returns what the event of b is about: its subject, or one invented from its seeds.
func subjectOf(b payloads.Build) (subject, error) {
	if b.Subject == nil {
		return invent(b), nil
	}
	var s subject
	if err := json.Unmarshal(b.Subject, &s); err != nil {
		return s, fmt.Errorf("%w: %w", errSubject, err)
	}
	if s.Pool == "" {
		return s, fmt.Errorf("%w: it names no pool", errSubject)
	}
	if s.Output != nil {
		v, err := payloads.ParseValue(s.Output)
		if err != nil {
			return s, fmt.Errorf("%w: %w", errSubject, err)
		}
		s.answer, _ = v.(*payloads.Object)
	}
	s.row = synth.New(0, b.IDSeed).ObjectID(b.Now)
	return s, nil
}

// Bounds of what the id stream draws. Pools and projects have numbers of the size that the documents' samples have (36502086, 81776);
// the year inside the 24 digits is explained in the package's decision 2.
const (
	projectLow, projectHigh = 10_000, 199_999
	poolLow, poolHigh       = 1_000_000, 49_999_999
	secondLow, secondHigh   = 1_704_067_200, 1_735_603_199 // 2024, but for its last day
	mostOthers              = 4
)

// invent draws a project, a pool, a task suite in it and one Toloker's assignment of that suite. Every event type draws all of it in the
// same order, so the events of one seed agree. A pool that the subscription's scope names is in the project that the world and the API
// say it is in, and collects the answers of that project.
func invent(b payloads.Build) subject {
	s := synth.New(b.Seed, b.IDSeed)
	number := s.ID(poolLow, poolHigh)
	w := subject{Project: strconv.FormatInt(s.ID(projectLow, projectHigh), 10), Pool: strconv.FormatInt(number, 10)}
	scoped := scopePool(b.Subscription.Scope)
	if scoped != "" {
		w.Pool, w.Project, number = scoped, firstProject, poolNumber(scoped) // as the world has it
	}
	at := time.Unix(s.ID(secondLow, secondHigh), 0)
	later := func(from, to int64) time.Time { return at.Add(time.Duration(s.ID(from, to)) * time.Second) }
	w.Task = poolID(number, s.ObjectID(at))
	w.Suite = poolID(number, s.ObjectID(later(0, 5)))
	w.Assignment = poolID(number, s.ObjectID(later(60, 3_600)))
	w.Assignments = append(make([]string, 0, 1+mostOthers), w.Assignment)
	for range mostOthers {
		w.Assignments = append(w.Assignments, poolID(number, s.ObjectID(later(3_601, 86_400))))
	}
	w.row = s.ObjectID(at)
	w.Assignments = w.Assignments[:1+s.Int(1, mostOthers)]
	w.Confidence = s.Float(0.15, 1, s.Int(2, 6))
	drawn, kind := drawAnswers(s), s.Int(0, answerKinds-1)
	if scoped != "" {
		kind = kindOf(w.Project)
	}
	w.answer = drawn.of(kind)
	return w
}

// poolID joins a pool's number, as ten hex digits, and an object id: 00022cfa46--637cf4098ccdeb4a260737de.
func poolID(pool int64, object string) string { return fmt.Sprintf("%010x--%s", pool, object) }

// eventUUID is the event's own id. It depends on the type, see the package's decision 3, and on what the event is about: two actions of
// neighbouring seeds do not share one, nor does a trigger that happens in the pools of several subscriptions.
func eventUUID(b payloads.Build, key string) string {
	h := fnv.New64a()
	h.Write([]byte(key))
	h.Write(b.Subject)
	if b.Subject == nil {
		h.Write([]byte(scopePool(b.Subscription.Scope)))
	}
	return synth.New(0, b.IDSeed^h.Sum64()).UUID()
}

// scopePool returns the pool that a subscription looks at, or "".
func scopePool(scope json.RawMessage) string {
	if len(scope) == 0 {
		return ""
	}
	var s struct {
		PoolID string `json:"pool_id"`
	}
	if err := json.Unmarshal(scope, &s); err != nil {
		return "" // check has let it pass as the platform's, or refused it
	}
	return s.PoolID
}

// RowID returns the id of the row that one event type of a subscription has in Toloka's own API, and that its events carry as
// webhook_subscription_id, unless options.rows names another: 24 lower-case hex digits that begin with the second of native, the
// subscription's native id, where it has one. The same arguments always give the same id; an empty native id gives "".
func RowID(native, eventType string) string {
	const secondDigits, restBytes = 8, 8
	if native == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(native + "/" + eventType))
	digits := hex.EncodeToString(sum[:])
	if len(native) >= secondDigits && only(native[:secondDigits], hexDigits) {
		digits = native[:secondDigits] + digits
	}
	return digits[:secondDigits+2*restBytes]
}

const hexDigits = "0123456789abcdef"
