package scheduler

import (
	"context"
	"slices"
)

// World returns a state, as Worlds says.
func (m *Memory) World(ctx context.Context, platform string) (WorldState, error) {
	if err := ctx.Err(); err != nil {
		return WorldState{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	w := m.worlds[platform]
	w.State, w.Owed = slices.Clone(w.State), slices.Clone(w.Owed)
	return w, nil
}

// PutWorld stores a state, as Worlds says.
func (m *Memory) PutWorld(ctx context.Context, platform string, next WorldState) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if w := m.worlds[platform]; w.Version != next.Version || w.Owed != nil {
		return ErrWorldChanged
	}
	m.worlds[platform] = WorldState{State: slices.Clone(next.State), Version: next.Version + 1, Owed: slices.Clone(next.Owed)}
	return nil
}

// Paid forgets what a world owes, as Worlds says.
func (m *Memory) Paid(ctx context.Context, platform string, version int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if w := m.worlds[platform]; w.Version == version {
		w.Owed = nil
		m.worlds[platform] = w
	}
	return nil
}

// Owing lists worlds, as Worlds says.
func (m *Memory) Owing(ctx context.Context) (map[string]int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	owing := map[string]int64{}
	for platform, w := range m.worlds {
		if w.Owed != nil {
			owing[platform] = w.Version
		}
	}
	return owing, nil
}
