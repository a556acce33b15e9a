package argilla

import (
	"slices"

	"github.com/annohook/annohook/payloads"
)

// where tells people where the ids are.
const where = "GET /api/v1/platforms/" + ID + "/world lists them"

func (s *state) workspace(seed uint64) *workspaceRow {
	for i := range s.Workspaces {
		if s.Workspaces[i].Seed == seed {
			return &s.Workspaces[i]
		}
	}
	return nil
}

func (s *state) user(seed uint64) *userRow {
	for i := range s.Users {
		if s.Users[i].Seed == seed {
			return &s.Users[i]
		}
	}
	return nil
}

func (s *state) userNamed(name string) *userRow {
	for i := range s.Users {
		if s.Users[i].Username == name {
			return &s.Users[i]
		}
	}
	return nil
}

// findUser finds a user by id or name.
func (s *state) findUser(ref string) (*userRow, error) {
	if u := s.userNamed(ref); u != nil {
		return u, nil
	}
	for i := range s.Users {
		if s.Users[i].id() == ref {
			return &s.Users[i], nil
		}
	}
	return nil, payloads.ParamErrorf("user", "no user has the id or name %q; %s", ref, where)
}

// dataset finds a dataset by id; nil without one.
func (s *state) dataset(id string) *datasetRow {
	for _, d := range s.Datasets {
		if d.id() == id {
			return d
		}
	}
	return nil
}

// findDataset finds a dataset by id or, the newest first, by name.
func (s *state) findDataset(ref string) (*datasetRow, error) {
	if d := s.dataset(ref); d != nil {
		return d, nil
	}
	for _, d := range slices.Backward(s.Datasets) {
		if d.Name == ref {
			return d, nil
		}
	}
	return nil, payloads.ParamErrorf("dataset", "no dataset has the id or name %q; %s", ref, where)
}

// named finds a dataset by its name in a workspace, where names are unique (argilla-server validators/datasets.py@04e9e925); nil without one.
func (s *state) named(workspace uint64, name string) *datasetRow {
	for _, d := range s.Datasets {
		if d.Workspace == workspace && d.Name == name {
			return d
		}
	}
	return nil
}

// record finds a record by id; nil without one.
func (s *state) record(id string) (*datasetRow, *recordRow) {
	for _, d := range s.Datasets {
		for _, rec := range d.Records {
			if rec.id() == id {
				return d, rec
			}
		}
	}
	return nil, nil
}

// findRecord finds a record; param names the parameter that the id comes from.
func (s *state) findRecord(param, id string) (*datasetRow, *recordRow, error) {
	d, rec := s.record(id)
	if rec == nil {
		return nil, nil, payloads.ParamErrorf(param, "no record has the id %q; %s", id, where)
	}
	return d, rec, nil
}

// target is a response in its place.
type target struct {
	dataset *datasetRow
	record  *recordRow
	at      int // in record.Responses
}

func (t target) response() *responseRow { return &t.record.Responses[t.at] }

func (s *state) findResponse(id string) (target, error) {
	found, ok := s.anyResponse(func(r responseRow) bool { return r.id() == id })
	if !ok {
		return target{}, payloads.ParamErrorf("response", "no response has the id %q; %s", id, where)
	}
	return found, nil
}

// anyResponse returns the last inserted of the responses that fit.
func (s *state) anyResponse(fits func(responseRow) bool) (found target, ok bool) {
	for _, d := range s.Datasets {
		for _, rec := range d.Records {
			for i, r := range rec.Responses {
				if fits(r) && (!ok || r.Created >= found.response().Created) {
					found, ok = target{d, rec, i}, true
				}
			}
		}
	}
	return found, ok
}

// newestReady is the dataset that was inserted last among the published ones that fit; nil without one.
func (s *state) newestReady(fits func(*datasetRow) bool) *datasetRow {
	for _, d := range slices.Backward(s.Datasets) {
		if !d.Draft && fits(d) {
			return d
		}
	}
	return nil
}
