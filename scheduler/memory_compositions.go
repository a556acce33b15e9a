package scheduler

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// Compositions lists the saved compositions by name.
func (m *Memory) Compositions(ctx context.Context) ([]Composition, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.SortedFunc(maps.Values(m.compositions), func(a, b Composition) int { return cmp.Compare(a.Name, b.Name) }), nil
}

// Composition returns one, as Compositions says.
func (m *Memory) Composition(ctx context.Context, name string) (Composition, error) {
	if err := ctx.Err(); err != nil {
		return Composition{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.compositions[name]
	if !ok {
		return Composition{}, ErrNoComposition
	}
	return c, nil
}

// SaveComposition stores one, as Compositions says.
func (m *Memory) SaveComposition(ctx context.Context, c Composition) error {
	if err := cmp.Or(ctx.Err(), c.Check()); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.compositions[c.Name]; !ok && len(m.compositions) >= MaxCompositions {
		return ErrCompositionsFull
	}
	c.SavedAt = c.SavedAt.UTC()
	m.compositions[c.Name] = c
	return nil
}

// DeleteComposition removes one.
func (m *Memory) DeleteComposition(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.compositions, name)
	return nil
}
