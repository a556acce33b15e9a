package toloka_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
	"github.com/annohook/annohook/subscriptions"
)

func inPool(pool string) subscriptions.Subscription {
	s := payloadtest.Subscription(platform())
	s.Scope = fmt.Appendf(nil, `{"pool_id":%q}`, pool)
	return s
}

// buildSeed makes an event of another seed than the usual one.
func buildSeed(t *testing.T, key string, s subscriptions.Subscription, seed uint64) *payloads.Object {
	t.Helper()
	e, _ := platform().Event(key)
	b := payloadtest.Build(s, "")
	b.Seed, b.IDSeed = seed, seed
	event, err := e.Build(b)
	if err != nil {
		t.Fatal(err)
	}
	return event
}

// TestTriggerInManyPools wants one trigger that happens in two pools to be two events, and in one pool one, whoever is told: a listener throws
// away the second of two events with the same uuid.
func TestTriggerInManyPools(t *testing.T) {
	for _, e := range platform().Events {
		one, other, again := build(t, e.Key, inPool("36502086")), build(t, e.Key, inPool("36502087")), build(t, e.Key, inPool("36502086"))
		if at(one, "uuid") == at(other, "uuid") {
			t.Errorf("%s has the uuid %v in both pools", e.Key, at(one, "uuid"))
		}
		if at(one, "uuid") != at(again, "uuid") {
			t.Errorf("%s has two uuids in one pool", e.Key)
		}
	}
}

// TestScopedTriggersAgree wants all triggers in a scope's pool, whatever their seed, to agree with each other, with the world and with the API
// about the pool's project, the digits in ids and the fields of answers.
func TestScopedTriggersAgree(t *testing.T) {
	for _, pool := range []string{"36502086", "12", "1099511627776", "pool-1", "0012"} {
		stage := newStage(t)
		result := stage.act("CREATED", toloka.ActionAssign, "pool", pool)
		prefix, _, _ := strings.Cut(text(at(result, "id")), "--")
		fields := ""
		for seed := range uint64(20) {
			for _, e := range platform().Events {
				event := buildSeed(t, e.Key, inPool(pool), seed)
				if at(event, "project_id") != at(result, "project") {
					t.Fatalf("pool %s, seed %d: %s is in project %v, the world has it in %v", pool, seed, e.Key, at(event, "project_id"), at(result, "project"))
				}
				for _, key := range []string{"task_suite_id", "assignment_id", "task_id"} {
					if id := at(event, key); id != nil && !strings.HasPrefix(text(id), prefix+"--") {
						t.Errorf("pool %s: %s is %v, the world's begin with %s", pool, key, id, prefix)
					}
				}
				if answer, ok := at(event, "output_values").(*payloads.Object); ok {
					if keys := strings.Join(answer.Keys(), ","); fields == "" {
						fields = keys
					} else if keys != fields {
						t.Errorf("pool %s: answers have %s and %s", pool, fields, keys)
					}
				}
			}
		}
	}
}

// TestPushNamesTheProject wants the test event of a row to be in the project that the API says its pool is in.
func TestPushNamesTheProject(t *testing.T) {
	r := newRig(t)
	row := r.want(http.StatusCreated, "PUT", hooks, form("http://a/", "POOL_CLOSED", "7", ""))
	r.want(http.StatusOK, "POST", hooks+"/"+text(at(row, "id"))+"/test", "")
	push, err := r.host.Push(t.Context(), r.subscriptions()[0].ID, toloka.TestEvent)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := at(firstEvent(t, push.Body), "project_id"), at(r.want(http.StatusOK, "GET", "/api/v1/pools/7", ""), "project_id"); got != want {
		t.Errorf("the test event is in project %v, the pool in %v", got, want)
	}
}

// TestSpacing wants events of an action apart where nothing batches them.
func TestSpacing(t *testing.T) {
	if got := platform().Spacing; got <= 0 || got > 100*time.Millisecond {
		t.Errorf("spacing %v", got)
	}
}
