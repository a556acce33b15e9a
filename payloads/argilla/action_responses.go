package argilla

import (
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
)

func statusParam(standard, summary string) payloads.Param {
	return payloads.Param{
		Name: paramStatus, Kind: payloads.KindString, Default: standard, Summary: summary, Values: []string{statusSubmitted, statusDraft, statusDiscarded},
	}
}

func valuesParam() payloads.Param {
	return payloads.Param{
		Name: paramValues, Kind: payloads.KindObject, Summary: `The answers, as {"question":{"value":…}}; otherwise some are made up.`,
	}
}

func submitResponseAction() payloads.Action {
	return payloads.Action{
		Name: "submit-response", Title: "Answer a record",
		Summary: "An annotator submits a response, saves a draft or discards the record. The record's status is counted again and reported first; the response comes " +
			"last and nests the record as it was before.",
		Params: []payloads.Param{
			recordParam("the oldest of the dataset that waits for an answer"),
			datasetParam("the newest published one with such a record"),
			{Name: paramUser, Kind: payloads.KindString, Summary: "Id or name of who answers; otherwise an annotator who has not, a new one if need be.", Min: 1, Max: 200},
			statusParam(`"submitted"`, "What becomes of the response."),
			valuesParam(),
		},
		Raises:   []string{"record.updated", "record.completed", "response.created"},
		Fidelity: payloads.FromSource, Source: sourceDatasets + "; " + sourceRecalc,
		Do: do(submitResponse),
	}
}

// How long after the beginning the parts of an answer come; the count's event follows the count, and so on.
const (
	completedAfter = 3_170 * time.Microsecond // from record.updated to record.completed
	answerEvent    = recountAfter + 17*time.Millisecond
	answerSpan     = answerEvent + activityLag
)

func submitResponse(r *run) (*payloads.Object, error) {
	values, err := r.object(paramValues)
	if err != nil {
		return nil, err
	}
	d, rec, u, err := r.task()
	if err != nil {
		return nil, err
	}
	status := r.String(paramStatus)
	if err := r.checkValues(d, rec, values, status); err != nil {
		return nil, err
	}
	r.begin(answerSpan)
	row := responseRow{Seed: r.seed(), User: u.Seed, Status: status, Values: values, Created: r.at(0), Changed: r.at(0)}
	stale := *rec
	rec.Responses = append(rec.Responses, row)
	r.reportAnswer("response.created", d, rec, &stale, row)
	return r.responseResult(d, rec, row), nil
}

// task finds the record to answer and who answers it.
func (r *run) task() (d *datasetRow, rec *recordRow, u *userRow, err error) {
	if name := r.String(paramUser); name != "" {
		if u, err = r.state.findUser(name); err != nil {
			return nil, nil, nil, err
		}
	}
	var user uint64
	if u != nil {
		user = u.Seed
	}
	if d, rec, err = r.recordOr(func(d *datasetRow) *recordRow { return d.nextTask(user) }); err != nil {
		return nil, nil, nil, err
	}
	switch {
	case u == nil:
		if u = r.annotator(rec); u == nil {
			return nil, nil, nil, payloads.ParamErrorf(paramRecord, "all %d users have answered this record; choose another or leave it out", mostUsers)
		}
	case rec.by(user):
		return nil, nil, nil, payloads.ParamErrorf(paramUser, "%s has answered this record already; use update-response, or another record", u.Username)
	}
	return d, rec, u, nil
}

// reportAnswer raises what follows a change of a response: the count, then the response with the stale record.
func (r *run) reportAnswer(key string, d *datasetRow, rec, stale *recordRow, row responseRow) {
	d.LastUse = r.at(activityAfter)
	r.reportCount(d, rec, 0)
	s := r.state.responseSubject(d, stale, row)
	s.Counted = &countedRow{rec.Completed, rec.Changed}
	r.raise(key, r.at(answerEvent), s)
}

// reportCount counts the submitted responses of a record again, begun usual after the action's beginning, and raises what that raises,
// whether the status changed or not.
func (r *run) reportCount(d *datasetRow, rec *recordRow, usual time.Duration) {
	if completed := rec.submitted() >= d.Minimum; completed != rec.Completed {
		rec.Completed, rec.Changed = completed, r.at(usual+recountAfter)
	}
	made := usual + recountAfter + r.eventLag()
	r.raise("record.updated", r.at(made), r.state.recordSubject(d, rec))
	if rec.Completed {
		r.raise("record.completed", r.at(made+completedAfter), r.state.recordSubject(d, rec))
	}
}

func (r *run) responseResult(d *datasetRow, rec *recordRow, row responseRow) *payloads.Object {
	name := ""
	if u := r.state.user(row.User); u != nil {
		name = u.Username
	}
	return payloads.Obj("id", row.id(), "response", row.id(), "record", rec.id(), "dataset", d.id(), "user", name, "status", row.Status,
		"record_status", rec.status())
}

func responseParam() payloads.Param {
	return payloads.Param{
		Name: paramResponse, Kind: payloads.KindString, Summary: "Id of the response; otherwise the newest one.", Min: 1, Max: 100,
	}
}

func updateResponseAction() payloads.Action {
	return payloads.Action{
		Name: "update-response", Title: "Change a response",
		Summary: "An annotator changes a response: submits a draft, corrects a submission, discards it. The record may go back to pending.",
		Params: []payloads.Param{
			responseParam(),
			statusParam(`"submitted"`, "What becomes of the response."),
			valuesParam(),
		},
		Raises:   []string{"record.updated", "record.completed", "response.updated"},
		Fidelity: payloads.FromSource, Source: sourceDatasets + "; " + sourceRecalc,
		Do: do(updateResponse),
	}
}

func updateResponse(r *run) (*payloads.Object, error) {
	values, err := r.object(paramValues)
	if err != nil {
		return nil, err
	}
	t, err := r.responseOr()
	if err != nil {
		return nil, err
	}
	status := r.String(paramStatus)
	stale, row := *t.record, t.response()
	said := values
	if said == nil && row.Status != status {
		said = row.Values // a draft that a user wrote is submitted as it is
	}
	if err := r.checkValues(t.dataset, t.record, said, status); err != nil {
		return nil, err
	}
	r.begin(answerSpan)
	switch {
	case values != nil:
		row.Values = values
	case row.Status == status:
		row.Values = nil
		row.Edits++ // a correction: other answers
	}
	row.Status, row.Changed = status, r.at(0)
	r.reportAnswer("response.updated", t.dataset, t.record, &stale, *row)
	return r.responseResult(t.dataset, t.record, *row), nil
}

func (r *run) responseOr() (target, error) {
	if id := r.String(paramResponse); id != "" {
		return r.state.findResponse(id)
	}
	return r.someResponse(func(responseRow) bool { return true }), nil
}

func deleteResponseAction() payloads.Action {
	return payloads.Action{
		Name: "delete-response", Title: "Delete a response",
		Summary: "Deletes a response. The record is counted again and reported first, perhaps pending now; response.deleted comes last although its timestamp is the " +
			"earliest, because it is made before the deletion.",
		Params:   []payloads.Param{responseParam()},
		Raises:   []string{"record.updated", "record.completed", "response.deleted"},
		Fidelity: payloads.FromSource, Source: sourceDatasets + "; " + sourceRecalc,
		Do: do(deleteResponse),
	}
}

func deleteResponse(r *run) (*payloads.Object, error) {
	t, err := r.responseOr()
	if err != nil {
		return nil, err
	}
	r.begin(answerSpan)
	row := *t.response()
	before := r.state.responseSubject(t.dataset, t.record, row)
	t.record.Responses = slices.Delete(t.record.Responses, t.at, t.at+1)
	t.dataset.LastUse = r.at(activityAfter)
	r.reportCount(t.dataset, t.record, 0)
	before.Counted = &countedRow{t.record.Completed, t.record.Changed}
	r.raise("response.deleted", r.at(r.src.Duration(time.Millisecond, activityAfter)), before)
	return r.responseResult(t.dataset, t.record, row), nil
}
