package argilla

import (
	"time"

	"github.com/annohook/annohook/payloads"
)

func logRecordsAction() payloads.Action {
	return payloads.Action{
		Name: "log-records", Title: "Log records with the SDK",
		Summary: "Upserts records in one bulk call. The server tells new records from changed ones by comparing two times, so a new record that comes with enough " +
			"responses raises record.updated, and an old untouched one that gets suggestions only raises record.created again.",
		Params: []payloads.Param{
			datasetParam("the newest published one"),
			countParam("How many.", "5", mostBulk),
			{Name: "existing", Kind: payloads.KindBoolean, Default: "false", Summary: "The records exist already; the oldest ones are sent again with other texts."},
			{Name: "with_responses", Kind: payloads.KindBoolean, Default: "false", Summary: "Each record brings as many submitted responses as complete it; they raise nothing."},
			{Name: "only_suggestions", Kind: payloads.KindBoolean, Default: "false", Summary: "Nothing but suggestions is sent for existing records."},
		},
		Raises:   []string{"record.created", "record.updated"},
		Fidelity: payloads.FromSource, Source: sourceBulk,
		Do: do(logRecords),
	}
}

func logRecords(r *run) (*payloads.Object, error) {
	d, err := r.readyDataset()
	if err != nil {
		return nil, err
	}
	n, existing := int(r.Int(paramCount)), r.Bool("existing")
	if r.Bool("only_suggestions") && !existing {
		return nil, payloads.ParamErrorf("only_suggestions", "a new record needs its fields; say existing, too")
	}
	if existing && len(d.Records) == 0 {
		r.supply(d)
	}
	var rows []*recordRow
	if existing {
		rows = d.Records[:min(n, len(d.Records))]
		r.beginBulk(len(rows))
	} else {
		r.beginBulk(n)
		rows = r.state.fill(d, r.Seed, n, 0)
		r.insertAll(rows)
	}
	for i, rec := range rows {
		if existing {
			r.sendAgain(rec, i)
		}
		if r.Bool("with_responses") {
			r.embedResponses(d, rec, time.Duration(i)*bulkStep)
		}
		key := "record.created"
		if rec.Changed != rec.Created {
			key = "record.updated"
		}
		r.raise(key, r.notified(len(rows), i), r.state.recordSubject(d, rec))
	}
	return recordsResult(d, rows), nil
}

// sendAgain gives an existing record other texts, unless only its suggestions or responses are sent.
func (r *run) sendAgain(rec *recordRow, i int) {
	if r.Bool("only_suggestions") || r.Bool("with_responses") {
		return
	}
	rec.Texts++
	rec.Changed = r.at(time.Duration(i) * bulkStep)
}

// embedResponses gives a record the submitted responses that it lacks. The status is set by a second statement, which moves updated_at.
func (r *run) embedResponses(d *datasetRow, rec *recordRow, usual time.Duration) {
	at := r.at(usual + bulkStep)
	for rec.submitted() < d.Minimum {
		u := r.annotator(rec)
		if u == nil {
			return
		}
		rec.Responses = append(rec.Responses, responseRow{Seed: r.seed(), User: u.Seed, Status: statusSubmitted, Created: at, Changed: at})
	}
	if !rec.Completed {
		rec.Completed, rec.Changed = true, r.at(usual+2*bulkStep)
	}
}
