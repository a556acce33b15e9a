package queue

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/sender/history"
)

func TestPayload(t *testing.T) {
	t.Parallel()
	at := time.UnixMicro(1_795_253_400_123_456).UTC()
	want := []history.Due{
		{Ref: history.Ref{Delivery: "a", Attempt: 1}, SubscriptionID: "s", At: at},
		{Ref: history.Ref{Delivery: "b", Generation: 7}, SubscriptionID: "é\"", At: at.Add(time.Hour)},
	}
	text, err := encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzPayload gives the reader of tasks any bytes: it answers references that can be written again, or an error.
func FuzzPayload(f *testing.F) {
	for _, text := range []string{`{"b":[{"r":"a:1:0","s":"s","d":5}]}`, `{"b":[]}`, `{"r":"a:1:0"}`, `{"b":[{"r":"a"}]}`, `null`, ``, `{"b":[null]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dues, err := decode(text)
		if err != nil {
			return
		}
		if len(dues) == 0 {
			t.Fatal("neither references nor an error")
		}
		again, err := encode(dues)
		if err != nil {
			t.Fatal(err)
		}
		same, err := decode(again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(dues, same); diff != "" {
			t.Fatal(diff)
		}
	})
}
