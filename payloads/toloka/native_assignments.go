package toloka

import (
	"context"
	"errors"
	"net/http"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
)

// assignment answers an assignment of the world, or one that a request named which was sent a short while ago.
func (a *api) assignment(r request) (int, payloads.Value, error) {
	w, one, _, err := a.findAssignment(r.ctx, r.id)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, w.assignmentView(one), nil
}

// findAssignment also says whether the world itself has it.
func (a *api) findAssignment(ctx context.Context, id string) (*world, *assignment, bool, error) {
	w, err := a.world(ctx)
	if err != nil {
		return nil, nil, false, err
	}
	if one := w.assignment(id); one != nil {
		return w, one, true, nil
	}
	one, err := a.sentAssignment(ctx, id)
	if err == nil && one == nil {
		err = errAbsent
	}
	return w, one, false, err
}

func (w *world) assignmentView(one *assignment) *payloads.Object {
	tasks, solutions := payloads.Array{}, payloads.Array{}
	for _, id := range w.tasksOf(one) {
		tasks = append(tasks, taskView(one.Project, id))
		if !one.Sent.IsZero() {
			solutions = append(solutions, payloads.Obj("output_values", answerTo(one.Project, one.ID+id)))
		}
	}
	o := payloads.Obj("id", one.ID, "task_suite_id", one.Suite, "pool_id", one.Pool, "user_id", one.User, "status", one.Status,
		"reward", reward, "tasks", tasks)
	if !one.Sent.IsZero() {
		o.Set("solutions", solutions)
	}
	o.Set("mixed", false)
	o.Set("created", one.Created.UTC().Format(layoutMilli))
	setTime(o, "submitted", one.Sent)
	if key := timeKey(one.Status); key != "" {
		setTime(o, key, one.Changed)
	}
	if one.Comment != "" {
		o.Set("public_comment", one.Comment)
	}
	return o
}

// timeKey is the field for the time at which an assignment took its status, where submitted is not that.
func timeKey(status string) string {
	switch status {
	case statusAccepted:
		return "accepted"
	case statusRejected:
		return "rejected"
	case statusSkipped:
		return "skipped"
	case statusExpired:
		return "expired"
	}
	return ""
}

// tasksOf are the ids of an assignment's tasks; of a suite that the world does not have, the one that an event named, or one made up from the
// suite's id.
func (w *world) tasksOf(one *assignment) []string {
	s := w.suite(one.Suite)
	switch {
	case s == nil && one.Task != "":
		return []string{one.Task}
	case s == nil:
		return []string{taskOf(one.Pool, one.Suite)}
	}
	ids := make([]string, len(s.Tasks))
	for i := range s.Tasks {
		ids[i] = s.Tasks[i].ID
	}
	return ids
}

// review is PATCH: the requester accepts or rejects.
func (a *api) review(r request) (int, payloads.Value, error) {
	v, err := body(r.http)
	if err != nil {
		return 0, nil, err
	}
	action, comment, err := readReview(v)
	if err != nil {
		return 0, nil, err
	}
	_, one, known, err := a.findAssignment(r.ctx, r.id)
	if err != nil {
		return 0, nil, err
	}
	params := payloads.Obj("assignment", one.ID, "comment", comment)
	if !known {
		if one.Status != statusSubmitted && (one.Status != statusRejected || action != ActionApprove) {
			return 0, nil, conflicting("Assignment is " + one.Status)
		}
		origin := payloads.Obj("task_suite_id", one.Suite, "pool_id", one.Pool, "project_id", one.Project)
		if one.Task != "" {
			origin.Set("task_id", one.Task)
		}
		params.Set("origin", origin)
	}
	if _, err := a.host.Act(r.ctx, action, params); err != nil {
		return 0, nil, conflict(err)
	}
	return a.assignment(r)
}

// readReview returns the action for a PATCH. A comment beyond what the world keeps is cut.
func readReview(v payloads.Value) (action, comment string, err error) {
	o, ok := v.(*payloads.Object)
	if !ok {
		return "", "", invalid(payloads.Obj("body", wrong("OBJECT_EXPECTED", "Value must be an object")))
	}
	r := formReader{errors: payloads.Obj()}
	text, _ := o.Get("public_comment")
	comment = r.text(payloads.Member{Key: "public_comment", Value: text}, maxBodyBytes)
	if utf8.RuneCountInString(comment) > maxCommentRunes {
		comment = string([]rune(comment)[:maxCommentRunes])
	}
	switch status, _ := o.Get("status"); status {
	case statusAccepted:
		action = ActionApprove
	case statusRejected:
		action = ActionReject
	case nil:
		r.bad("status", "VALUE_REQUIRED", "Value must be present and not equal to null")
	default:
		r.bad("status", "UNKNOWN_ENUM_VALUE", "Unknown value; one of ACCEPTED, REJECTED is expected")
	}
	if r.errors.Len() > 0 {
		return "", "", invalid(r.errors)
	}
	return action, comment, nil
}

// conflict turns what an action refuses into Toloka's 409.
func conflict(err error) error {
	if refused, ok := errors.AsType[*payloads.ParamError](err); ok {
		return conflicting(refused.Message)
	}
	if refused, ok := errors.AsType[*payloads.ProblemsError](err); ok {
		return conflicting(refused.Error())
	}
	return err
}

func conflicting(message string) error {
	return &apiError{status: http.StatusConflict, code: codeStatus, message: message}
}
