package scheduler

import (
	"context"
	"errors"
	"fmt"

	"github.com/annohook/annohook/payloads"
)

// ErrWorldChanged is returned by Worlds.PutWorld when another writer came first, and by Act when that happened again and again.
var ErrWorldChanged = errors.New("the world was changed by somebody else meanwhile")

// Worlds keeps the state of each platform's world. Safe for concurrent use, by several processes where it is shared.
type Worlds interface {
	// World returns the state of a platform's world and its version; a nil state is a fresh world, version 0 one that was never stored.
	// The caller owns the bytes.
	World(ctx context.Context, platform string) (state []byte, version int64, err error)
	// PutWorld stores a state in place of the given version, which World returned; ErrWorldChanged when it is another by now. A nil
	// state makes the world fresh again. A version is never used twice, not even by a world that was made fresh.
	PutWorld(ctx context.Context, platform string, state []byte, version int64) error
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
	state, _, err := s.worlds.World(ctx, platform)
	if err != nil {
		return nil, fmt.Errorf("read the world of %s: %w", platform, err)
	}
	shown, err := p.Inspect(state)
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
	for range actTries {
		state, version, err := s.worlds.World(ctx, platform)
		if err != nil {
			return fmt.Errorf("read the world of %s: %w", platform, err)
		}
		if state == nil {
			return nil
		}
		err = s.worlds.PutWorld(ctx, platform, nil, version)
		if !errors.Is(err, ErrWorldChanged) {
			return err
		}
	}
	return fmt.Errorf("reset %s: %w, %d times in a row; try again", platform, ErrWorldChanged, actTries)
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
