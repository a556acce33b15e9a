package labelstudio

// maxImport bounds one import.
const maxImport = 100_000

// batch is the tasks of one import: they have consecutive ids, and their data follows from Seed and place. 12,000 tasks are one batch.
type batch struct {
	First  int64  `json:"first"` // id of the first task
	Count  int    `json:"count"`
	Inner  int    `json:"inner"`            // inner_id of the first task
	Offset int    `json:"offset,omitempty"` // how many tasks before First were forgotten
	Seed   uint64 `json:"seed"`
	Kind   kind   `json:"kind"`
	Field  string `json:"field"` // key of the tasks' data
	Upload int64  `json:"upload,omitempty"`
	At     stamp  `json:"at"`
	// Squeezed is the time from task to task where there was no room for the usual one.
	Squeezed *stamp `json:"squeezed,omitempty"`
	Runs     []run  `json:"runs,omitempty"` // tasks that something happened to, in order
}

// run is neighbouring tasks of a batch that the same happened to.
type run struct {
	From int `json:"from"` // place in the batch
	To   int `json:"to"`   // place behind the last one
	work
}

// work is what happened to one task; the zero value is an untouched one.
type work struct {
	Annotations int  `json:"a,omitempty"`
	Skips       int  `json:"s,omitempty"`
	Predictions int  `json:"p,omitempty"`
	Labeled     bool `json:"l,omitempty"`
	Gone        bool `json:"g,omitempty"` // deleted
}

func (b *batch) sound() bool {
	if b.Count < 1 || b.Count > maxImport || b.Offset < 0 || b.Kind < 0 || b.Kind >= kinds || (b.Squeezed != nil && *b.Squeezed < 0) {
		return false
	}
	at := 0
	for _, r := range b.Runs {
		if r.From < at || r.To <= r.From || r.To > b.Count {
			return false
		}
		at = r.To
	}
	return true
}

// holds returns the place of a task in the batch.
func (b *batch) holds(id int64) (index int, ok bool) {
	return int(id - b.First), id >= b.First && id < b.First+int64(b.Count)
}

// work returns what happened to the task at index.
func (b *batch) work(index int) work {
	for _, r := range b.Runs {
		if index >= r.From && index < r.To {
			return r.work
		}
	}
	return work{}
}

// set changes what happened to the task at index.
func (b *batch) set(index int, w work) {
	runs := make([]run, 0, len(b.Runs)+2)
	placed := false
	put := func(r run) {
		if r.From >= r.To || r.work == (work{}) {
			return
		}
		if n := len(runs); n > 0 && runs[n-1].To == r.From && runs[n-1].work == r.work {
			runs[n-1].To = r.To
			return
		}
		runs = append(runs, r)
	}
	for _, r := range b.Runs {
		if !placed && r.From > index {
			put(run{From: index, To: index + 1, work: w})
			placed = true
		}
		if index < r.From || index >= r.To {
			put(r)
			continue
		}
		put(run{From: r.From, To: index, work: r.work})
		put(run{From: index, To: index + 1, work: w})
		put(run{From: index + 1, To: r.To, work: r.work})
		placed = true
	}
	if !placed {
		put(run{From: index, To: index + 1, work: w})
	}
	b.Runs = runs
}

// stretches visits the batch as runs without gaps, the untouched ones too.
func (b *batch) stretches(visit func(run) bool) {
	at := 0
	for _, r := range b.Runs {
		if at < r.From && !visit(run{From: at, To: r.From}) {
			return
		}
		if !visit(r) {
			return
		}
		at = r.To
	}
	if at < b.Count {
		visit(run{From: at, To: b.Count})
	}
}

// tally counts the tasks of the batch that are there.
func (b *batch) tally() tally {
	t := tally{}
	b.stretches(func(r run) bool {
		n := r.To - r.From
		if r.Gone {
			return true
		}
		t.tasks += n
		t.annotations += n * r.Annotations
		t.useful += n * r.Annotations
		t.skipped += n * r.Skips
		t.predictions += n * r.Predictions
		if r.Annotations > 0 {
			t.annotated += n
		}
		if r.Labeled {
			t.finished += n
		}
		return true
	})
	return t
}

// tally counts the tasks of the project, as the eight counters print them.
func (p *projectState) tally() tally {
	t := p.Forgotten
	for _, b := range p.Batches {
		t = t.plus(b.tally())
	}
	return t
}

// erase marks the tasks from one place up to another as gone.
func (b *batch) erase(from, to int) {
	if from >= to {
		return
	}
	var runs []run
	add := func(r run) {
		if r.From < r.To && r.work != (work{}) {
			runs = append(runs, r)
		}
	}
	erased := run{From: from, To: to, work: work{Gone: true}}
	placed := false
	for _, r := range b.Runs {
		add(run{From: r.From, To: min(r.To, from), work: r.work})
		if !placed && r.To > from {
			add(erased)
			placed = true
		}
		add(run{From: max(r.From, to), To: r.To, work: r.work})
	}
	if !placed {
		add(erased)
	}
	b.Runs = merge(runs)
}

// merge joins neighbours that are alike.
func merge(runs []run) []run {
	out := runs[:0]
	for _, r := range runs {
		if n := len(out); n > 0 && out[n-1].To == r.From && out[n-1].work == r.work {
			out[n-1].To = r.To
			continue
		}
		out = append(out, r)
	}
	return out
}
