package payloads_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

// brew is an action with a parameter of every kind.
func brew() payloads.Action {
	return payloads.Action{
		Name: "brew", Title: "Brew", Summary: "Brews.", Fidelity: payloads.Assumed, Source: "invented",
		Params: []payloads.Param{
			{Name: "pot", Kind: payloads.KindString, Required: true, Min: 1, Max: 5},
			{Name: "kind", Kind: payloads.KindString, Default: `"tea"`, Values: []string{"tea", "coffee"}},
			{Name: "cups", Kind: payloads.KindInteger, Default: "2", Min: 1, Max: 12},
			{Name: "offset", Kind: payloads.KindInteger},
			{Name: "strong", Kind: payloads.KindBoolean, Default: "false"},
			{Name: "extra", Kind: payloads.KindObject},
			{Name: "guests", Kind: payloads.KindStrings, Values: []string{"Ada", "Grace"}},
		},
		Do: func(payloads.ActionInput) (payloads.Effect, error) {
			return payloads.Effect{Result: payloads.Obj()}, nil
		},
	}
}

func TestActionCheck(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, given, want, problem string }{
		{"defaults", `{"pot":"blue"}`, `{"pot":"blue","kind":"tea","cups":2,"strong":false}`, ""},
		{
			"everything", `{"guests":["Ada"],"extra":{"b":1,"a":2},"strong":true,"offset":-3.0,"cups":12,"kind":"coffee","pot":"äöü€😀"}`,
			`{"pot":"äöü€😀","kind":"coffee","cups":12,"offset":-3,"strong":true,"extra":{"b":1,"a":2},"guests":["Ada"]}`, "",
		},
		{"null is absent", `{"pot":"p","cups":null}`, `{"pot":"p","kind":"tea","cups":2,"strong":false}`, ""},
		{"nothing given", `{}`, "", "params.pot: is required"},
		{"too short", `{"pot":""}`, "", "params.pot: must be a string of 1 to 5 characters"},
		{"too long", `{"pot":"123456"}`, "", "params.pot: must be a string of 1 to 5 characters"},
		{"no string", `{"pot":7}`, "", "params.pot: must be a string"},
		{"no such value", `{"pot":"p","kind":"milk"}`, "", `params.kind: "milk" is not allowed; allowed: tea, coffee`},
		{"too many", `{"pot":"p","cups":13}`, "", "params.cups: must be a whole number from 1 to 12"},
		{"a fraction", `{"pot":"p","offset":1.5}`, "", "params.offset: must be a whole number"},
		{"beyond 64 bits", `{"pot":"p","offset":18446744073709551616}`, "", "params.offset: must be a whole number"},
		{"no boolean", `{"pot":"p","strong":"yes"}`, "", "params.strong: must be true or false"},
		{"no object", `{"pot":"p","extra":[]}`, "", "params.extra: must be an object"},
		{"no list", `{"pot":"p","guests":"Ada"}`, "", "params.guests: must be a list"},
		{"list of another kind", `{"pot":"p","guests":[1]}`, "", "params.guests: must be a list"},
		{"list with a stranger", `{"pot":"p","guests":["Bob"]}`, "", `params.guests: "Bob" is not allowed; allowed: Ada, Grace`},
		{"unknown", `{"pot":"p","sugar":1}`, "", "params.sugar: is unknown; allowed: pot, kind, cups, offset, strong, extra, guests"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v, err := payloads.ParseValue([]byte(test.given))
			if err != nil {
				t.Fatal(err)
			}
			given, _ := v.(*payloads.Object)
			got, problems := brew().Check(given)
			if test.problem != "" {
				if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), test.problem) {
					t.Errorf("got problems %v, want %s", problems, test.problem)
				}
				return
			}
			if len(problems) > 0 || plain(t, got) != test.want {
				t.Errorf("got %s and %v, want %s", plain(t, got), problems, test.want)
			}
		})
	}
	none := payloads.Action{Name: "rest"}
	if _, problems := none.Check(payloads.Obj("x", 1)); len(problems) != 1 || problems[0].Message != "is unknown; rest takes none" {
		t.Errorf("got %v", problems)
	}
	if params, problems := none.Check(nil); params.Len() != 0 || problems != nil {
		t.Errorf("got %v and %v", params, problems)
	}
}

func TestActionInputReadsParameters(t *testing.T) {
	t.Parallel()
	in := payloads.ActionInput{Params: payloads.Obj("s", "text", "n", int64(3), "b", true)}
	if in.String("s") != "text" || in.Int("n") != 3 || !in.Bool("b") || !in.Has("s") {
		t.Error("a parameter is not read")
	}
	if in.String("n") != "" || in.Int("s") != 0 || in.Bool("x") || in.Has("x") {
		t.Error("an absent parameter, or one of another kind, has a value")
	}
}

func TestParamErrorNamesItsField(t *testing.T) {
	t.Parallel()
	err := payloads.ParamErrorf("pot", "no pot is %q", "red")
	var param *payloads.ParamError
	if !errors.As(err, &param) || err.Error() != `params.pot: no pot is "red"` {
		t.Errorf("got %v", err)
	}
}

// TestRegistryRefusesActions gives a sound platform one bad action at a time.
func TestRegistryRefusesActions(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*payloads.Action){
		"is incomplete":               func(a *payloads.Action) { a.Source = "" },
		"which is not in the catalog": func(a *payloads.Action) { a.Raises = []string{"no.such.event"} },
		"default of params.cups":      func(a *payloads.Action) { a.Params[2].Default = "0" },
		"that is no JSON":             func(a *payloads.Action) { a.Params[2].Default = "{" },
	}
	for want, breakIt := range tests {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			p := whole("a", "1")
			a := brew()
			breakIt(&a)
			p.Actions, p.Inspect = []payloads.Action{a}, func([]byte) (*payloads.Object, error) { return payloads.Obj(), nil }
			if _, err := payloads.NewRegistry([]payloads.Platform{p}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
		})
	}
	p := whole("a", "1")
	p.Actions = []payloads.Action{brew()}
	if _, err := payloads.NewRegistry([]payloads.Platform{p}); err == nil || !strings.Contains(err.Error(), "inspect goes with actions") {
		t.Errorf("got %v", err)
	}
	p.Native = &payloads.Native{}
	if _, err := payloads.NewRegistry([]payloads.Platform{p}); err == nil || !strings.Contains(err.Error(), "native API") {
		t.Errorf("got %v", err)
	}
	if got, ok := p.Action("brew"); !ok || got.Name != "brew" {
		t.Error("the action is not found")
	}
	if _, ok := p.Action("bake"); ok {
		t.Error("an unknown action is found")
	}
}

func TestProblemsErrorListsAll(t *testing.T) {
	t.Parallel()
	err := &payloads.ProblemsError{Problems: []payloads.Problem{{Field: "a", Message: "is bad"}, {Message: "so is this"}}}
	if diff := cmp.Diff(err.Error(), "a: is bad; so is this"); diff != "" {
		t.Error(diff)
	}
}

// whole is the least that a registry accepts.
func whole(id, profile string) payloads.Platform {
	return payloads.Platform{
		ID: id, Name: id, Profile: profile, Timeout: time.Second,
		Events: []payloads.EventType{{
			Key: "made", Method: http.MethodPost, Source: "invented", Fidelity: payloads.Assumed,
			Build: func(payloads.Build) (*payloads.Object, error) { return payloads.Obj(), nil },
		}},
		NewNativeID: func([16]byte, time.Time, int64) string { return "1" },
		Compose:     func(payloads.Item) ([]payloads.Message, error) { return nil, nil },
		Sign:        func(payloads.Message, payloads.Stamp) (payloads.Signed, error) { return payloads.Signed{}, nil },
	}
}
