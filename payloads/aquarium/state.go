package aquarium

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// state is the world that actions change: the projects of one organisation, their datasets and issues, each the oldest first.
type state struct {
	Projects []projectState `json:"projects"`
	Datasets []datasetState `json:"datasets"` // labeled ones and inference sets
	Issues   []issueState   `json:"issues"`
}

type projectState struct {
	Name    string   `json:"name"` // its id, too
	Domain  int      `json:"domain"`
	Members []string `json:"members"` // addresses
}

type datasetState struct {
	dataset
	Project  string    `json:"project"`
	Captured time.Time `json:"captured"` // about when its frames were taken
}

type issueState struct {
	issue
	Project string `json:"project"`
}

// Bounds of a world. The fullest one, with the longest names in the most expensive characters, is about 500 kB.
const (
	mostProjects  = 30
	mostDatasets  = 60
	mostIssues    = 80
	mostMembers   = 4
	mostNameRunes = 100 // of datasets, issues and people; projects see maxProjectRunes
)

// readState reads a world as an earlier action left it; nil is a fresh one.
func readState(world []byte) (*state, error) {
	if world == nil {
		return freshState(), nil
	}
	st := &state{}
	if err := json.Unmarshal(world, st); err != nil {
		return nil, fmt.Errorf("read the world of aquarium: %w", err)
	}
	if len(st.Projects) == 0 || slices.ContainsFunc(st.Projects, func(p projectState) bool { return len(p.Members) == 0 }) {
		return freshState(), nil
	}
	for i := range st.Issues {
		e := &st.Issues[i].Elements
		e.Count = min(max(e.Count, 1), mostExported)
	}
	return st, nil
}

// effect is the end of an action that raises one event.
func (st *state) effect(result *payloads.Object, eventType string, about subject) (payloads.Effect, error) {
	st.forget()
	world, err := json.Marshal(st)
	if err != nil {
		return payloads.Effect{}, fmt.Errorf("write the world of aquarium: %w", err)
	}
	data, err := json.Marshal(about)
	if err != nil {
		return payloads.Effect{}, fmt.Errorf("write the subject of %s: %w", eventType, err)
	}
	return payloads.Effect{World: world, Result: result, Raised: []payloads.Raised{{Type: eventType, Variant: about.variant(eventType), Subject: data}}}, nil
}

// forget drops what is too much: the oldest projects with all that is in them, the oldest datasets, and the oldest issues, settled ones
// first.
func (st *state) forget() {
	if extra := len(st.Projects) - mostProjects; extra > 0 {
		gone := st.Projects[:extra]
		st.Projects = slices.Clone(st.Projects[extra:])
		in := func(name string) bool {
			return slices.ContainsFunc(gone, func(p projectState) bool { return p.Name == name })
		}
		st.Datasets = slices.DeleteFunc(st.Datasets, func(d datasetState) bool { return in(d.Project) })
		st.Issues = slices.DeleteFunc(st.Issues, func(i issueState) bool { return in(i.Project) })
	}
	if extra := len(st.Datasets) - mostDatasets; extra > 0 {
		st.Datasets = slices.Delete(st.Datasets, 0, extra)
	}
	for len(st.Issues) > mostIssues {
		at := max(0, slices.IndexFunc(st.Issues, issueState.settled))
		st.Issues = slices.Delete(st.Issues, at, at+1)
	}
}

func (i issueState) settled() bool { return i.State == stateResolved || i.State == stateCancelled }

// find returns the project of a name, or nil.
func (st *state) find(name string) *projectState {
	if at := slices.IndexFunc(st.Projects, func(p projectState) bool { return p.Name == name }); at >= 0 {
		return &st.Projects[at]
	}
	return nil
}

// project returns the project that the parameters name, or the newest. A name that nobody uses makes a new project, where that is wanted.
func (st *state) project(in payloads.ActionInput, create bool) (*projectState, error) {
	if !in.Has("project") {
		return &st.Projects[len(st.Projects)-1], nil
	}
	name := in.String("project")
	if p := st.find(name); p != nil {
		return p, nil
	}
	if !create {
		return nil, payloads.ParamErrorf("project", "no project has the name %q; upload-dataset makes one, GET /api/v1/platforms/aquarium/world lists them", name)
	}
	return st.newProject(name, synth.New(in.Seed, in.Seed)), nil
}

func (st *state) newProject(name string, src *synth.Source) *projectState {
	p := projectState{Name: name, Domain: newDomain(src)}
	for range mostMembers {
		p.Members = append(p.Members, src.Person().Email)
	}
	st.Projects = append(st.Projects, p)
	return &st.Projects[len(st.Projects)-1]
}

// newest returns the youngest dataset that is usable and fits, or nil.
func (st *state) newest(fits func(datasetState) bool) *datasetState {
	for i := len(st.Datasets) - 1; i >= 0; i-- {
		if d := &st.Datasets[i]; !d.Failed && fits(*d) {
			return d
		}
	}
	return nil
}

// labeledDataset returns the dataset of a project that the parameters name, or the newest. Where the project has none it gets one: somebody
// uploaded it before.
func (st *state) labeledDataset(in payloads.ActionInput, p *projectState) (*datasetState, error) {
	id := in.String("dataset")
	d := st.newest(func(d datasetState) bool { return d.Project == p.Name && d.Inference == "" && (id == "" || d.ID == id) })
	if d != nil {
		return d, nil
	}
	if id != "" {
		return nil, payloads.ParamErrorf("dataset", "no processed dataset of project %q has the id %q; GET /api/v1/platforms/aquarium/world lists them", p.Name, id)
	}
	src := synth.New(in.Seed, in.Seed)
	return st.put(newDataset(p, datasetName(src, domainOf(p.Domain)), src, in.Now.UTC())), nil
}

// put adds a dataset, in place of an older version of it, and returns where it lies.
func (st *state) put(d datasetState) *datasetState {
	st.Datasets = slices.DeleteFunc(st.Datasets, d.same)
	st.Datasets = append(st.Datasets, d)
	return &st.Datasets[len(st.Datasets)-1]
}

// same reports whether other is another version of d.
func (d datasetState) same(other datasetState) bool {
	return d.Project == other.Project && d.ID == other.ID && d.Inference == other.Inference
}

// newDataset is a labeled dataset whose frames were taken in the months before.
func newDataset(p *projectState, id string, src *synth.Source, now time.Time) datasetState {
	const day = 24 * time.Hour
	d := datasetState{Project: p.Name}
	d.ID = id
	d.Frames, d.Crops = sizes(src)
	d.Captured = now.Add(-src.Duration(5*day, 200*day))
	return d
}
