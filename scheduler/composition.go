package scheduler

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of saved compositions.
const (
	MaxCompositions         = 100
	MaxCompositionNameRunes = 80
	MaxCompositionBytes     = 64 << 10 // of one state
)

// The errors of Compositions.
var (
	ErrNoComposition    = errors.New("no composition has this name")
	ErrCompositionsFull = fmt.Errorf("%d compositions are saved, which is the most; delete one first", MaxCompositions)
)

// Composition is a trigger that somebody put together and saved under a name.
type Composition struct {
	Name    string    `json:"name"`     // unique
	State   string    `json:"state"`    // whatever its maker needs to make it again; no secret
	SavedAt time.Time `json:"saved_at"` // UTC
}

// Compositions keeps saved compositions. Safe for concurrent use, by several processes where it is shared.
type Compositions interface {
	// Compositions lists all of them by name.
	Compositions(ctx context.Context) ([]Composition, error)
	// Composition returns one, or ErrNoComposition.
	Composition(ctx context.Context, name string) (Composition, error)
	// SaveComposition stores c in place of the one of that name. It returns *InvalidError for a name or state that is out of bounds and
	// ErrCompositionsFull where there is no room for another one.
	SaveComposition(ctx context.Context, c Composition) error
	// DeleteComposition removes one; it is no error when there is none of that name.
	DeleteComposition(ctx context.Context, name string) error
}

// Check returns *InvalidError for a name or state that is out of bounds.
func (c Composition) Check() error {
	unseen := func(r rune) bool { return !unicode.IsPrint(r) }
	if n := utf8.RuneCountInString(c.Name); n == 0 || n > MaxCompositionNameRunes || !utf8.ValidString(c.Name) ||
		strings.ContainsFunc(c.Name, unseen) || strings.TrimSpace(c.Name) != c.Name {
		return invalid("name", fmt.Sprintf("1 to %d visible characters are allowed, without a space at either end", MaxCompositionNameRunes))
	}
	if len(c.State) > MaxCompositionBytes {
		return invalid("name", fmt.Sprintf("this composition has %d bytes, at most %d can be saved", len(c.State), MaxCompositionBytes))
	}
	return nil
}
