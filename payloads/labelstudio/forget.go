package labelstudio

import "slices"

// forget brings the world within its bounds. Forgotten tasks still count in their project, but nobody can name them any more.
func (s *state) forget() {
	for len(s.Projects) > maxProjects {
		s.forgetProject()
	}
	for len(s.Labels) > maxLabels {
		s.forgetLabel()
	}
	for s.count(func(p *projectState) int { return len(p.Annotations) }) > maxAnnotations {
		s.forgetAnnotation()
	}
	for s.count(func(p *projectState) int { return len(p.Predictions) }) > maxPredictions {
		s.forgetPrediction()
	}
	for s.count(func(p *projectState) int { return len(p.Batches) }) > maxBatches {
		s.forgetBatch()
	}
	for s.count(runsOf) > maxRuns {
		s.forgetRuns()
	}
}

// forgetOne drops the oldest thing of the most settled kind there is.
func (s *state) forgetOne() bool {
	switch {
	case s.count(func(p *projectState) int { return len(p.Annotations) }) > 0:
		s.forgetAnnotation()
	case s.count(func(p *projectState) int { return len(p.Predictions) }) > 0:
		s.forgetPrediction()
	case len(s.Projects) > 1:
		s.forgetProject()
	default:
		return false
	}
	return true
}

func (s *state) count(of func(*projectState) int) int {
	n := 0
	for _, p := range s.Projects {
		n += of(p)
	}
	return n
}

func runsOf(p *projectState) int {
	n := 0
	for _, b := range p.Batches {
		n += len(b.Runs)
	}
	return n
}

// fullest returns the project that has most of something.
func (s *state) fullest(of func(*projectState) int) *projectState {
	return slices.MaxFunc(s.Projects, func(a, b *projectState) int { return of(a) - of(b) })
}

// forgetProject drops the oldest project that nobody works on.
func (s *state) forgetProject() {
	for i, p := range s.Projects {
		if p.ID != s.Current {
			s.Projects = slices.Delete(s.Projects, i, i+1)
			return
		}
	}
}

func (s *state) forgetLabel() {
	id := s.Labels[0].ID
	s.Labels = s.Labels[1:]
	for _, p := range s.Projects {
		p.Links = slices.DeleteFunc(p.Links, func(l *linkState) bool { return l.Label == id })
	}
}

// forgetAnnotation drops the oldest annotation there is.
func (s *state) forgetAnnotation() {
	var oldest *projectState
	for _, p := range s.Projects {
		if len(p.Annotations) > 0 && (oldest == nil || p.Annotations[0].ID < oldest.Annotations[0].ID) {
			oldest = p
		}
	}
	oldest.Annotations = oldest.Annotations[1:]
}

// forgetPrediction drops the oldest prediction there is.
func (s *state) forgetPrediction() {
	var oldest *projectState
	for _, p := range s.Projects {
		if len(p.Predictions) > 0 && (oldest == nil || p.Predictions[0].ID < oldest.Predictions[0].ID) {
			oldest = p
		}
	}
	oldest.Predictions = oldest.Predictions[1:]
}

// forgetBatch drops the oldest import of the project that has most of them.
func (s *state) forgetBatch() {
	p := s.fullest(func(p *projectState) int { return len(p.Batches) })
	b := p.Batches[0]
	p.settle(b.tally(), span{First: b.First, Count: b.Count})
	p.Batches = p.Batches[1:]
}

// forgetRuns drops the older half of what happened in the import where most happened, with the tasks that lie between.
func (s *state) forgetRuns() {
	p := s.fullest(runsOf)
	b := slices.MaxFunc(p.Batches, func(a, b *batch) int { return len(a.Runs) - len(b.Runs) })
	half := len(b.Runs) / 2
	at := b.Runs[half].From
	head := batch{First: b.First, Count: at, Runs: b.Runs[:half]}
	p.settle(head.tally(), span{First: b.First, Count: at})
	rest := slices.Clone(b.Runs[half:])
	for i := range rest {
		rest[i].From -= at
		rest[i].To -= at
	}
	b.First, b.Inner, b.Offset, b.Count, b.Runs = b.First+int64(at), b.Inner+at, b.Offset+at, b.Count-at, rest
}

// settle keeps the counts of tasks that are forgotten, and forgets what hangs on them.
func (p *projectState) settle(t tally, tasks span) {
	p.Forgotten = p.Forgotten.plus(t)
	held := func(id int64) bool { return id >= tasks.First && id < tasks.First+int64(tasks.Count) }
	p.Annotations = slices.DeleteFunc(p.Annotations, func(a *annotationState) bool { return held(a.Task) })
	p.Predictions = slices.DeleteFunc(p.Predictions, func(m *predictionState) bool { return held(m.Task) })
}
