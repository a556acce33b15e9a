package payloads

import (
	"errors"
	"fmt"
	"strings"
)

// Variant is one of several forms an event type has.
type Variant struct {
	Name     string
	Summary  string
	Fidelity Fidelity
}

// ErrVariant is in the chain of a builder's error for a variant that its event type does not have.
var ErrVariant = errors.New("no such variant")

// VariantNamed resolves the name of a variant of the event type called key: "" is the first one, and stays "" where there are none. For
// any other name the error tells what there is. Builders begin with it.
func VariantNamed(key string, variants []Variant, name string) (string, error) {
	names := EventType{Variants: variants}.VariantNames()
	for _, n := range names {
		if name == "" || name == n {
			return n, nil
		}
	}
	switch {
	case name == "":
		return "", nil
	case len(names) == 0:
		return "", fmt.Errorf("%w: event type %s has none, so not %q", ErrVariant, key, name)
	default:
		return "", fmt.Errorf("%w: event type %s has no %q, only %s", ErrVariant, key, name, strings.Join(names, ", "))
	}
}

// VariantNames lists the names of the variants of e; empty where it has one form only.
func (e EventType) VariantNames() []string {
	names := make([]string, len(e.Variants))
	for i, v := range e.Variants {
		names[i] = v.Name
	}
	return names
}
