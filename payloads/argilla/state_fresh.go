package argilla

import (
	"time"
)

// freshSeed makes the fresh world the same for everybody: its ids can stand in documents.
const freshSeed = 0x6172_6769_6c6c_6131

// The fresh world.
const (
	freshRecords    = 20
	freshAnnotators = 3
	freshWorkspace  = "argilla"
	freshReady      = "support-tickets"
	freshDraft      = "news-entities-draft"
)

// freshState is a server that has been in use for a while: a workspace, an owner and three annotators, a published dataset whose records
// wait for one response each, and a draft. Its times are fixed; only where now lies before them, the whole world is moved back by days.
func freshState(now time.Time) *state {
	const day = 24 * time.Hour
	start := time.Date(2025, time.September, 1, 7, 58, 11, 482_913_000, time.UTC)
	const ready, draft, end = 77*day + 83*time.Minute, 92*day + 7*time.Hour, 100 * day
	if !now.IsZero() && now.Before(start.Add(end)) {
		days := int(start.Add(end).Sub(now)/day) + 1
		start = start.AddDate(0, 0, -days)
	}
	at := microsOf(start)
	s := &state{Version: stateVersion, Last: at.add(draft + time.Hour)}
	workspace := s.newWorkspace(freshSeed, freshWorkspace, at)
	s.newUser(freshSeed, roleOwner, at.add(12*time.Minute))
	for i := range freshAnnotators {
		s.newUser(freshSeed, roleAnnotator, at.add(2*day+time.Duration(i)*433_213_317*time.Microsecond))
	}
	d := s.newDataset(freshSeed, workspace, kindText, at.add(ready))
	d.Name, d.Minimum = freshReady, 1
	d.publish(at.add(ready + 311*time.Millisecond))
	s.fill(d, freshSeed, freshRecords, at.add(ready+95*time.Second))
	d = s.newDataset(freshSeed, workspace, kindText, at.add(draft))
	d.Name, d.Minimum, d.Bare = freshDraft, 2, false
	d.Ready = at.add(draft + 402*time.Millisecond)
	return s
}

// Roles of users.
const (
	roleOwner     = "owner"
	roleAnnotator = "annotator"
)

func (s *state) newWorkspace(random uint64, name string, at micros) uint64 {
	seed := s.newSeed(random)
	s.Workspaces = append(s.Workspaces, workspaceRow{Seed: seed, Name: name, At: at})
	return seed
}

// mostNamings bounds the search for a free name; there are about three times as many names as a world has datasets.
const mostNamings = 200

// newDataset adds a draft without children, with guidelines, a minimum and a name of its own in the workspace that are drawn.
func (s *state) newDataset(random, workspace uint64, kind fieldKind, at micros) *datasetRow {
	d := &datasetRow{
		Seed: s.newSeed(random), Workspace: workspace, Kind: kind, Draft: true, Bare: true, Created: at, Changed: at, LastUse: at,
	}
	facts := d.facts()
	for tries := 0; s.named(workspace, facts.name) != nil && tries < mostNamings; tries++ {
		d.Seed = s.newSeed(random)
		facts = d.facts()
	}
	d.Name, d.Minimum = facts.name, facts.minSubmitted
	if text, ok := facts.guidelines.(string); ok {
		d.Guidelines = &text
	}
	s.Datasets = append(s.Datasets, d)
	return d
}

// publish makes a draft ready, with all its children.
func (r *datasetRow) publish(at micros) {
	if r.Ready == 0 {
		r.Ready = at
	}
	r.Draft, r.Bare, r.Changed, r.LastUse = false, false, at, at
}

// bulkStep lies between two records of one bulk call: their rows are flushed one after another.
const bulkStep = 211 * time.Microsecond

// fill adds pending records, inserted one after another from at on.
func (s *state) fill(d *datasetRow, random uint64, n int, at micros) []*recordRow {
	first := len(d.Records)
	for i := range n {
		inserted := at.add(time.Duration(i) * bulkStep)
		d.Records = append(d.Records, &recordRow{Seed: s.newSeed(random), Created: inserted, Changed: inserted})
	}
	return d.Records[first:]
}
