package aquarium

import (
	"time"

	"github.com/annohook/annohook/payloads/internal/synth"
)

// freshSeed is the seed of every fresh world, so that everyone begins with the same ids.
const freshSeed = 1907

// freshState is an organisation with two projects at work: each has a dataset, an inference set and two issues.
func freshState() *state {
	st := &state{}
	at := time.Date(2025, time.September, 1, 8, 30, 0, 0, time.UTC)
	for n := range uint64(2) {
		src := synth.New(freshSeed+n, freshSeed+n)
		p := st.newProject("", src)
		d := domainOf(p.Domain)
		p.Name = synth.Pick(src, d.projects...)
		for st.find(p.Name) != p {
			p.Name += " 2"
		}
		base := st.put(newDataset(p, datasetName(src, d), src, at))
		inferred := *base
		inferred.Inference = inferenceName(src)
		st.put(inferred)
		names := synth.Sample(src, 2, d.issues...)
		for i, name := range names {
			made := st.newIssue(p, inferred, name, freshSeed+n, at.Add(time.Duration(i)*time.Hour))
			if i == 0 {
				made.State, made.Assignee = stateInProgress, p.Members[1]
			}
			st.Issues = append(st.Issues, made)
		}
		at = at.Add(30 * time.Hour)
	}
	return st
}
