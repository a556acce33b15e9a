package redisstore

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/gather"
)

// Defaults of Options.
const (
	DefaultPrefix     = "{annohook}"
	DefaultFeedLength = 100_000
)

// Options configures a Store. The zero value works.
type Options struct {
	// Prefix begins every key. It must hold a hash tag ("{...}") for a cluster. Empty: DefaultPrefix.
	Prefix string
	// FeedLength is how many entries the feed keeps at least; Redis drops them by the hundred. 0: DefaultFeedLength.
	FeedLength int
	// NewToken makes fencing tokens and call ids, never twice the same, without spaces. Nil: 130 random bits. It must be safe for
	// concurrent use.
	NewToken func() string
}

// Store is a [history.History] in Redis 6.2 or newer. It is safe for concurrent use and holds nothing but the client, which stays the
// caller's to close.
type Store struct {
	client     redis.UniversalClient
	base       string // of every key
	feedLength string
	newToken   func() string
	deflaters  *sync.Pool
	statics    *statics
	appends    *gather.Group[appendCall, []any]
	claims     *gather.Group[claimCall, []any]
	finishes   *gather.Group[finishCall, []any]

	appendScript, collectScript, closeScript, partsScript, sealScript        *redis.Script
	claimScript, finishScript, releaseScript, cancelScript, redispatchScript *redis.Script
	trimScript, trimEventsScript                                             *redis.Script
}

var _ history.History = (*Store)(nil)

//go:embed scripts/*.lua
var scripts embed.FS

// New returns a Store on client. It sends nothing.
func New(client redis.UniversalClient, o Options) *Store {
	if o.Prefix == "" {
		o.Prefix = DefaultPrefix
	}
	if o.FeedLength <= 0 {
		o.FeedLength = DefaultFeedLength
	}
	if o.NewToken == nil {
		o.NewToken = rand.Text
	}
	s := &Store{
		client: client, base: o.Prefix + ":h3:", feedLength: strconv.Itoa(o.FeedLength), newToken: o.NewToken,
		deflaters:    &sync.Pool{New: newDeflater},
		statics:      &statics{},
		appendScript: script("events", "append"), collectScript: script("events", "collect"), closeScript: script("events", "close"),
		partsScript: script("parts"), sealScript: script("seal"), claimScript: script("claim"), finishScript: script("finish"),
		releaseScript: script("release"), cancelScript: script("cancel"), redispatchScript: script("redispatch"),
		trimScript: script("events", "trim"), trimEventsScript: script("events", "trimevents"),
	}
	s.appends = gather.New(gatherWidth, gatherMost, gatherWithin, s.appendAll)
	s.claims = gather.New(gatherWidth, gatherMost, gatherWithin, s.claimAll).Fair(func(c claimCall) string { return c.claim.SubscriptionID })
	s.finishes = gather.New(gatherWidth, gatherMost, gatherWithin, s.finishAll).Fair(func(c finishCall) string { return c.subscription })
	return s
}

// Bounds of gathered calls: a script of 24 takes Redis about a millisecond, during which it serves nobody else. The time is longer than the
// client's own timeouts and repetitions, which shall decide.
const (
	gatherWidth  = 2
	gatherMost   = 24
	gatherWithin = 30 * time.Second
)

// script joins the shared part and others. The files are embedded, so reading them cannot fail; a missing one would be an empty script that
// every test trips over.
func script(names ...string) *redis.Script {
	whole, _ := scripts.ReadFile("scripts/prelude.lua")
	for _, name := range names {
		part, _ := scripts.ReadFile("scripts/" + name + ".lua")
		whole = append(whole, part...)
	}
	return redis.NewScript(string(whole))
}

func newDeflater() any {
	w, _ := flate.NewWriter(io.Discard, flate.BestSpeed) // only an unknown level fails
	return w
}

// key returns the key that the parts name.
func (s *Store) key(parts ...string) string {
	return s.base + strings.Join(parts, "")
}

// errReply is returned for an answer that no script of this version gives.
var errReply = errors.New("answer of Redis has an unknown form")

// run runs a script and turns the word its answer begins with into an error.
func (s *Store) run(ctx context.Context, script *redis.Script, args ...any) ([]any, error) {
	reply, err := s.eval(ctx, script, args)
	if err != nil {
		return nil, err
	}
	return judge(reply)
}

// runAll runs a script that answers several calls.
func (s *Store) runAll(ctx context.Context, script *redis.Script, args []any) ([][]any, error) {
	reply, err := s.eval(ctx, script, args)
	if err != nil {
		return nil, err
	}
	answers := make([][]any, len(reply))
	for i, v := range reply {
		answers[i], _ = v.([]any)
	}
	return answers, nil
}

func (s *Store) eval(ctx context.Context, script *redis.Script, args []any) ([]any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	all := append([]any{s.base, s.feedLength}, args...)
	reply, err := script.Run(ctx, s.client, []string{s.key("feed")}, all...).Slice()
	if err != nil {
		return nil, fmt.Errorf("history in redis: %w", err)
	}
	return reply, nil
}

// judge turns the word an answer begins with into an error.
func judge(answer []any) ([]any, error) {
	if len(answer) == 0 {
		return nil, errReply
	}
	word, rest := text(answer[0]), answer[1:]
	switch word {
	case "ok", "none":
		return rest, nil
	case "stale":
		return nil, history.ErrStale
	case "parked":
		return nil, history.ErrParked
	case "later":
		return rest, history.ErrLater
	case "settled":
		return nil, history.ErrSettled
	case "missing":
		return nil, history.ErrNotFound
	case "exists":
		return nil, fmt.Errorf("delivery %s: %w", text(nth(rest, 0)), history.ErrExists)
	case "chain":
		return nil, fmt.Errorf("delivery %s: %w", text(nth(rest, 0)), history.ErrChain)
	default:
		return nil, errReply
	}
}

// deflate returns data as kept: a flag byte, and deflated where that is worth it.
func (s *Store) deflate(data []byte) []byte {
	if len(data) <= deflateAboveBytes {
		return append([]byte{plainFlag}, data...)
	}
	var out bytes.Buffer
	out.WriteByte(deflatedFlag)
	w, ok := s.deflaters.Get().(*flate.Writer)
	if !ok {
		return append([]byte{plainFlag}, data...)
	}
	defer s.deflaters.Put(w)
	w.Reset(&out)
	_, errWrite := w.Write(data)
	if err := errors.Join(errWrite, w.Close()); err != nil { // a bytes.Buffer does not fail
		return append([]byte{plainFlag}, data...)
	}
	return out.Bytes()
}
