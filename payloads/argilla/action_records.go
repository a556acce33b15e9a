package argilla

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
)

// Bounds of the server's calls (argilla-server api/schemas/v1/records_bulk.py and api/handlers/v1/datasets/records.py@77f5c57c), and of
// what a result lists.
const (
	mostBulk    = 500
	mostDeleted = 100
	mostListed  = 20
)

// mostObjectBytes bounds an object that a user says, as JSON: the world keeps it.
const mostObjectBytes = 8 << 10

// notifyStep lies between the events of one bulk call: each is looked up and put into the queue before the next.
const notifyStep = 2_900 * time.Microsecond

func countParam(summary, standard string, most int64) payloads.Param {
	return payloads.Param{Name: paramCount, Kind: payloads.KindInteger, Default: standard, Summary: summary, Min: 1, Max: most}
}

func recordParam(otherwise string) payloads.Param {
	return payloads.Param{Name: paramRecord, Kind: payloads.KindString, Summary: "Id of the record; otherwise " + otherwise + ".", Min: 1, Max: 100}
}

func addRecordsAction() payloads.Action {
	return payloads.Action{
		Name: "add-records", Title: "Add records",
		Summary: "Adds records to a published dataset in one bulk call, which raises record.created for each.",
		Params: []payloads.Param{
			datasetParam("the newest published one"),
			countParam("How many.", "3", mostBulk),
		},
		Raises:   []string{"record.created"},
		Fidelity: payloads.FromSource, Source: sourceBulk,
		Do: do(addRecords),
	}
}

func addRecords(r *run) (*payloads.Object, error) {
	d, err := r.readyDataset()
	if err != nil {
		return nil, err
	}
	n := int(r.Int(paramCount))
	r.beginBulk(n)
	rows := r.state.fill(d, r.Seed, n, 0)
	r.insertAll(rows)
	for i, rec := range rows {
		r.raise("record.created", r.notified(n, i), r.state.recordSubject(d, rec))
	}
	return recordsResult(d, rows), nil
}

// beginBulk begins a bulk call about n records; insertAll and notified give the moments in it.
func (r *run) beginBulk(n int) {
	r.begin(time.Duration(n)*(bulkStep+notifyStep) + 2*activityLag)
}

func (r *run) insertAll(rows []*recordRow) {
	for i, rec := range rows {
		rec.Created = r.at(time.Duration(i) * bulkStep)
		rec.Changed = rec.Created
	}
}

// notified is when the event of record i of n was made.
func (r *run) notified(n, i int) micros {
	return r.at(time.Duration(n)*bulkStep + activityLag + time.Duration(i)*notifyStep + r.src.Duration(0, time.Millisecond))
}

func (r *run) readyDataset() (*datasetRow, error) {
	d, err := r.datasetOr(func() *datasetRow { return r.published(anyDataset) })
	if err == nil && d.Draft {
		err = draftError(d)
	}
	return d, err
}

func draftError(d *datasetRow) error {
	return payloads.ParamErrorf(paramDataset, "the dataset %q is a draft and has no records; publish-dataset first", d.Name)
}

func recordsResult(d *datasetRow, rows []*recordRow) *payloads.Object {
	ids := payloads.Array{}
	for _, rec := range rows[:min(len(rows), mostListed)] {
		ids = append(ids, rec.id())
	}
	return payloads.Obj("id", ids[0], "record", ids[0], "dataset", d.id(), "records", ids, "count", len(rows))
}

func updateRecordAction() payloads.Action {
	return payloads.Action{
		Name: "update-record", Title: "Change a record",
		Summary: "Patches the metadata of a record. A patch without changes raises nothing (since server 2.6).",
		Params: []payloads.Param{
			recordParam("the oldest pending one of the dataset"),
			datasetParam("the newest published one with a pending record"),
			{Name: "metadata", Kind: payloads.KindObject, Summary: "The new metadata; otherwise other values are made up."},
			{Name: "unchanged", Kind: payloads.KindBoolean, Default: "false", Summary: "Send a patch that changes nothing."},
		},
		Raises:   []string{"record.updated"},
		Fidelity: payloads.FromSource, Source: sourceRecords + "; argilla-server CHANGELOG.md@77f5c57c",
		Do: do(updateRecord),
	}
}

func updateRecord(r *run) (*payloads.Object, error) {
	d, rec, err := r.recordOr(func(d *datasetRow) *recordRow { return d.nextTask(0) })
	if err != nil {
		return nil, err
	}
	metadata, err := r.object("metadata")
	if err != nil {
		return nil, err
	}
	r.begin(2 * activityLag)
	if !r.Bool("unchanged") {
		if rec.Metadata = metadata; metadata == nil {
			rec.Values++
		}
		rec.Changed = r.at(0)
		r.raise("record.updated", r.at(r.eventLag()), r.state.recordSubject(d, rec))
	}
	return payloads.Obj("id", rec.id(), "record", rec.id(), "dataset", d.id(), "record_status", rec.status()), nil
}

// recordOr is the record that the user named, otherwise the one that usual finds in the dataset that the user named, or in the newest
// published one that has such a record. The world adds records where there is none.
func (r *run) recordOr(usual func(*datasetRow) *recordRow) (*datasetRow, *recordRow, error) {
	if id := r.String(paramRecord); id != "" {
		return r.state.findRecord(paramRecord, id)
	}
	d, err := r.datasetOr(func() *datasetRow {
		return r.published(func(d *datasetRow) bool { return usual(d) != nil })
	})
	switch {
	case err != nil:
		return nil, nil, err
	case d.Draft:
		return nil, nil, draftError(d)
	}
	if rec := usual(d); rec != nil {
		return d, rec, nil
	}
	return d, r.supply(d)[0], nil
}

// object is an object parameter as JSON, nil without it.
func (r *run) object(name string) (json.RawMessage, error) {
	v, _ := r.Params.Get(name)
	o, _ := v.(*payloads.Object)
	if o == nil {
		return nil, nil
	}
	text, err := payloads.JSON(o)
	if err != nil || len(text) > mostObjectBytes {
		return nil, payloads.ParamErrorf(name, "must be an object of at most %d bytes", mostObjectBytes)
	}
	return text, nil
}

func deleteRecordsAction() payloads.Action {
	return payloads.Action{
		Name: "delete-records", Title: "Delete records",
		Summary: "Deletes records, which raises record.deleted for each in the order of their insertion. Their responses raise nothing.",
		Params: []payloads.Param{
			{Name: "records", Kind: payloads.KindStrings, Summary: "Ids of the records, at most 100; otherwise the newest ones of a dataset are taken."},
			datasetParam("the newest published one with records"),
			countParam("How many, where none are named.", "1", mostDeleted),
		},
		Raises:   []string{"record.deleted"},
		Fidelity: payloads.FromSource, Source: sourceRecords,
		Do: do(deleteRecords),
	}
}

// placed is a record with its dataset.
type placed struct {
	dataset *datasetRow
	record  *recordRow
}

func deleteRecords(r *run) (*payloads.Object, error) {
	chosen, err := r.chosenRecords()
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(chosen, func(a, b placed) int { return int(a.record.Created - b.record.Created) })
	r.beginBulk(len(chosen))
	rows := make([]*recordRow, len(chosen))
	for i, p := range chosen {
		rows[i] = p.record
		r.raise("record.deleted", r.notified(len(chosen), i), r.state.recordSubject(p.dataset, p.record))
	}
	for _, p := range chosen {
		p.dataset.Records = slices.DeleteFunc(p.dataset.Records, func(rec *recordRow) bool { return rec == p.record })
	}
	return recordsResult(chosen[0].dataset, rows), nil
}

func (r *run) chosenRecords() ([]placed, error) {
	v, _ := r.Params.Get("records")
	ids, _ := v.(payloads.Array)
	if len(ids) > mostDeleted {
		return nil, payloads.ParamErrorf("records", "at most %d records can be deleted in one call", mostDeleted)
	}
	var chosen []placed
	for _, v := range ids {
		id, _ := v.(string)
		d, rec, err := r.state.findRecord("records", id)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(chosen, placed{d, rec}) {
			chosen = append(chosen, placed{d, rec})
		}
	}
	if len(chosen) > 0 {
		return chosen, nil
	}
	d, err := r.datasetOr(func() *datasetRow {
		return r.published(func(d *datasetRow) bool { return len(d.Records) > 0 })
	})
	switch {
	case err != nil:
		return nil, err
	case d.Draft:
		return nil, draftError(d)
	case len(d.Records) == 0:
		r.supply(d)
	}
	for _, rec := range d.Records[max(0, len(d.Records)-int(r.Int(paramCount))):] {
		chosen = append(chosen, placed{d, rec})
	}
	return chosen, nil
}
