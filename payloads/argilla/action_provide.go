package argilla

import (
	"time"
)

// What the world provides by itself, without events: where an action needs a dataset, a record, a response or an annotator and the world
// has none left, somebody else has seen to it in the meantime.

// anyDataset lets every dataset fit.
func anyDataset(*datasetRow) bool { return true }

// earlier is a moment well before the action, for what the world provides.
func (r *run) earlier() micros { return microsOf(r.Now).add(-2 * time.Hour) }

// datasetOr is the dataset that the user named, otherwise what usual returns.
func (r *run) datasetOr(usual func() *datasetRow) (*datasetRow, error) {
	if ref := r.String(paramDataset); ref != "" {
		return r.state.findDataset(ref)
	}
	return usual(), nil
}

// published is the newest published dataset that fits; where there is none at all, a new one.
func (r *run) published(fits func(*datasetRow) bool) *datasetRow {
	if d := r.state.newestReady(fits); d != nil {
		return d
	}
	if d := r.state.newestReady(anyDataset); d != nil {
		return d
	}
	d := r.state.newDataset(r.Seed, r.state.Workspaces[0].Seed, kindText, r.earlier())
	d.publish(r.earlier().add(333 * time.Millisecond))
	return d
}

// supply adds some pending records to a dataset, inserted some minutes ago but after the dataset and its last change.
func (r *run) supply(d *datasetRow) []*recordRow {
	at := microsOf(r.Now).add(-10 * time.Minute)
	if at <= d.Changed {
		at = min(d.Changed.add(time.Millisecond), microsOf(r.Now).add(-supplied*bulkStep))
	}
	return r.state.fill(d, r.Seed, supplied, at)
}

// supplied is how many records the world adds at once.
const supplied = 10

// open reports whether somebody may take the record as the next task: it is pending, and not everybody is stuck on it.
func open(d *datasetRow, rec *recordRow) bool {
	return !rec.Completed && len(rec.Responses) < d.Minimum+freshAnnotators
}

// nextTask is the oldest open record that the user, 0 for anybody, has not answered.
func (r *datasetRow) nextTask(user uint64) *recordRow {
	for _, rec := range r.Records {
		if open(r, rec) && !rec.by(user) {
			return rec
		}
	}
	return nil
}

// annotator is an annotator who has not answered the record; a new one joins where all have. Nil where the server is full.
func (r *run) annotator(rec *recordRow) *userRow {
	first := r.src.Int(0, len(r.state.Users)-1) // not always the same one
	for i := range r.state.Users {
		if u := &r.state.Users[(first+i)%len(r.state.Users)]; u.Role == roleAnnotator && !rec.by(u.Seed) {
			return u
		}
	}
	if len(r.state.Users) >= mostUsers {
		return nil
	}
	return r.state.newUser(r.Seed, roleAnnotator, r.joined(rec))
}

// joined is when a new annotator joined: a minute after the record that waits for somebody.
func (r *run) joined(rec *recordRow) micros {
	return min(rec.Created.add(time.Minute), microsOf(r.Now).add(-time.Second))
}

// someResponse is the newest response that fits, given a minute ago by the world itself where there is none.
func (r *run) someResponse(fits func(responseRow) bool) target {
	if found, ok := r.state.anyResponse(fits); ok {
		return found
	}
	d := r.published(func(d *datasetRow) bool { return d.nextTask(0) != nil })
	rec := d.nextTask(0)
	if rec == nil {
		rec = r.supply(d)[0]
	}
	at := max(microsOf(r.Now).add(-time.Minute), rec.Created)
	row := responseRow{Seed: r.seed(), User: r.state.Users[0].Seed, Status: statusSubmitted, Created: at, Changed: at}
	if u := r.annotator(rec); u != nil {
		row.User = u.Seed
	}
	rec.Responses = append(rec.Responses, row)
	d.LastUse = max(d.LastUse, at)
	if completed := rec.submitted() >= d.Minimum; completed != rec.Completed {
		rec.Completed, rec.Changed = completed, at
	}
	return target{d, rec, len(rec.Responses) - 1}
}
