package toloka_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

var errStore = errors.New("the store at redis.internal has gone")

// shaky is a host of which one call fails: the store was away for a moment.
type shaky struct {
	*host

	left int   // calls before the one that fails; negative: it has failed
	err  error // of that call
}

func (s *shaky) call() error {
	s.left--
	if s.left == -1 {
		return s.err
	}
	return nil
}

func (s *shaky) Random() ([16]byte, error) {
	if err := s.call(); err != nil {
		return [16]byte{}, err
	}
	return s.host.Random()
}

func (s *shaky) Subscriptions(ctx context.Context) ([]subscriptions.Subscription, error) {
	if err := s.call(); err != nil {
		return nil, err
	}
	return s.host.Subscriptions(ctx)
}

func (s *shaky) Subscribe(ctx context.Context, sub subscriptions.Subscription) (subscriptions.Subscription, error) {
	if err := s.call(); err != nil {
		return sub, err
	}
	return s.host.Subscribe(ctx, sub)
}

func (s *shaky) Change(ctx context.Context, id string, change func(*subscriptions.Subscription) error) (subscriptions.Subscription, error) {
	if err := s.call(); err != nil {
		return subscriptions.Subscription{}, err
	}
	return s.host.Change(ctx, id, change)
}

func (s *shaky) Unsubscribe(ctx context.Context, id string) (subscriptions.Subscription, error) {
	if err := s.call(); err != nil {
		return subscriptions.Subscription{}, err
	}
	return s.host.Unsubscribe(ctx, id)
}

func (s *shaky) Push(ctx context.Context, id, eventType string) (payloads.Push, error) {
	if err := s.call(); err != nil {
		return payloads.Push{}, err
	}
	return s.host.Push(ctx, id, eventType)
}

func (s *shaky) World(ctx context.Context) ([]byte, error) {
	if err := s.call(); err != nil {
		return nil, err
	}
	return s.host.World(ctx)
}

func (s *shaky) Act(ctx context.Context, name string, params *payloads.Object) (*payloads.Object, error) {
	if err := s.call(); err != nil {
		return nil, err
	}
	return s.host.Act(ctx, name, params)
}

// shape is what a client knows of its rows, ids and times apart, with the secrets that it cannot see.
func shape(r *rig) []string {
	r.Helper()
	rowIDs(r)
	var list []string
	for _, s := range r.subscriptions() {
		for _, event := range s.Events {
			list = append(list, fmt.Sprintf("%s %s %s %s", s.URL, s.Scope, event, string(s.Secret)))
		}
	}
	slices.Sort(list)
	return list
}

// TestAgainAfterFailure fails each call of the host in turn and then repeats the request, as toloka-kit does after a 500: the end must be the
// same as without a failure, with no row twice and no id changed.
func TestAgainAfterFailure(t *testing.T) {
	three := func(secrets ...string) string {
		return forms(form("http://a/", toloka.PoolClosed, "7", secrets[0]), form("http://a/", toloka.AssignmentCreated, "7", secrets[1]),
			form("http://a/", toloka.AssignmentSkipped, "7", secrets[2]))
	}
	for name, body := range map[string]string{
		"as it is": three("one", "one", "one"), "all secrets": three("two", "two", "two"), "some secrets": three("two", "one", "two"),
		"new rows":   forms(form("http://b/", toloka.PoolClosed, "8", "x"), form("http://b/", toloka.AssignmentCreated, "8", "x"), form("http://a/", toloka.TestEvent, "7", "one")),
		"no secrets": three("", "", ""), "our own": three("two", "two", "one"), "our own, one": three("two", "one", "one"),
	} {
		t.Run(name, func(t *testing.T) {
			wanted, end := []string(nil), false
			for k := 0; !end; k++ {
				r := newRig(t)
				if strings.HasPrefix(name, "our own") {
					own := subscriptions.Subscription{URL: "http://a/", Secret: "one", Scope: []byte(`{"pool_id":"7"}`), Enabled: true}
					own.Events = []string{toloka.PoolClosed, toloka.AssignmentCreated, toloka.AssignmentSkipped}
					if _, err := r.host.Subscribe(t.Context(), own); err != nil {
						t.Fatal(err)
					}
				} else {
					r.want(http.StatusOK, "PUT", hooks, three("one", "one", "one"))
				}
				known := show(page(r, ""))
				count := len(rowIDs(r))
				frail := &shaky{host: r.host, left: k, err: errStore}
				r.handler = platform().Native.Handler(frail)
				status, answer := r.call("PUT", hooks, body)
				if end = frail.left >= 0; end {
					break
				}
				if status != http.StatusInternalServerError || at(answer, "code") != "INTERNAL_ERROR" || strings.Contains(show(answer), "redis") {
					t.Errorf("call %d fails: %d %s", k, status, show(answer))
				}
				if got := show(page(r, fmt.Sprint("?limit=", count))); strings.TrimSuffix(got, `true}`) != strings.TrimSuffix(known, `false}`) && got != known {
					t.Errorf("call %d fails: the rows were\n%s\nare\n%s", k, known, got)
				}
				r.want(http.StatusOK, "PUT", hooks, body)
				if got := shape(r); wanted == nil {
					wanted = got
				} else if diff := cmp.Diff(wanted, got); diff != "" {
					t.Errorf("call %d fails (-want +got):\n%s", k, diff)
				}
				if got := show(page(r, fmt.Sprint("?limit=", count))); strings.TrimSuffix(got, `true}`) != strings.TrimSuffix(known, `false}`) && got != known {
					t.Errorf("call %d fails and is repeated: the rows were\n%s\nare\n%s", k, known, got)
				}
			}
		})
	}
}

// TestDeleteAfterBrokenMove deletes a row that a broken move has left in two places.
func TestDeleteAfterBrokenMove(t *testing.T) {
	r := newRig(t)
	r.want(http.StatusOK, "PUT", hooks, forms(form("http://a/", toloka.PoolClosed, "7", "one"), form("http://a/", toloka.AssignmentCreated, "7", "one")))
	id := idOf(r, toloka.PoolClosed)
	sane := r.handler
	for k := 0; len(r.subscriptions()) == 1; k++ { // until the new place is there and the old one not yet gone
		r.handler = platform().Native.Handler(&shaky{host: r.host, left: k, err: errStore})
		r.want(http.StatusInternalServerError, "PUT", hooks, form("http://a/", toloka.PoolClosed, "7", "two"))
	}
	r.handler = sane
	if list := r.subscriptions(); len(list[0].Events) != 2 || len(list[1].Events) != 1 {
		t.Fatalf("stored %+v", list)
	}
	r.want(http.StatusNoContent, "DELETE", hooks+"/"+id, "")
	r.want(http.StatusNotFound, "GET", hooks+"/"+id, "")
	if list := r.subscriptions(); len(list) != 1 || !slices.Equal(list[0].Events, []string{toloka.AssignmentCreated}) {
		t.Errorf("stored %+v", list)
	}
}

// TestFailures fails each call of the host in turn for every other request: an answer in Toloka's dialect that says nothing of the cause.
func TestFailures(t *testing.T) {
	for _, line := range []string{
		"GET ", "GET /ROW", "DELETE /ROW", "POST /ROW/test", "GET pools/POOL", "POST pools/POOL/close", "GET tasks/TASK", "GET assignments/ID", "PATCH assignments/ID",
	} {
		t.Run(line, func(t *testing.T) {
			for k, end := 0, false; !end; k++ {
				r := newRig(t)
				row := r.want(http.StatusCreated, "PUT", hooks, form("http://a/", toloka.PoolClosed, "7", "s"))
				submitted := r.act(toloka.ActionSubmit)
				method, path, _ := strings.Cut(line, " ")
				if path == "" || path[0] == '/' {
					path = "webhook-subscriptions" + path
				}
				path = strings.NewReplacer("ROW", text(at(row, "id")), "POOL", text(at(submitted, "pool")), "TASK", text(at(submitted, "task")),
					"ID", text(at(submitted, "id"))).Replace(path)
				frail := &shaky{host: r.host, left: k, err: errStore}
				r.handler = platform().Native.Handler(frail)
				status, answer := r.call(method, "/api/v1/"+path, map[string]string{"PATCH": `{"status":"ACCEPTED"}`}[method])
				if end = frail.left >= 0; end {
					if status > 299 {
						t.Errorf("without a failure: %d %s", status, show(answer))
					}
					break
				}
				wellFormed(t, answer)
				if status != http.StatusInternalServerError || strings.Contains(show(answer), "redis") {
					t.Errorf("call %d fails: %d %s", k, status, show(answer))
				}
			}
		})
	}
}

// TestGoneMeanwhile takes the subscription away between the look and the deed, as another process may.
func TestGoneMeanwhile(t *testing.T) {
	for _, line := range []string{"DELETE ", "POST /test"} {
		r := newRig(t)
		row := r.want(http.StatusCreated, "PUT", hooks, form("http://a/", toloka.PoolClosed, "7", "s"))
		r.handler = platform().Native.Handler(&shaky{host: r.host, left: 1, err: fmt.Errorf("subscription 1: %w", subscriptions.ErrNotFound)})
		method, rest, _ := strings.Cut(line, " ")
		answer := r.want(http.StatusNotFound, method, hooks+"/"+text(at(row, "id"))+rest, "")
		if at(answer, "code") != "DOES_NOT_EXIST" {
			t.Errorf("%s: %s", line, show(answer))
		}
	}
}

// TestWorldRefuses wants what an action cannot do to be a conflict that says why.
func TestWorldRefuses(t *testing.T) {
	r := newRig(t)
	submitted := r.act(toloka.ActionSubmit)
	for _, refusal := range []error{
		payloads.ParamErrorf("assignment", "it is too late"), &payloads.ProblemsError{Problems: []payloads.Problem{{Field: "params.comment", Message: "it is too late"}}},
	} {
		r.handler = platform().Native.Handler(&shaky{host: r.host, left: 1, err: refusal})
		answer := r.want(http.StatusConflict, "PATCH", "/api/v1/assignments/"+text(at(submitted, "id")), `{"status":"ACCEPTED"}`)
		wellFormed(t, answer)
		if at(answer, "code") != "INAPPROPRIATE_STATUS" || !strings.Contains(text(at(answer, "message")), "it is too late") {
			t.Errorf("%v: %s", refusal, show(answer))
		}
	}
}
