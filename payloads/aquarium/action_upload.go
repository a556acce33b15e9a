package aquarium

import (
	"fmt"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

func uploadDataset(in payloads.ActionInput) (payloads.Effect, error) {
	st, err := readState(in.World)
	if err != nil {
		return payloads.Effect{}, err
	}
	p, err := st.project(in, true)
	if err != nil {
		return payloads.Effect{}, err
	}
	src := synth.New(in.Seed, in.Seed)
	d, err := st.uploaded(in, p, src)
	if err != nil {
		return payloads.Effect{}, err
	}
	key := keyComplete
	if in.String("outcome") == outcomeFailed {
		key, d.Failed, d.Errors = keyFailed, true, newFailures(src)
	}
	about := subject{Project: p.Name, Dataset: d.dataset}
	d.Errors = nil // the world needs to know that it failed, not why
	st.put(d)
	result := payloads.Obj("id", d.name(), "project", p.Name, "dataset", d.ID)
	if d.Inference != "" {
		result.Set("inference_set", d.Inference)
	}
	result.Set("status", d.status())
	result.Set("frames", d.Frames)
	return st.effect(result, key, about)
}

// uploaded is what the parameters upload: a labeled dataset or an inference set of one.
func (st *state) uploaded(in payloads.ActionInput, p *projectState, src *synth.Source) (datasetState, error) {
	if in.String("kind") == variantInference {
		base, err := st.labeledDataset(in, p)
		if err != nil {
			return datasetState{}, err
		}
		d := *base
		d.Inference = in.String("name")
		if d.Inference == "" {
			d.Inference = st.unused(inferenceName(src), func(name string) datasetState { other := d; other.Inference = name; return other })
		}
		return d, nil
	}
	if in.Has("dataset") {
		return datasetState{}, payloads.ParamErrorf("dataset", "belongs to an inference set; name is the id of a labeled dataset")
	}
	d := newDataset(p, in.String("name"), src, in.Now.UTC())
	if d.ID == "" {
		d.ID = st.unused(datasetName(src, domainOf(p.Domain)), func(name string) datasetState { other := d; other.ID = name; return other })
	}
	return d, nil
}

// unused numbers a name until the dataset that it would give is a new one.
func (st *state) unused(name string, named func(string) datasetState) string {
	candidate := name
	for n := 2; ; n++ {
		if !slices.ContainsFunc(st.Datasets, named(candidate).same) {
			return candidate
		}
		candidate = fmt.Sprintf("%s_%d", name, n)
	}
}

// name is what people call the dataset or inference set by.
func (d *datasetState) name() string {
	if d.Inference != "" {
		return d.Inference
	}
	return d.ID
}

func (d *datasetState) status() string {
	if d.Failed {
		return outcomeFailed
	}
	return outcomeComplete
}
