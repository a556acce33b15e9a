package argilla

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads"
)

// subject is what an event is about: rows as they were at that moment, without what hangs on them. It holds seeds instead of texts, so
// that five hundred events of one bulk call stay small.
type subject struct {
	Workspace workspaceRow `json:"workspace"`
	Dataset   datasetRow   `json:"dataset"`
	Record    *recordRow   `json:"record,omitempty"`
	Response  *responseRow `json:"response,omitempty"`
	User      *userRow     `json:"user,omitempty"`
	// Counted is the record after the response was counted, for listeners that switch the stale record off.
	Counted *countedRow `json:"counted,omitempty"`
}

type countedRow struct {
	Completed bool   `json:"d,omitempty"`
	Changed   micros `json:"u"`
}

// resource is the kind of thing an event shows under data.
type resource int

// The resources.
const (
	showsNothing resource = iota
	showsDataset
	showsRecord
	showsResponse
)

func (s *state) datasetSubject(d *datasetRow) subject {
	out := subject{Dataset: *d}
	out.Dataset.Records = nil
	if w := s.workspace(d.Workspace); w != nil {
		out.Workspace = *w
	}
	return out
}

func (s *state) recordSubject(d *datasetRow, rec *recordRow) subject {
	out := s.datasetSubject(d)
	row := *rec
	row.Responses = nil
	out.Record = &row
	return out
}

func (s *state) responseSubject(d *datasetRow, rec *recordRow, response responseRow) subject {
	out := s.recordSubject(d, rec)
	out.Response = &response
	if u := s.user(response.User); u != nil {
		row := *u
		out.User = &row
	}
	return out
}

// subjectData prints what stands under data for a stored subject.
func subjectData(b payloads.Build, shows resource) (*payloads.Object, error) {
	var s subject
	if err := json.Unmarshal(b.Subject, &s); err != nil {
		return nil, fmt.Errorf("read the subject of an argilla event: %w", err)
	}
	if (shows >= showsRecord && s.Record == nil) || (shows == showsResponse && (s.Response == nil || s.User == nil)) {
		return nil, fmt.Errorf("%w: its subject lacks the record, response or user", ErrWorld)
	}
	return s.print(optionsOf(b.Subscription), shows), nil
}

// print prints a complete subject.
func (s subject) print(o options, shows resource) *payloads.Object {
	w := s.world(o)
	dataset := datasetState{
		draft: s.Dataset.Draft, children: everyChildren,
		created: s.Dataset.Created.time(), changed: s.Dataset.Changed.time(), lastUse: s.Dataset.LastUse.time(),
	}
	if s.Dataset.Bare {
		dataset.children = noChildren
	}
	if shows == showsDataset {
		return w.dataset(dataset)
	}
	record := recordState{
		completed: s.Record.Completed, created: s.Record.Created.time(), changed: s.Record.Changed.time(), dataset: dataset,
	}
	if shows == showsRecord {
		return w.record(record)
	}
	if s.Counted != nil && !o.staleRecord {
		record.completed, record.changed = s.Counted.Completed, s.Counted.Changed.time()
	}
	return w.response(responseState{
		status: s.Response.Status, created: s.Response.Created.time(), changed: s.Response.Changed.time(), record: record,
	})
}

// world draws what the subject's seeds stand for and puts in what users said.
func (s subject) world(o options) *world {
	w := &world{options: o, kind: s.Dataset.Kind}
	for p := range w.seeds {
		w.seeds[p] = seeds{s.Dataset.Seed, s.Dataset.Seed}
	}
	w.seeds[placeWorkspace] = seeds{s.Workspace.Seed, s.Workspace.Seed}
	w.workspaceName = s.Workspace.Name
	if r := s.Record; r != nil {
		texts := edited(r.Seed, r.Texts)
		w.seeds[placeText], w.seeds[placeFieldValues], w.seeds[placeRecord] = texts, texts, edited(r.Seed, r.Values)
		w.stated.metadata = objectOf(r.Metadata)
	}
	if r := s.Response; r != nil {
		w.seeds[placeResponse] = edited(r.Seed, r.Edits)
		w.stated.values = objectOf(r.Values)
	}
	w.clock = newClock(time.Time{}, w.source(placeTimes))
	w.workspaceAt, w.datasetAt = s.Workspace.At.time(), s.Dataset.Created.time()
	if u := s.User; u != nil {
		w.seeds[placeUser] = seeds{u.Seed, u.Seed}
		w.username, w.role, w.userAt = u.Username, u.Role, u.At.time()
	}
	w.draw()
	w.meta.name, w.meta.minSubmitted, w.meta.guidelines = s.Dataset.Name, s.Dataset.Minimum, nil
	if s.Dataset.Guidelines != nil {
		w.meta.guidelines = *s.Dataset.Guidelines
	}
	if s.Dataset.Ready != 0 {
		w.squeeze(w.childCount(), s.Dataset.Ready.time().Sub(w.datasetAt))
	}
	return w
}

// edited are the seeds of a thing that was changed n times: new content, the same id.
func edited(seed uint64, n uint32) seeds {
	if n == 0 {
		return seeds{seed, seed}
	}
	return seeds{mix(seed ^ uint64(n)), seed}
}

// objectOf reads what a user said; nil where nothing was said.
func objectOf(raw json.RawMessage) *payloads.Object {
	if len(raw) == 0 {
		return nil
	}
	v, err := payloads.ParseValue(raw)
	if err != nil {
		return nil
	}
	o, _ := v.(*payloads.Object)
	return o
}
