package e2e_test

import (
	"slices"
	"time"
)

// inSeries: the slices of one event came in their order, none before the one before was over.
func (r *trial) inSeries() {
	for _, w := range r.wishes {
		var last time.Time
		for i, promised := range w.acted.Deliveries {
			receipts := r.of(r.deliveries[promised.ID])
			if len(receipts) == 0 {
				continue // promises tells
			}
			if receipts[0].At.Before(last) {
				r.t.Errorf("slice %d, delivery %s, came %s before the last request of the slice before", i+1, promised.ID, last.Sub(receipts[0].At))
			}
			last = receipts[len(receipts)-1].At
		}
	}
}

// batches: each envelope is for one subscription, and an event is in one batch of a subscription only.
func (r *trial) batches() {
	owners := map[string]string{}
	for _, h := range r.batched {
		owner, home := "", map[string]string{}
		for body, receipts := range r.receipts[h.url] {
			for _, e := range envelopes(r.t, receipts[:1])[0].Events {
				if owner == "" {
					owner = e.Subscription
				}
				if e.Subscription != owner {
					r.t.Errorf("an event of subscription %s came to %s, which is for %s", e.Subscription, h.url, owner)
				}
				if before, found := home[e.UUID]; found {
					r.t.Errorf("event %s is in two batches: %.300s and %.300s", e.UUID, before, body)
				}
				home[e.UUID] = body
			}
		}
		if before, found := owners[owner]; found {
			r.t.Errorf("%s and %s got batches of the same subscription", before, h.url)
		}
		owners[owner] = h.url
	}
}

// world: no two actions made the same task, the project has as many more tasks as actions took place, and the listener was told of each.
func (r *trial) world() {
	actions, accepted := 0, 0
	for _, w := range r.wishes {
		if w.platform != "label-studio" {
			continue
		}
		actions++
		if w.accepted {
			accepted++
		}
	}
	for id, bodies := range r.tasks() {
		if len(bodies) > 1 {
			r.t.Errorf("task %d came in different requests: %.300q", id, bodies)
		}
	}
	made := r.fleet.tasks()
	if made%importedTasks != 0 || made < importedTasks*accepted || made > importedTasks*actions {
		r.t.Errorf("project 1 has %d more tasks, want %d for each of %d to %d actions", made, importedTasks, accepted, actions)
	}
	r.t.Logf("%d of %d actions accepted, %d tasks made, %d sent", accepted, actions, made, len(r.tasks()))
}

// tasks are the bodies in which the listener got each task.
func (b *bombardment) tasks() map[int][]string {
	tasks := map[int][]string{}
	for _, receipt := range b.series.got() {
		for _, task := range decode[struct{ Tasks []struct{ ID int } }](b.t, receipt.Body).Tasks {
			if body := string(receipt.Body); !slices.Contains(tasks[task.ID], body) { // a duplicate has the same bytes
				tasks[task.ID] = append(tasks[task.ID], body)
			}
		}
	}
	return tasks
}

// tasks is how many tasks the load made in the world.
func (f *fleet) tasks() int {
	state := decode[struct {
		Projects []struct {
			Tasks int `json:"task_number"`
		}
	}](f.t, f.api.get("/api/v1/platforms/label-studio/world").body)
	const before = 10 // in a fresh world
	return state.Projects[0].Tasks - before
}
