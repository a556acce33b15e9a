package labelstudio

import "github.com/annohook/annohook/payloads"

func importTasks(d *doing) error {
	p, err := d.project()
	if err != nil {
		return err
	}
	n := int(d.in.Int(paramCount))
	b, err := d.bring(p, n, d.in.Bool("file"), d.now)
	if err != nil {
		return err
	}
	d.tell("id", b.First, "project", p.ID, "tasks", shown([]span{{First: b.First, Count: n}}), "count", n)
	return nil
}

// createTask makes one task through the API. The server gives the first task of a project the inner_id 2 then, not 1 as an import does.
func createTask(d *doing) error {
	p, err := d.project()
	if err != nil {
		return err
	}
	first := p.innermost() == 0
	b := d.s.bring(p, 1, d.seed(), max(p.Created, d.now.after(-taskStep)), false)
	if first {
		b.Inner = 2
	}
	shot := *b
	d.tell("id", b.First, "project", p.ID, "task", b.First)
	return d.raise(tasksCreated, subject{Project: p.shot(), Import: &shot})
}

// deleteTasks deletes one task that is named, or the newest ones.
func deleteTasks(d *doing) error {
	if d.in.Has(paramTask) {
		p, at, err := d.homeOf(d.in.Int(paramTask))
		if err != nil {
			return err
		}
		return d.delete(p, []span{{First: at.id(), Count: 1}})
	}
	p, err := d.project()
	if err != nil {
		return err
	}
	if len(p.living()) == 0 {
		if _, err := d.provide(p, importSize); err != nil {
			return err
		}
	}
	return d.delete(p, cut(p.living(), int(d.in.Int(paramCount))))
}

func (d *doing) delete(p *projectState, list []span) error {
	p.drop(list)
	d.tell("id", list[0].First, "project", p.ID, "tasks", shown(list), "count", size(list))
	return d.raise(tasksDeleted, subject{Project: p.shot(), IDs: list})
}

// deleteAllTasks empties a project. The server names no project then, and sends nothing where there was no task.
func deleteAllTasks(d *doing) error {
	p, err := d.project()
	if err != nil {
		return err
	}
	list := p.living()
	p.drop(list)
	p.Forgotten, p.Batches, p.Annotations, p.Predictions = tally{}, nil, nil, nil
	d.tell("id", p.ID, "project", p.ID, "tasks", shown(list), "count", size(list))
	if len(list) == 0 {
		return nil
	}
	return d.raise(tasksDeleted, subject{IDs: list})
}

// untouched fits a task that nobody has worked on; unfinished one that wants more annotations.
func untouched(w work) bool { return w.Annotations == 0 && w.Skips == 0 }

func unfinished(w work) bool { return !w.Labeled }

// take returns the task that an annotator gets next: the first one nobody has worked on, else the first unfinished one. Where all are
// done, three more are imported first.
func (d *doing) take(p *projectState, wanted func(work) bool) (place, error) {
	for _, fits := range []func(work) bool{
		func(w work) bool { return untouched(w) && wanted(w) }, untouched,
		func(w work) bool { return unfinished(w) && wanted(w) }, unfinished,
	} {
		if at, ok := p.first(fits); ok {
			return at, nil
		}
	}
	b, err := d.provide(p, importSize)
	return place{batch: b}, err
}

// spans of one id each, joined where they are neighbours.
func spansOf(ids []int64) []span {
	var list []span
	for _, id := range ids {
		if n := len(list); n > 0 && list[n-1].First+int64(list[n-1].Count) == id {
			list[n-1].Count++
			continue
		}
		list = append(list, span{First: id, Count: 1})
	}
	return list
}

func idsOf(list []int64) payloads.Array { return idList(list[:min(len(list), shownIDs)]) }
