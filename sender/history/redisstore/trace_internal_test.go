package redisstore

import (
	"testing"
	"time"

	"github.com/annohook/annohook/sender/history"
)

// TestTraceOfADelivery: the trace is kept where there is one, costs nothing where there is none, and records of programs without it are read.
func TestTraceOfADelivery(t *testing.T) {
	t.Parallel()
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	created := time.UnixMicro(5).UTC()
	read := func(static string) history.Summary {
		t.Helper()
		f := state{fieldStatic: static, fieldMember: member(created, "d")}
		sum, err := New(nil, Options{}).statics.summary("d", f)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	for _, trace := range []string{parent, ""} {
		static, err := new(statics).encode(staticOf(history.Delivery{Trace: trace, Once: true, CreatedAt: created}))
		if err != nil {
			t.Fatal(err)
		}
		if got := read(static); got.Trace != trace || !got.Once || !got.CreatedAt.Equal(created) {
			t.Errorf("%s became %+v", static, got)
		}
		if trace == "" && static != `{"o":true,"c":true}` {
			t.Errorf("without a trace it is %s", static)
		}
	}
	if got := read(`{"f":"v1","t":"note.added","u":"http://x.test/","c":true}`); got.Trace != "" || got.Profile != "v1" {
		t.Errorf("an older record became %+v", got)
	}
}

func TestTraceOfAnEvent(t *testing.T) {
	t.Parallel()
	want := history.Event{ID: "e", Platform: "p", Trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", CreatedAt: time.UnixMicro(5).UTC()}
	got, err := decodeEvent(kept(t, New(nil, Options{}), want))
	if err != nil || got.Trace != want.Trace {
		t.Errorf("%+v, %v", got, err)
	}
}
