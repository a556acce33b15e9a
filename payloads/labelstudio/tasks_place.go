package labelstudio

import "slices"

// place is where a task is.
type place struct {
	batch *batch
	index int
}

func (at place) id() int64 { return at.batch.First + int64(at.index) }

// task finds a task that is there.
func (p *projectState) task(id int64) (place, bool) {
	for _, b := range p.Batches {
		if i, ok := b.holds(id); ok && !b.work(i).Gone {
			return place{batch: b, index: i}, true
		}
	}
	return place{}, false
}

// first finds the oldest task that is there and fits.
func (p *projectState) first(fits func(work) bool) (place, bool) {
	for _, b := range p.Batches {
		found := -1
		b.stretches(func(r run) bool {
			if !r.Gone && fits(r.work) {
				found = r.From
			}
			return found < 0
		})
		if found >= 0 {
			return place{batch: b, index: found}, true
		}
	}
	return place{}, false
}

// span is tasks with consecutive ids.
type span struct {
	First int64 `json:"first"`
	Count int   `json:"count"`
}

// living lists the tasks that are there, by id.
func (p *projectState) living() []span {
	var list []span
	for _, b := range p.Batches {
		b.stretches(func(r run) bool {
			first, n := b.First+int64(r.From), r.To-r.From
			last := len(list) - 1
			switch {
			case r.Gone:
			case last >= 0 && list[last].First+int64(list[last].Count) == first:
				list[last].Count += n
			default:
				list = append(list, span{First: first, Count: n})
			}
			return true
		})
	}
	return list
}

// cut returns the last n things of spans.
func cut(list []span, n int) []span {
	var out []span
	for _, s := range slices.Backward(list) {
		if n <= 0 {
			break
		}
		if s.Count > n {
			s = span{First: s.First + int64(s.Count-n), Count: n}
		}
		out = append(out, s)
		n -= s.Count
	}
	slices.Reverse(out)
	return out
}

func size(list []span) int {
	n := 0
	for _, s := range list {
		n += s.Count
	}
	return n
}

// innermost is the highest inner_id of a task that is there, 0 without tasks.
func (p *projectState) innermost() int {
	for _, b := range slices.Backward(p.Batches) {
		last := -1
		b.stretches(func(r run) bool {
			if !r.Gone {
				last = r.To - 1
			}
			return true
		})
		if last >= 0 {
			return b.Inner + last
		}
	}
	return p.Forgotten.tasks
}

// drop deletes tasks, with what hangs on them and their counts.
func (p *projectState) drop(list []span) {
	gone := func(task int64) bool {
		return slices.ContainsFunc(list, func(s span) bool { return task >= s.First && task < s.First+int64(s.Count) })
	}
	for _, b := range p.Batches {
		for _, s := range list {
			b.erase(int(max(s.First-b.First, 0)), int(min(s.First+int64(s.Count)-b.First, int64(b.Count))))
		}
	}
	p.Batches = slices.DeleteFunc(p.Batches, func(b *batch) bool { return b.tally().tasks == 0 })
	p.Annotations = slices.DeleteFunc(p.Annotations, func(a *annotationState) bool { return gone(a.Task) })
	p.Predictions = slices.DeleteFunc(p.Predictions, func(m *predictionState) bool { return gone(m.Task) })
}
