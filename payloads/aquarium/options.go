package aquarium

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// maxProjectRunes bounds the name of a project in a scope; ours, as Aquarium states none.
const maxProjectRunes = 200

// scope is where a subscription looks: one project, or all of them.
type scope struct {
	project string // "": all of them
}

func options() []payloads.Option {
	return []payloads.Option{{
		In: "scope", Name: "project", Kind: "string", Fidelity: payloads.Documented,
		Summary: "Name of the project whose events the webhook gets. Real webhooks always belong to one; without it a subscription here gets the events of all.",
	}}
}

func check(s subscriptions.Subscription) []payloads.Problem {
	var problems []payloads.Problem
	if _, err := readScope(s.Scope); err != nil {
		problems = append(problems, payloads.Problem{Field: "scope", Message: err.Error() + `; allowed is {"project":"name"} or nothing`})
	}
	for _, h := range s.Headers {
		if strings.EqualFold(h.Name, headerName) {
			problems = append(problems, payloads.Problem{
				Field: "headers." + h.Name, Message: "this header carries the secret; set the field secret instead",
			})
		}
	}
	return problems
}

// readScope reads a scope; nothing, null and {} are all projects. Errors do not repeat the input.
func readScope(raw json.RawMessage) (scope, error) {
	if empty(raw) {
		return scope{}, nil
	}
	v, err := payloads.ParseValue(raw)
	if err != nil {
		return scope{}, errors.New("not one JSON object")
	}
	o, ok := v.(*payloads.Object)
	if !ok {
		return scope{}, errors.New("not an object")
	}
	project, ok := o.Get("project")
	if !ok || o.Len() != 1 {
		return scope{}, errors.New("has keys other than project")
	}
	name, ok := project.(string)
	switch {
	case !ok:
		return scope{}, errors.New("project is no string")
	case name == "":
		return scope{}, errors.New("project is empty")
	case utf8.RuneCountInString(name) > maxProjectRunes:
		return scope{}, fmt.Errorf("project is longer than %d characters", maxProjectRunes)
	}
	return scope{project: name}, nil
}

// empty is true for nothing, null and an object without keys.
func empty(raw json.RawMessage) bool {
	text := bytes.TrimSpace(raw)
	if len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return true
	}
	var o map[string]json.RawMessage
	return json.Unmarshal(text, &o) == nil && len(o) == 0
}

// matches compares the project of the event with that of the scope.
func matches(s subscriptions.Subscription, _ payloads.EventType, event *payloads.Object) (ok bool, why string) {
	wanted, err := readScope(s.Scope)
	switch {
	case err != nil:
		return false, "the scope cannot be read"
	case wanted.project == "":
		return true, ""
	}
	project, _ := event.Get("project")
	if project == wanted.project {
		return true, ""
	}
	return false, fmt.Sprintf("the event is in project %q, the scope is %q", fmt.Sprint(project), wanted.project)
}
