package payloads

import "cmp"

// Fidelity is how sure we are of a fact.
type Fidelity string

// The certainties, from best to weakest.
const (
	FromSource Fidelity = "source"     // read in the platform's code
	Documented Fidelity = "documented" // in the platform's documentation
	Observed   Fidelity = "observed"   // seen on the wire or in a run
	Assumed    Fidelity = "assumed"    // nobody published it
)

// FidelityOf returns how sure the payload of a variant is, "" meaning the first one; that of the event type where the variant says nothing.
func (e EventType) FidelityOf(variant string) Fidelity {
	for i, v := range e.Variants {
		if v.Name == variant || variant == "" && i == 0 {
			return cmp.Or(v.Fidelity, e.Fidelity)
		}
	}
	return e.Fidelity
}
