package argilla

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/subscriptions"
)

// The reads that the SDK's listener makes on each event (contract of SDK 2.8.0: Dataset.get, Settings.get, Record.get). A thing of the
// world is shown as it is now; anything else as it was in the newest body that showed it.

// me shows the user behind the key: the owner of the world's server.
func (c *call) me() (reply, error) {
	s, err := c.state()
	if err != nil {
		return reply{}, err
	}
	owner := subject{User: &s.Users[0]}.world(optionsOf(subscriptions.Subscription{})).user()
	key := cmp.Or(c.host.Key(), c.Header.Get(keyHeader), "argilla.apikey")
	owner.InsertAfter("role", "api_key", key)
	return reply{http.StatusOK, owner}, nil
}

func (c *call) version() (reply, error) {
	return reply{http.StatusOK, payloads.Obj("version", serverVersion)}, nil
}

// lookup validates the id of the path and finds the thing.
func (c *call) lookup(name, kind string, find func(id string) (*payloads.Object, error)) (*payloads.Object, *reply, error) {
	id, wrong := parseUUID(c.id)
	if wrong != "" {
		answer := invalid(problem("uuid_parsing", wrong, "path", name))
		return nil, &answer, nil
	}
	found, err := find(id)
	if found == nil && err == nil {
		answer := notFound(kind, id)
		return nil, &answer, nil
	}
	return found, nil, err
}

// findDataset returns a dataset as events show it; nil without one.
func (c *call) findDataset(id string) (*payloads.Object, error) {
	s, err := c.state()
	if err != nil {
		return nil, err
	}
	if d := s.dataset(id); d != nil {
		return s.datasetSubject(d).print(optionsOf(subscriptions.Subscription{}), showsDataset), nil
	}
	return c.seen.find(c.Context(), c.host, thing{showsDataset, id})
}

// findRecord returns a record as events show it; nil without one.
func (c *call) findRecord(id string) (*payloads.Object, error) {
	s, err := c.state()
	if err != nil {
		return nil, err
	}
	if d, rec := s.record(id); rec != nil {
		return s.recordSubject(d, rec).print(optionsOf(subscriptions.Subscription{}), showsRecord), nil
	}
	return c.seen.find(c.Context(), c.host, thing{showsRecord, id})
}

func (c *call) dataset() (reply, error) {
	d, bad, err := c.lookup("dataset_id", "Dataset", c.findDataset)
	if bad != nil || err != nil {
		return orEmpty(bad), err
	}
	return reply{http.StatusOK, restDataset(d)}, nil
}

// restDataset is a dataset as the API shows it (argilla-server api/schemas/v1/datasets.py@77f5c57c).
func restDataset(d *payloads.Object) *payloads.Object {
	return payloads.Obj(
		"id", get(d, "id"),
		"name", get(d, "name"),
		"guidelines", get(d, "guidelines"),
		"allow_extra_metadata", get(d, "allow_extra_metadata"),
		"status", get(d, "status"),
		"distribution", get(d, "distribution"),
		"metadata", nil,
		"workspace_id", get(objectAt(d, "workspace"), "id"),
		"last_activity_at", get(d, "last_activity_at"),
		"inserted_at", get(d, "inserted_at"),
		"updated_at", get(d, "updated_at"),
	)
}

func get(o *payloads.Object, key string) payloads.Value {
	if o == nil {
		return nil
	}
	v, _ := o.Get(key)
	return v
}

func objectAt(o *payloads.Object, key string) *payloads.Object {
	inner, _ := get(o, key).(*payloads.Object)
	return inner
}

// children lists what belongs to a dataset: its events show the same, without the dataset's id.
func (c *call) children(list string) (reply, error) {
	d, bad, err := c.lookup("dataset_id", "Dataset", c.findDataset)
	if bad != nil || err != nil {
		return orEmpty(bad), err
	}
	keys := map[string]string{"vectors-settings": "vectors_settings", "metadata-properties": "metadata_properties"}
	children, _ := get(d, cmp.Or(keys[list], list)).(payloads.Array)
	items := payloads.Array{}
	for _, child := range children {
		if o, ok := child.(*payloads.Object); ok {
			items = append(items, restChild(o, get(d, "id")))
		}
	}
	return reply{http.StatusOK, payloads.Obj("items", items)}, nil
}

// restChild adds the dataset's id before the times.
func restChild(child *payloads.Object, dataset payloads.Value) *payloads.Object {
	out := &payloads.Object{}
	for _, m := range child.Members() {
		if m.Key == "inserted_at" {
			out.Set("dataset_id", dataset)
		}
		out.Set(m.Key, m.Value)
	}
	out.Set("dataset_id", dataset)
	return out
}

// record shows a record without what hangs on it (argilla-server api/schemas/v1/records.py@77f5c57c).
func (c *call) record() (reply, error) {
	rec, bad, err := c.lookup("record_id", "Record", c.findRecord)
	if bad != nil || err != nil {
		return orEmpty(bad), err
	}
	return reply{http.StatusOK, payloads.Obj(
		"id", get(rec, "id"),
		"status", get(rec, "status"),
		"fields", get(rec, "fields"),
		"metadata", get(rec, "metadata"),
		"external_id", get(rec, "external_id"),
		"responses", payloads.Array{},
		"suggestions", payloads.Array{},
		"vectors", &payloads.Object{},
		"dataset_id", get(objectAt(rec, "dataset"), "id"),
		"inserted_at", get(rec, "inserted_at"),
		"updated_at", get(rec, "updated_at"),
	)}, nil
}

func (c *call) listDatasets() (reply, error) {
	s, err := c.state()
	if err != nil {
		return reply{}, err
	}
	items := payloads.Array{}
	for _, d := range s.Datasets {
		items = append(items, restDataset(s.datasetSubject(d).print(optionsOf(subscriptions.Subscription{}), showsDataset)))
	}
	return reply{http.StatusOK, payloads.Obj("items", items)}, nil
}

func restWorkspace(w workspaceRow) *payloads.Object {
	at := wire.ISOMicroNaive(w.At.time())
	return payloads.Obj("id", w.id(), "name", w.Name, "inserted_at", at, "updated_at", at)
}

func (c *call) listWorkspaces() (reply, error) {
	s, err := c.state()
	if err != nil {
		return reply{}, err
	}
	items := payloads.Array{}
	for _, w := range s.Workspaces {
		items = append(items, restWorkspace(w))
	}
	return reply{http.StatusOK, payloads.Obj("items", items)}, nil
}

func (c *call) workspace() (reply, error) {
	found, bad, err := c.lookup("workspace_id", "Workspace", func(id string) (*payloads.Object, error) {
		s, err := c.state()
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(s.Workspaces, func(w workspaceRow) bool { return w.id() == id }); i >= 0 {
			return restWorkspace(s.Workspaces[i]), nil
		}
		return nil, nil //nolint:nilnil // nothing there
	})
	if bad != nil || err != nil {
		return orEmpty(bad), err
	}
	return reply{http.StatusOK, found}, nil
}
