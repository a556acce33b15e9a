package argilla

import (
	"time"

	"github.com/annohook/annohook/payloads"
)

func datasetParam(otherwise string) payloads.Param {
	return payloads.Param{Name: paramDataset, Kind: payloads.KindString, Summary: "Id or name of the dataset; otherwise " + otherwise + ".", Min: 1, Max: 200}
}

// Ways of making a dataset.
const (
	viaAPI = "api"
	viaSDK = "sdk"
)

// Bounds of what the server takes (argilla-server api/schemas/v1/datasets.py@77f5c57c); the highest minimum is ours.
const (
	mostNameRunes       = 200
	mostGuidelinesRunes = 10_000
	mostSubmitted       = 50
)

func createDatasetAction() payloads.Action {
	return payloads.Action{
		Name: "create-dataset", Title: "Create a dataset",
		Summary: "Adds a dataset: through the API a draft without fields; with the SDK a published one, by a create, a patch, calls for its fields and questions " +
			"that raise nothing, and a publication.",
		Params: []payloads.Param{
			{Name: "name", Kind: payloads.KindString, Summary: "Name, which no other dataset of the workspace has; otherwise one is made up.", Min: 1, Max: mostNameRunes},
			{Name: "workspace", Kind: payloads.KindString, Summary: "Name of its workspace, made if need be; otherwise the first one.", Min: 1, Max: mostNameRunes},
			{Name: "guidelines", Kind: payloads.KindString, Summary: "Guidelines for annotators; otherwise some are made up.", Min: 1, Max: mostGuidelinesRunes},
			{Name: "min_submitted", Kind: payloads.KindInteger, Summary: "How many submitted responses complete a record; otherwise 1 to 3.", Min: 1, Max: mostSubmitted},
			{
				Name: "kind", Kind: payloads.KindString, Default: `"text"`, Summary: "What the records' fields hold.",
				Values: []string{string(kindText), string(kindChat), string(kindImage), string(kindCustom)},
			},
			{Name: "via", Kind: payloads.KindString, Default: `"api"`, Summary: "How it is made: one call of the API, or all that the SDK does.", Values: []string{viaAPI, viaSDK}},
		},
		Raises:   []string{"dataset.created", "dataset.updated", "dataset.published"},
		Fidelity: payloads.FromSource, Source: sourceDatasets + "; argilla settings/_resource.py and datasets/_resource.py@77f5c57c",
		Do: do(createDataset),
	}
}

// patchAfter lies between the SDK's create and its patch.
const patchAfter = 19_311 * time.Microsecond

func createDataset(r *run) (*payloads.Object, error) {
	s := r.state
	workspace := s.Workspaces[0].Seed
	if name := r.String("workspace"); name != "" && name != s.Workspaces[0].Name {
		workspace = 0
		for _, w := range s.Workspaces {
			if w.Name == name {
				workspace = w.Seed
			}
		}
		if workspace == 0 {
			workspace = s.newWorkspace(r.Seed, name, s.Last)
		}
	}
	name := r.String("name")
	if s.named(workspace, name) != nil {
		return nil, payloads.ParamErrorf("name", "the workspace %q has a dataset %q already; choose another name or leave it out", s.workspace(workspace).Name, name)
	}
	d := s.newDataset(r.Seed, workspace, fieldKind(r.String("kind")), 0)
	if name != "" {
		d.Name = name
	}
	if text := r.String("guidelines"); text != "" {
		d.Guidelines = &text
	}
	if r.Has("min_submitted") {
		d.Minimum = int(r.Int("min_submitted"))
	}
	if r.String("via") == viaSDK {
		r.createBySDK(d)
	} else {
		r.begin(2 * activityLag)
		r.touchDataset(d, 0)
		d.Created = r.at(0)
		r.raise("dataset.created", r.at(r.eventLag()), s.datasetSubject(d))
	}
	return payloads.Obj("id", d.id(), "dataset", d.id(), "name", d.Name, "status", d.status(), "workspace", s.workspace(workspace).Name), nil
}

// activityLag is enough for a commit and the making of its events.
const activityLag = 10 * time.Millisecond

// createBySDK raises what the SDK's create does: at first the dataset has neither guidelines nor a distribution of its own.
func (r *run) createBySDK(d *datasetRow) {
	w := r.state.datasetSubject(d).world(options{})
	ready := w.publishing(w.childCount())
	r.begin(ready + activityLag)
	d.Created = r.at(0)
	r.touchDataset(d, 0)
	bare := *d
	bare.Guidelines, bare.Minimum = nil, 1
	r.raise("dataset.created", r.at(r.eventLag()), r.state.datasetSubject(&bare))
	r.touchDataset(d, patchAfter)
	r.raise("dataset.updated", r.at(patchAfter+r.eventLag()), r.state.datasetSubject(d))
	d.publish(r.at(ready))
	r.raise("dataset.published", r.at(ready+r.eventLag()), r.state.datasetSubject(d))
}

// touchDataset notes a change of the dataset's own row.
func (r *run) touchDataset(d *datasetRow, usual time.Duration) {
	d.Changed, d.LastUse = r.at(usual), r.at(usual)
}

func updateDatasetAction() payloads.Action {
	return payloads.Action{
		Name: "update-dataset", Title: "Change a dataset",
		Summary: "Patches the guidelines. dataset.updated comes even if nothing changed; then a background job counts every record with responses again, once for each " +
			"response, so that a record with several responses is reported as often.",
		Params: []payloads.Param{
			datasetParam("the newest published one"),
			{Name: "guidelines", Kind: payloads.KindString, Summary: "New guidelines; otherwise some are made up.", Min: 1, Max: mostGuidelinesRunes},
		},
		Raises:   []string{"dataset.updated", "record.updated", "record.completed"},
		Fidelity: payloads.FromSource, Source: sourceDatasets + "; argilla-server jobs/dataset_jobs.py@77f5c57c",
		Do: do(updateDataset),
	}
}

// The background job begins a while after the patch and needs this long for each response.
const (
	jobAfter   = 97 * time.Millisecond
	jobPerItem = 11 * time.Millisecond
)

func updateDataset(r *run) (*payloads.Object, error) {
	d, err := r.datasetOr(func() *datasetRow { return r.published(anyDataset) })
	if err != nil {
		return nil, err
	}
	rows := 0
	for _, rec := range d.Records {
		rows += len(rec.Responses)
	}
	r.begin(jobAfter + time.Duration(rows)*jobPerItem + answerSpan)
	text := r.String("guidelines")
	if text == "" {
		text = guidelines(r.src)
	}
	if d.Guidelines == nil || *d.Guidelines != text {
		d.Guidelines = &text
		r.touchDataset(d, 0)
	}
	r.raise("dataset.updated", r.at(r.eventLag()), r.state.datasetSubject(d))
	done := 0
	for _, rec := range d.Records {
		for range rec.Responses {
			r.reportCount(d, rec, jobAfter+time.Duration(done)*jobPerItem)
			done++
		}
	}
	return payloads.Obj("id", d.id(), "dataset", d.id(), "name", d.Name, "status", d.status(), "recounted", done), nil
}

func publishDatasetAction() payloads.Action {
	return payloads.Action{
		Name: "publish-dataset", Title: "Publish a dataset",
		Summary:  "Makes a draft ready for annotation; its fields and questions are there by then. Where no draft is left, somebody has made one in the meantime.",
		Params:   []payloads.Param{datasetParam("the oldest draft")},
		Raises:   []string{"dataset.published"},
		Fidelity: payloads.FromSource, Source: sourceDatasets,
		Do: do(publishDataset),
	}
}

func publishDataset(r *run) (*payloads.Object, error) {
	d, err := r.datasetOr(func() *datasetRow {
		for _, d := range r.state.Datasets {
			if d.Draft {
				return d
			}
		}
		return r.state.newDataset(r.Seed, r.state.Workspaces[0].Seed, kindText, r.earlier())
	})
	if err != nil {
		return nil, err
	}
	if !d.Draft {
		return nil, payloads.ParamErrorf(paramDataset, "the dataset %q is published already; name a draft, or make one with create-dataset", d.Name)
	}
	r.begin(2 * activityLag)
	d.publish(r.at(activityLag))
	r.raise("dataset.published", r.at(activityLag+r.eventLag()), r.state.datasetSubject(d))
	return payloads.Obj("id", d.id(), "dataset", d.id(), "name", d.Name, "status", d.status()), nil
}

func deleteDatasetAction() payloads.Action {
	return payloads.Action{
		Name: "delete-dataset", Title: "Delete a dataset",
		Summary:  "Deletes a dataset with its records and responses, for which no event is raised. Where none is left, somebody has made one in the meantime.",
		Params:   []payloads.Param{datasetParam("the newest one")},
		Raises:   []string{"dataset.deleted"},
		Fidelity: payloads.FromSource, Source: sourceDatasets,
		Do: do(deleteDataset),
	}
}

func deleteDataset(r *run) (*payloads.Object, error) {
	d, err := r.datasetOr(func() *datasetRow {
		if n := len(r.state.Datasets); n > 0 {
			return r.state.Datasets[n-1]
		}
		return r.published(anyDataset)
	})
	if err != nil {
		return nil, err
	}
	r.begin(2 * activityLag)
	r.raise("dataset.deleted", r.at(r.eventLag()), r.state.datasetSubject(d))
	kept := make([]*datasetRow, 0, len(r.state.Datasets))
	for _, other := range r.state.Datasets {
		if other != d {
			kept = append(kept, other)
		}
	}
	r.state.Datasets = kept
	return payloads.Obj("id", d.id(), "dataset", d.id(), "name", d.Name, "records", len(d.Records)), nil
}
