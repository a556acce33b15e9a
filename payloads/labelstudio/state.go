package labelstudio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Bounds of the world. What is older is forgotten, settled things first; its counts stay in the counters of its project.
const (
	maxProjects    = 40
	maxBatches     = 250  // of all projects together
	maxRuns        = 1000 // of all batches together
	maxAnnotations = 500
	maxPredictions = 200
	maxLabels      = 150
	maxWorldBytes  = 240 << 10
)

// ErrWorld is returned for a world or a subject that is not one of ours.
var ErrWorld = errors.New("not a world of label studio")

// state is the world that actions work on: one organization with its projects.
type state struct {
	Last     lastIDs         `json:"last"`
	Users    int64           `json:"users"`             // their ids are 1 to Users; 1 owns the organization
	Current  int64           `json:"current,omitempty"` // project worked on last, 0 without any
	Projects []*projectState `json:"projects"`          // oldest first
	Labels   []*labelState   `json:"labels,omitempty"`  // oldest first
}

// lastIDs are the last numbers that each table gave. Numbers are not used again.
type lastIDs struct {
	Project    int64 `json:"project"`
	Task       int64 `json:"task"`
	Annotation int64 `json:"annotation"`
	Prediction int64 `json:"prediction"`
	Label      int64 `json:"label"`
	Link       int64 `json:"link"`
	Upload     int64 `json:"upload"`
}

// next counts a table up.
func next(last *int64) int64 {
	*last++
	return *last
}

// settings is a project without what is in it.
type settings struct {
	ID          int64  `json:"id"`
	Owner       int64  `json:"owner"`
	Token       string `json:"token"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Instruction string `json:"instruction,omitempty"`
	Instructed  bool   `json:"instructed,omitempty"`
	Color       string `json:"color"`
	Sampling    string `json:"sampling"`
	SkipQueue   string `json:"skip_queue"`
	Overlap     int    `json:"overlap"`
	Model       string `json:"model,omitempty"`
	Kind        string `json:"kind"` // of the interface: text, image, empty or custom
	LabelSet    int    `json:"label_set,omitempty"`
	XML         string `json:"xml,omitempty"` // of a custom interface
	Created     stamp  `json:"created"`
	Updated     stamp  `json:"updated"`
}

// stamp is a time in microseconds since 1970, which is what the database keeps.
type stamp int64

func stampOf(t time.Time) stamp { return stamp(t.UnixMicro()) }

func (s stamp) time() time.Time { return time.UnixMicro(int64(s)).UTC() }

func (s stamp) after(d time.Duration) stamp { return s + stamp(d.Microseconds()) }

// projectState is a project with what is in it.
type projectState struct {
	settings

	Batches     []*batch           `json:"batches,omitempty"`     // oldest first
	Forgotten   tally              `json:"forgotten"`             // counts of tasks whose batches were forgotten
	Annotations []*annotationState `json:"annotations,omitempty"` // oldest first
	Predictions []*predictionState `json:"predictions,omitempty"` // oldest first
	Links       []*linkState       `json:"links,omitempty"`       // oldest first
}

// annotationState is an annotation. What its regions are follows from Seed, Revision and the task.
type annotationState struct {
	ID         int64  `json:"id"`
	Task       int64  `json:"task"`
	By         int64  `json:"by"`
	Seed       uint64 `json:"seed"`
	Revision   int    `json:"revision,omitempty"`
	Empty      bool   `json:"empty,omitempty"`      // no regions
	Skipped    bool   `json:"skipped,omitempty"`    // was_cancelled
	Converted  bool   `json:"converted,omitempty"`  // made from Prediction by the Data Manager, and not saved by hand since
	Prediction int64  `json:"prediction,omitempty"` // what the annotator started from
	Parent     int64  `json:"parent,omitempty"`     // prediction it was made from
	Updater    int64  `json:"updater,omitempty"`
	Created    stamp  `json:"created"`
	Updated    stamp  `json:"updated"`
}

// predictionState is what a model said about a task.
type predictionState struct {
	ID    int64  `json:"id"`
	Task  int64  `json:"task"`
	Seed  uint64 `json:"seed"`
	Model string `json:"model"`
	Made  stamp  `json:"made"`
	Used  bool   `json:"used,omitempty"` // an annotation was made from it
}

// labelState is a custom label, which belongs to the organization.
type labelState struct {
	ID      int64  `json:"id"`
	Title   string `json:"title"`
	Author  int64  `json:"author"`
	Created stamp  `json:"created"`
}

// linkState is the place of a custom label in a project.
type linkState struct {
	ID      int64  `json:"id"`
	Label   int64  `json:"label"`
	Control string `json:"control"`
}

// readState reads a world; nil is a fresh one.
func readState(data []byte) (*state, error) {
	if data == nil {
		return freshState(), nil
	}
	var s state
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWorld, err)
	}
	return &s, s.check()
}

// check refuses what no action can have left behind and what would make later work unbounded.
func (s *state) check() error {
	for _, p := range s.Projects {
		if p == nil || slices.Contains(p.Annotations, nil) || slices.Contains(p.Predictions, nil) || slices.Contains(p.Links, nil) {
			return fmt.Errorf("%w: an empty entry", ErrWorld)
		}
		for _, b := range p.Batches {
			if b == nil || !b.sound() {
				return fmt.Errorf("%w: a bad batch in project %d", ErrWorld, p.ID)
			}
		}
	}
	if slices.Contains(s.Labels, nil) {
		return fmt.Errorf("%w: an empty label", ErrWorld)
	}
	return nil
}

// bytes returns the world as it is stored, after it forgot what is beyond the bounds.
func (s *state) bytes() ([]byte, error) {
	s.forget()
	for {
		data, err := marshal(s)
		if err != nil || len(data) <= maxWorldBytes || !s.forgetOne() {
			return data, err
		}
	}
}

// marshal prints v as JSON without the escapes for HTML, which would make six bytes of each bracket of a labeling interface.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("print state: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// project finds a project.
func (s *state) project(id int64) (*projectState, bool) {
	for _, p := range s.Projects {
		if p.ID == id {
			return p, true
		}
	}
	return nil, false
}

// latest is when something last happened to a project that tasks of it can follow.
func (p *projectState) latest() stamp {
	at := p.Updated
	if b, ok := newest(p.Batches); ok {
		at = max(at, b.created(b.Count-1))
	}
	if a, ok := newest(p.Annotations); ok {
		at = max(at, a.Updated)
	}
	return at
}

// newest returns the last of a list.
func newest[T any](list []*T) (*T, bool) {
	if len(list) == 0 {
		return nil, false
	}
	return list[len(list)-1], true
}
