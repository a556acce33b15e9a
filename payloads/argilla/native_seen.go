package argilla

import (
	"bytes"
	"container/list"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/annohook/annohook/payloads"
)

// The bounds of what a server remembers of the bodies that were sent.
const (
	mostSeen  = 512 // datasets and records
	mostNew   = 300 // bodies looked at for one request
	mostHeads = 3   // of the newest bodies, by which it knows where it stopped last time
)

// thing names a dataset or a record.
type thing struct {
	kind resource
	id   string
}

// sighting is a thing in the newest body that showed it.
type sighting struct {
	thing
	shown *payloads.Object // as events show it; never changed
	gone  bool             // the body told of its deletion
	stale bool             // a record inside a response event
}

// seen finds datasets and records in the bodies that were sent. It is a cache: each body is read once, and a request that finds no new
// body costs one look at the newest few. It is safe for concurrent use.
type seen struct {
	mu     sync.Mutex
	heads  [][sha256.Size]byte // of the newest bodies, the newest first
	things map[thing]*list.Element
	order  *list.List // of sighting, the latest used first

	world []byte // as last read
	state *state // made from it; only read
}

func newSeen() *seen { return &seen{things: map[thing]*list.Element{}, order: list.New()} }

// find returns the newest sighting of a thing; nil without one, or where it was deleted.
func (s *seen) find(ctx context.Context, host payloads.Host, wanted thing) (*payloads.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.catchUp(ctx, host); err != nil {
		return nil, err
	}
	e := s.things[wanted]
	if e == nil {
		return nil, nil //nolint:nilnil // nothing there
	}
	s.order.MoveToFront(e)
	if found := known(e); !found.gone {
		return found.shown, nil
	}
	return nil, nil //nolint:nilnil // deleted
}

func known(e *list.Element) sighting {
	found, _ := e.Value.(sighting)
	return found
}

// sentBody is one that was sent, with the key of its type.
type sentBody struct {
	key  string
	text []byte
}

// catchUp reads the bodies that were sent since the last time.
func (s *seen) catchUp(ctx context.Context, host payloads.Host) error {
	var fresh []sentBody
	var hashes [][sha256.Size]byte
	err := host.Sent(ctx, mostNew, func(key string, body []byte) bool {
		fresh = append(fresh, sentBody{key, bytes.Clone(body)})
		hashes = append(hashes, sha256.Sum256(body))
		return !s.endsAtHeads(hashes)
	})
	if err != nil {
		return fmt.Errorf("look for sent bodies: %w", err)
	}
	if s.endsAtHeads(hashes) {
		fresh = fresh[:len(fresh)-len(s.heads)]
	}
	for i, body := range slices.Backward(fresh) {
		if i+1 < len(fresh) && hashes[i] == hashes[i+1] {
			continue // the same event for another subscription
		}
		for _, found := range sightings(body) {
			s.note(found)
		}
	}
	s.heads = hashes[:min(len(hashes), mostHeads)]
	return nil
}

// endsAtHeads reports whether the last of the hashes are the ones that were the newest last time.
func (s *seen) endsAtHeads(hashes [][sha256.Size]byte) bool {
	at := len(hashes) - len(s.heads)
	if len(s.heads) == 0 || at < 0 {
		return false
	}
	for i, h := range s.heads {
		if hashes[at+i] != h {
			return false
		}
	}
	return true
}

// note keeps a sighting. A stale record does not replace a better one.
func (s *seen) note(found sighting) {
	if e := s.things[found.thing]; e != nil {
		if !found.stale || known(e).stale {
			e.Value = found
		}
		s.order.MoveToFront(e)
		return
	}
	s.things[found.thing] = s.order.PushFront(found)
	if last := s.order.Back(); s.order.Len() > mostSeen {
		delete(s.things, known(last).thing)
		s.order.Remove(last)
	}
}

// sightings are the dataset and the record in one body. A body that a user has written may hold anything.
func sightings(b sentBody) []sighting {
	v, err := payloads.ParseValue(b.text)
	if err != nil {
		return nil
	}
	event, _ := v.(*payloads.Object)
	data := objectAt(event, "data")
	family, action, _ := strings.Cut(b.key, ".")
	gone := action == "deleted"
	switch family {
	case "dataset":
		return shown(nil, sighting{thing: thing{kind: showsDataset}, shown: data, gone: gone})
	case "record":
		list := shown(nil, sighting{thing: thing{kind: showsDataset}, shown: objectAt(data, "dataset")})
		return shown(list, sighting{thing: thing{kind: showsRecord}, shown: data, gone: gone})
	case "response":
		record := objectAt(data, "record")
		list := shown(nil, sighting{thing: thing{kind: showsDataset}, shown: objectAt(record, "dataset")})
		return shown(list, sighting{thing: thing{kind: showsRecord}, shown: record, stale: true})
	default:
		return nil
	}
}

// shown adds a sighting if it has an id.
func shown(list []sighting, s sighting) []sighting {
	id, wrong := "", "missing"
	if text, ok := get(s.shown, "id").(string); ok {
		id, wrong = parseUUID(text)
	}
	if wrong != "" {
		return list
	}
	s.id = id
	return append(list, s)
}

// state reads the world, from its bytes only where they are others than last time. The result must not be changed.
func (c *call) state() (*state, error) {
	world, err := c.host.World(c.Context())
	if err != nil {
		return nil, fmt.Errorf("read the world: %w", err)
	}
	s := c.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == nil || !bytes.Equal(world, s.world) {
		fresh, err := readState(world, time.Time{})
		if err != nil {
			return nil, err
		}
		s.world, s.state = bytes.Clone(world), fresh
	}
	return s.state, nil
}
