package aquarium

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// listed is how many ids a result lists.
const listed = 20

func createIssues(in payloads.ActionInput) (payloads.Effect, error) {
	st, err := readState(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	p, err := st.project(in, true)
	if err != nil {
		return payloads.Effect{}, err
	}
	d, err := st.examined(in, p)
	if err != nil {
		return payloads.Effect{}, err
	}
	src := synth.New(in.Seed, in.Seed)
	at := in.Now.UTC().Add(-newLag(src))
	about, ids := subject{Project: p.Name}, payloads.Array{}
	for _, name := range issueNames(in, p, src) {
		made := st.newIssue(p, d, name, in.Seed, at)
		made.ElementType, made.Elements.Count = in.String("element_type"), int(in.Int("elements"))
		st.Issues = append(st.Issues, made)
		about.Issues = append(about.Issues, made.issue)
		ids = append(ids, made.ID)
	}
	result := payloads.Obj("id", ids[0], "project", p.Name, "dataset", d.ID, "inference_set", orNull(d.Inference), "issues", ids, "count", len(ids))
	return st.effect(result, keyCreated, about)
}

// issueNames are the names of count new issues: one name numbered, or different ones, numbered when there are no more.
func issueNames(in payloads.ActionInput, p *projectState, src *synth.Source) []string {
	drawn := synth.Sample(src, mostCreated, domainOf(p.Domain).issues...)
	if in.Has("name") {
		drawn = []string{in.String("name")}
	}
	names := make([]string, in.Int("count"))
	for n := range names {
		names[n] = drawn[n%len(drawn)]
		if round := n / len(drawn); round > 0 {
			names[n] += fmt.Sprintf(" %d", round+1)
		}
	}
	return names
}

// examined is the dataset or inference set whose elements the new issues gather.
func (st *state) examined(in payloads.ActionInput, p *projectState) (datasetState, error) {
	base, err := st.labeledDataset(in, p)
	if err != nil {
		return datasetState{}, err
	}
	wanted := in.String("inference_set")
	if in.Has("inference_set") && wanted == "" {
		return *base, nil
	}
	d := st.newest(func(d datasetState) bool {
		return d.Project == p.Name && d.ID == base.ID && d.Inference != "" && (wanted == "" || d.Inference == wanted)
	})
	switch {
	case d != nil:
		return *d, nil
	case wanted != "":
		return datasetState{}, payloads.ParamErrorf("inference_set", "dataset %q has no processed inference set %q; GET /api/v1/platforms/aquarium/world lists them", base.ID, wanted)
	default:
		return *base, nil
	}
}

// newIssue makes an issue about a dataset or inference set, in triage, with an id that no other has. Its elements come from the same draws
// as its id, so no two issues share any.
func (st *state) newIssue(p *projectState, d datasetState, name string, seed uint64, at time.Time) issueState {
	src := sourceOf(seed, seed, placeIssue)
	i := issueState{Project: p.Name}
	i.ID = src.UUID()
	for n := uint64(1); st.issue(i.ID) != nil; n++ {
		src = sourceOf(seed, seed+n, placeIssue)
		i.ID = src.UUID()
	}
	i.Name, i.Dataset, i.Inference = name, d.ID, d.Inference
	i.ElementType, i.State, i.Created, i.Updated = variantFrame, stateTriage, at, at
	i.Reporter = synth.Pick(src, p.Members...)
	i.Elements = elements{Domain: p.Domain, Count: mostElements, Captured: d.Captured}
	i.Elements.Seed, i.Elements.IDSeed = binary.LittleEndian.Uint64(src.Bytes(8)), binary.LittleEndian.Uint64(src.Bytes(8))
	return i
}

// issue returns the issue with an id, or nil.
func (st *state) issue(id string) *issueState {
	if at := slices.IndexFunc(st.Issues, func(i issueState) bool { return i.ID == id }); at >= 0 {
		return &st.Issues[at]
	}
	return nil
}

// chosen returns the issue that the parameters name, or the newest that fits, or the newest. Where there is none, somebody made one before.
func (st *state) chosen(in payloads.ActionInput, fits func(issueState) bool) (*issueState, error) {
	p, err := st.project(in, false)
	if err != nil {
		return nil, err
	}
	here := func(i issueState) bool { return !in.Has("project") || i.Project == p.Name }
	if in.Has("issue") {
		if i := st.issue(in.String("issue")); i != nil && here(*i) {
			return i, nil
		}
		return nil, payloads.ParamErrorf("issue", "no issue there has the id %q; GET /api/v1/platforms/aquarium/world lists them", in.String("issue"))
	}
	for _, wish := range []func(issueState) bool{fits, func(issueState) bool { return true }} {
		for at := len(st.Issues) - 1; at >= 0; at-- {
			if i := &st.Issues[at]; here(*i) && wish(*i) {
				return i, nil
			}
		}
	}
	d, err := st.labeledDataset(payloads.ActionInput{Params: payloads.Obj(), Seed: in.Seed, Now: in.Now}, p)
	if err != nil {
		return nil, err
	}
	name := synth.Pick(synth.New(in.Seed, in.Seed), domainOf(p.Domain).issues...)
	st.Issues = append(st.Issues, st.newIssue(p, *d, name, in.Seed, in.Now.UTC().Add(-time.Hour)))
	return &st.Issues[len(st.Issues)-1], nil
}

func unsettled(i issueState) bool { return !i.settled() }

// snapshot is the issue as an event at the time now shows it: a world that has seen later times shows nothing after the event.
func (i *issueState) snapshot(now time.Time) issue {
	const day = 24 * time.Hour
	s := i.issue
	s.Updated = earlier(s.Updated, now)
	s.Created = earlier(s.Created, s.Updated)
	s.Elements.Captured = earlier(s.Elements.Captured, now.Add(-5*day))
	return s
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
