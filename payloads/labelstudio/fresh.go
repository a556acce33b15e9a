package labelstudio

import (
	"time"

	"github.com/annohook/annohook/payloads/internal/synth"
)

// The kinds of labeling interfaces that a project of the world can have.
const (
	interfaceText   = "text"
	interfaceImage  = "image"
	interfaceEmpty  = "empty"
	interfaceCustom = "custom"
)

// freshSeed and freshTime make the fresh world, the same for everybody and long before anything that is done to it.
const freshSeed = 1

func freshTime() time.Time { return time.Date(2025, time.November, 3, 9, 0, 0, 123_456_000, time.UTC) }

// freshState is an organization of three users with two projects: one of texts, where two of ten tasks are annotated and a model has
// looked at three others, and one of images, where one of five tasks is annotated.
func freshState() *state {
	s := &state{Users: 3}
	at := stampOf(freshTime())
	text := s.found(synth.New(freshSeed, freshSeed), interfaceText, "Answer spans pilot", at)
	text.Description, text.Instruction, text.Instructed = "Which part of the text answers the question?", "<p>Mark the shortest span that answers the question.</p>", true
	s.bring(text, 10, mix(freshSeed, 1), at.after(40*time.Second), true)
	for index := range 2 {
		s.annotateFresh(text, index, at.after(time.Hour))
	}
	for index := range 3 {
		s.predict(text, place{batch: text.Batches[0], index: 7 + index}, freshSeed+text.Batches[0].Seed, at.after(41*time.Second))
	}
	label := &labelState{ID: next(&s.Last.Label), Title: "Evidence", Author: 1, Created: at.after(2 * time.Hour)}
	s.Labels = append(s.Labels, label)
	text.Links = append(text.Links, &linkState{ID: next(&s.Last.Link), Label: label.ID, Control: textConfig(0).control})
	images := s.found(synth.New(freshSeed+1, freshSeed+1), interfaceImage, "Street scenes v2", at.after(24*time.Hour))
	s.bring(images, 5, mix(freshSeed, 2), at.after(25*time.Hour), true)
	s.annotateFresh(images, 0, at.after(26*time.Hour))
	s.Current = text.ID
	return s
}

func (s *state) annotateFresh(p *projectState, index int, at stamp) {
	s.annotate(p, place{batch: p.Batches[0], index: index}, &annotationState{
		By: 2, Seed: mix(p.Batches[0].Seed, freshSeed), Created: at.after(time.Duration(index) * time.Minute),
	})
	p.relabel(place{batch: p.Batches[0], index: index})
}

// found creates a project with an interface of a kind.
func (s *state) found(src *synth.Source, kind, title string, at stamp) *projectState {
	p := &projectState{settings: settings{
		ID: next(&s.Last.Project), Owner: 1, Token: src.IDText(synth.Letters, keyLength), Title: title,
		Color:    "#FFFFFF",
		Sampling: "Sequential sampling", SkipQueue: "REQUEUE_FOR_OTHERS", Overlap: 1, Kind: kind, Created: at, Updated: at.after(40 * time.Microsecond),
	}}
	s.Projects = append(s.Projects, p)
	s.Current = p.ID
	return p
}

// bring adds n tasks to a project; they come from an uploaded file or through the API.
func (s *state) bring(p *projectState, n int, seed uint64, at stamp, file bool) *batch {
	c := p.config(server122)
	b := &batch{
		First: s.Last.Task + 1, Count: n, Inner: p.innermost() + 1, Seed: seed, Kind: c.kind(), Field: c.dataField(), At: at,
	}
	if file {
		b.Upload = next(&s.Last.Upload)
	}
	s.Last.Task += int64(n)
	p.Batches = append(p.Batches, b)
	return b
}

// annotate adds an annotation to a task; whether the task is finished with it is for relabel to say.
func (s *state) annotate(p *projectState, at place, a *annotationState) {
	a.ID, a.Task = next(&s.Last.Annotation), at.id()
	if a.Updated == 0 {
		a.Updated = a.Created.after(30 * time.Microsecond)
	}
	if !a.Converted {
		a.Updater = a.By
	}
	p.Annotations = append(p.Annotations, a)
	p.count(at, a.Skipped, 1)
}

// predict adds a model's prediction to a task. The project takes the model's version as its own where it has none, as an import does.
func (s *state) predict(p *projectState, at place, seed uint64, made stamp) {
	if p.Model == "" {
		p.Model = usualModel(p.config(server122).kind())
	}
	p.Predictions = append(p.Predictions, &predictionState{
		ID: next(&s.Last.Prediction), Task: at.id(), Seed: seed, Model: p.Model, Made: made,
	})
	w := at.batch.work(at.index)
	w.Predictions++
	at.batch.set(at.index, w)
}

// count adds n annotations, or skips, to the counters of a task.
func (p *projectState) count(at place, skipped bool, n int) {
	w := at.batch.work(at.index)
	if skipped {
		w.Skips = max(0, w.Skips+n)
	} else {
		w.Annotations = max(0, w.Annotations+n)
	}
	at.batch.set(at.index, w)
}

// relabel says anew whether a task is finished.
func (p *projectState) relabel(at place) {
	w := at.batch.work(at.index)
	done := w.Annotations
	if p.SkipQueue == ignoreSkipped {
		done += w.Skips
	}
	w.Labeled = done >= max(p.Overlap, 1)
	at.batch.set(at.index, w)
}

// config is the labeling interface of the project as a generation prints it.
func (t settings) config(gen generation) config {
	set := t.LabelSet
	if gen == documents {
		set = 0
	}
	switch t.Kind {
	case interfaceText:
		return textConfig(set)
	case interfaceImage:
		return imageConfig(set)
	case interfaceCustom:
		return customConfig(t.XML)
	default:
		return emptyConfig()
	}
}
