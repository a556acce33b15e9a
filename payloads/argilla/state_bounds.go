package argilla

import (
	"encoding/json"
	"fmt"
)

// The bounds of a world. What is beyond them is forgotten, the oldest and completed things first; forgetting raises nothing.
const (
	mostWorkspaces = 50
	mostUsers      = 100
	mostDatasets   = 40
	mostRecords    = 600
	mostResponses  = 400
	mostBytes      = 200 << 10
)

// write prints the state within its bounds.
func (s *state) write() ([]byte, error) {
	if n := len(s.Datasets) - mostDatasets; n > 0 {
		s.Datasets = s.Datasets[n:]
	}
	s.forget(mostRecords, mostResponses)
	s.forgetWorkspaces()
	for {
		data, err := json.Marshal(s)
		if err != nil {
			return nil, fmt.Errorf("write the argilla world: %w", err)
		}
		if len(data) <= mostBytes {
			return data, nil
		}
		const tenth = 10
		switch records, _ := s.count(); {
		case records > 0:
			s.forget(records-records/tenth-1, mostResponses)
		case len(s.Datasets) > 1:
			s.Datasets = s.Datasets[1:]
		default:
			return data, nil // one dataset with nothing in it is as small as a world gets
		}
	}
}

func (s *state) count() (records, responses int) {
	for _, d := range s.Datasets {
		records += len(d.Records)
		for _, rec := range d.Records {
			responses += len(rec.Responses)
		}
	}
	return records, responses
}

// forget drops records until at most so many records and responses are left.
func (s *state) forget(records, responses int) {
	haveRecords, haveResponses := s.count()
	drop := func(fits func(*recordRow) bool) {
		for _, d := range s.Datasets {
			kept := make([]*recordRow, 0, len(d.Records))
			for _, rec := range d.Records {
				surplus := haveRecords > records || (haveResponses > responses && len(rec.Responses) > 0)
				if !surplus || !fits(rec) {
					kept = append(kept, rec)
					continue
				}
				haveRecords--
				haveResponses -= len(rec.Responses)
			}
			d.Records = kept
		}
	}
	drop(func(rec *recordRow) bool { return rec.Completed })
	drop(func(*recordRow) bool { return true })
}

// forgetWorkspaces drops the oldest workspaces without datasets.
func (s *state) forgetWorkspaces() {
	used := map[uint64]bool{}
	for _, d := range s.Datasets {
		used[d.Workspace] = true
	}
	surplus := len(s.Workspaces) - mostWorkspaces
	kept := make([]workspaceRow, 0, len(s.Workspaces))
	for _, w := range s.Workspaces {
		if surplus > 0 && !used[w.Seed] {
			surplus--
			continue
		}
		kept = append(kept, w)
	}
	s.Workspaces = kept
}
