package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
)

// ErrWorldChanged is returned by Worlds.PutWorld when another writer came first, and by Act when that happened again and again.
var ErrWorldChanged = errors.New("the world was changed by somebody else meanwhile")

// WorldState is what is kept of a platform's world.
type WorldState struct {
	State   []byte // nil: a fresh world
	Version int64  // 0: never stored
	Owed    []byte // of the events of the last change, until they are recorded; nil: nothing
}

// Worlds keeps the state of each platform's world. Safe for concurrent use, by several processes where it is shared.
type Worlds interface {
	// World returns what is kept of a platform's world. The caller owns the bytes.
	World(ctx context.Context, platform string) (WorldState, error)
	// PutWorld stores State and Owed in place of Version, which World returned, and gives the world the version after it. ErrWorldChanged when the world
	// has another version by now, or owes events: a change waits until those of the one before are recorded. A nil State makes the world fresh again.
	// A version is never used twice, not even by a world that was made fresh.
	PutWorld(ctx context.Context, platform string, next WorldState) error
	// Paid forgets what the world owes, unless its version is another by now.
	Paid(ctx context.Context, platform string, version int64) error
	// Owing lists the worlds that owe events, with their versions.
	Owing(ctx context.Context) (map[string]int64, error)
}

// worldPlatform finds a platform that has a world.
func (s *Scheduler) worldPlatform(id string) (payloads.Platform, error) {
	p, err := s.registry.Platform(id, "")
	if err != nil {
		return p, s.unknownPlatform(id)
	}
	if p.Inspect == nil {
		return p, invalid("platform", p.Name+" has no actions and so no world")
	}
	return p, nil
}

// World shows the present world of a platform to people, as Platform.Inspect does. *InvalidError for a platform without actions.
func (s *Scheduler) World(ctx context.Context, platform string) (*payloads.Object, error) {
	p, err := s.worldPlatform(platform)
	if err != nil {
		return nil, err
	}
	w, err := s.worlds.World(ctx, platform)
	if err != nil {
		return nil, fmt.Errorf("read the world of %s: %w", platform, err)
	}
	shown, err := p.Inspect(w.State)
	if err != nil {
		return nil, fmt.Errorf("show the world of %s: %w", platform, err)
	}
	return shown, nil
}

// ResetWorld makes the world of a platform fresh. What was published stays. *InvalidError for a platform without actions.
func (s *Scheduler) ResetWorld(ctx context.Context, platform string) error {
	if _, err := s.worldPlatform(platform); err != nil {
		return err
	}
	leave, err := s.enterWorld(ctx, platform)
	if err != nil {
		return err
	}
	defer leave()
	return insist(ctx, func() error {
		w, err := s.cleared(ctx, platform)
		if err != nil || w.State == nil {
			return err
		}
		return s.worlds.PutWorld(ctx, platform, WorldState{Version: w.Version})
	})
}

// insistFor bounds how long a change of a world is tried while other processes come first. It is a time and no number of tries: a process that
// finds the world free for a few milliseconds at each look loses many times in a row to one that acts without a pause.
const insistFor = 10 * time.Second

// insistEvery is the pause after a try that came too late.
const insistEvery = time.Millisecond

// insist makes a change of a world again while it ends in ErrWorldChanged. Within one process changes wait for each other, so only other
// processes can come first.
func insist(ctx context.Context, change func() error) error {
	patience := time.After(insistFor)
	for {
		err := change()
		if !errors.Is(err, ErrWorldChanged) {
			return err
		}
		select {
		case <-patience:
			return fmt.Errorf("%w, again and again for %v; try again", err, insistFor)
		case <-time.After(insistEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// enterWorld waits until no other action of this process works on a world: actions then record their events in the order in which they
// changed it, and compare-and-set has to settle only what other processes do. The caller leaves by the function returned.
func (s *Scheduler) enterWorld(ctx context.Context, platform string) (leave func(), err error) {
	gate := s.gates[platform]
	select {
	case gate <- struct{}{}:
		return func() { <-gate }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// gatesFor makes one gate, which one can pass at a time, for each platform.
func gatesFor(r *payloads.Registry) map[string]chan struct{} {
	gates := map[string]chan struct{}{}
	for _, id := range r.IDs() {
		gates[id] = make(chan struct{}, 1)
	}
	return gates
}
