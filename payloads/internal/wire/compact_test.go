package wire_test

import (
	"strconv"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

func TestPythonCompact(t *testing.T) {
	t.Parallel()
	text := func(dst []byte, s string) []byte { return strconv.AppendQuote(dst, s) }
	v := payloads.Obj("a", payloads.Array{1, 1.0, "é", nil, true}, "b", payloads.Obj(), "c", payloads.Array{})
	got, err := wire.PythonCompact(v, text)
	if want := `{"a":[1,1.0,"é",null,true],"b":{},"c":[]}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	for _, bad := range []payloads.Value{struct{}{}, payloads.Array{struct{}{}}, payloads.Obj("a", struct{}{})} {
		if _, err := wire.PythonCompact(bad, text); err == nil {
			t.Errorf("%T is printed", bad)
		}
	}
}
