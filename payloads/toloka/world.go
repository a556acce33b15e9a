package toloka

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// world is what the events of one seed share: a project, a pool, a task suite in it and one Toloker's assignment of that suite.
type world struct {
	project    string
	pool       string
	task       string
	suite      string
	assignment string
	others     []string // further assignments of the same task, later than assignment
	row        string   // stands in for the subscription's row where there is no subscription
	confidence float64
	answer     *payloads.Object
}

// Bounds of what the id stream draws. Pools and projects have numbers of the size that the documents' samples have (36502086, 81776);
// the year inside the 24 digits is explained in the package's decision 2.
const (
	projectLow, projectHigh = 10_000, 199_999
	poolLow, poolHigh       = 1_000_000, 49_999_999
	secondLow, secondHigh   = 1_704_067_200, 1_735_603_199 // 2024, but for its last day
	mostOthers              = 4
)

// newWorld draws the world of b. Every event type draws all of it in the same order, so the events of one seed agree.
func newWorld(b payloads.Build) world {
	s := synth.New(b.Seed, b.IDSeed)
	poolNumber := s.ID(poolLow, poolHigh)
	w := world{project: strconv.FormatInt(s.ID(projectLow, projectHigh), 10), pool: strconv.FormatInt(poolNumber, 10)}
	if pool := scopePool(b.Subscription.Scope); pool != "" {
		w.pool = pool
		if n, err := strconv.ParseInt(pool, 10, 64); err == nil && n > 0 {
			poolNumber = n
		}
	}
	at := time.Unix(s.ID(secondLow, secondHigh), 0)
	later := func(from, to int64) time.Time { return at.Add(time.Duration(s.ID(from, to)) * time.Second) }
	w.task = poolID(poolNumber, s.ObjectID(at))
	w.suite = poolID(poolNumber, s.ObjectID(later(0, 5)))
	w.assignment = poolID(poolNumber, s.ObjectID(later(60, 3_600)))
	for range mostOthers {
		w.others = append(w.others, poolID(poolNumber, s.ObjectID(later(3_601, 86_400))))
	}
	w.row = s.ObjectID(at)
	w.others = w.others[:s.Int(1, mostOthers)]
	w.confidence = s.Float(0.15, 1, s.Int(2, 6))
	w.answer = answer(s)
	return w
}

// poolID joins a pool's number, as ten hex digits, and an object id: 00022cfa46--637cf4098ccdeb4a260737de.
func poolID(pool int64, object string) string { return fmt.Sprintf("%010x--%s", pool, object) }

// answer is what aggregation made of the Tolokers' answers: the output fields of one of several kinds of project. All kinds are drawn, so
// that the kind chosen does not move later draws.
func answer(s *synth.Source) *payloads.Object {
	text, comment := s.Text(), s.Sentence()
	animal := synth.Pick(s, "cat", "dog", "horse", "other", "not_loaded")
	relevance := synth.Pick(s, "relevant_plus", "relevant_minus", "irrelevant", "_404")
	spam := s.Bool(0.3)
	switch s.Int(0, 5) {
	case 0:
		return payloads.Obj("result", animal)
	case 1:
		return payloads.Obj("sentiment", text.Sentiment, "topic", text.Topic)
	case 2:
		return payloads.Obj("relevance", relevance, "is_spam", spam, "comment", comment)
	case 3:
		return payloads.Obj("language", text.Language, "translation_ok", !spam, "comment", comment)
	default:
		return payloads.Obj("transcription", text.Body)
	}
}

// eventUUID is the event's own id. It depends on the type, see the package's decision 3.
func eventUUID(b payloads.Build, key string) string {
	h := fnv.New64a()
	h.Write([]byte(key))
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
// webhook_subscription_id: 24 lower-case hex digits that begin with the second of native, the subscription's native id, where it has one.
// The same arguments always give the same id; an empty native id gives "".
func RowID(native, eventType string) string {
	const secondDigits, restBytes = 8, 8
	if native == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(native + "/" + eventType))
	digits := hex.EncodeToString(sum[:])
	if len(native) >= secondDigits && only(native[:secondDigits], "0123456789abcdef") {
		digits = native[:secondDigits] + digits
	}
	return digits[:secondDigits+2*restBytes]
}
