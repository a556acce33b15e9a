package aquarium

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

func updateIssue(in payloads.ActionInput) (payloads.Effect, error) {
	st, err := readState(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	i, err := st.chosen(in, unsettled)
	if err != nil {
		return payloads.Effect{}, err
	}
	i.change(in)
	i.touch(in.Now.UTC(), newLag(synth.New(in.Seed, in.Seed)))
	return st.effect(i.result(), keyUpdate, subject{Project: i.Project, Issues: []issue{i.snapshot(in.Now)}})
}

// change carries out what the parameters say. When they say nothing the issue comes to the next state.
func (i *issueState) change(in payloads.ActionInput) {
	if !in.Has("state") && !in.Has("name") && !in.Has("assignee") && !in.Has("elements") {
		i.State = nextState(i.State)
	}
	if in.Has("state") {
		i.State = in.String("state")
	}
	if in.Has("name") {
		i.Name = in.String("name")
	}
	if in.Has("assignee") {
		i.Assignee = in.String("assignee")
	}
	if in.Has("elements") {
		i.Elements.Count = int(in.Int("elements"))
	}
}

// touch moves the time of the last change to lag before now. Changes that follow each other faster than that stay in their order, and none
// lies behind its event.
func (i *issueState) touch(now time.Time, lag time.Duration) {
	at := now.Add(-lag)
	if !at.After(i.Updated) {
		at = earlier(i.Updated.Add(time.Microsecond), now)
	}
	i.Updated = at
}

// nextState is where an issue usually goes from a state; a settled one is taken up again.
func nextState(state string) string {
	switch state {
	case stateInProgress:
		return stateInReview
	case stateInReview:
		return stateResolved
	default:
		return stateInProgress
	}
}

func exportIssue(in payloads.ActionInput) (payloads.Effect, error) {
	st, err := readState(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	i, err := st.chosen(in, unsettled)
	if err != nil {
		return payloads.Effect{}, err
	}
	shown := i.snapshot(in.Now)
	if in.Has("elements") {
		shown.Elements.Count = int(in.Int("elements"))
		i.Elements.Count = max(i.Elements.Count, shown.Elements.Count)
	}
	ids := payloads.Array{}
	for n := range min(shown.Elements.Count, listed) {
		ids = append(ids, newFrame(shown, n).elementID(shown.ElementType))
	}
	result := i.result()
	result.Set("elements", ids)
	result.Set("count", shown.Elements.Count)
	return st.effect(result, keyExported, subject{Project: i.Project, Issues: []issue{shown}})
}

func (i *issueState) result() *payloads.Object {
	return payloads.Obj(
		"id", i.ID, "issue", i.ID, "name", i.Name, "project", i.Project, "dataset", i.Dataset, "inference_set", orNull(i.Inference),
		"state", i.State, "assignee", orNull(i.Assignee), "count", i.Elements.Count,
	)
}
