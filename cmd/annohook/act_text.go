package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/api"
	"github.com/annohook/annohook/web/client"
)

// listActions prints the actions of a platform with their parameters.
func (p *process) listActions(pl payloads.Platform) error {
	actions := api.Catalogue(pl, []payloads.Platform{pl}).Actions
	if p.output != formatText {
		return showList(p, actions, nil, nil)
	}
	var b strings.Builder
	for _, a := range actions {
		fmt.Fprintf(&b, "%s  %s\n  %s\n  raises: %s (%s)\n", a.Name, a.Title, a.Summary, cmp.Or(strings.Join(a.Raises, ", "), "nothing"), a.Fidelity)
		rows := make([][]string, len(a.Params))
		for i, param := range a.Params {
			rows[i] = []string{"  --set " + param.Name + "=…", param.Kind, paramNote(param), param.Summary}
		}
		_ = table(&b, nil, rows) // a Builder takes everything
		b.WriteString("\n")
	}
	_, err := io.WriteString(p.out, b.String())
	return err
}

// paramNote tells default and bounds of a parameter.
func paramNote(param client.Param) string {
	var notes []string
	switch {
	case param.Required:
		notes = append(notes, "required")
	case string(param.Default) != "null":
		notes = append(notes, "default "+string(param.Default))
	}
	if len(param.Values) > 0 {
		notes = append(notes, "one of "+strings.Join(param.Values, ", "))
	}
	if param.Kind == string(payloads.KindInteger) && (param.Min != 0 || param.Max != 0) {
		notes = append(notes, fmt.Sprintf("%d to %d", param.Min, param.Max))
	}
	return strings.Join(notes, "; ")
}

// printActed shows what an action came to for people.
func printActed(w io.Writer, acted client.Acted, deliveries bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s  %s  seed %d\n", acted.Platform, acted.Action, plural(len(acted.Events), "event"), acted.Seed)
	if text := string(acted.Result); text != "" && text != "{}" && text != "null" {
		b.WriteString("  " + text + "\n")
	}
	status := map[string]client.AcceptedDelivery{}
	for _, d := range acted.Deliveries {
		status[d.ID] = d
	}
	for _, e := range acted.Raised[:min(len(acted.Raised), maxShownEvents)] {
		fmt.Fprintf(&b, "  %s  event %s%s\n", e.Type, e.ID, unsent(e))
		for _, id := range e.Deliveries {
			if d, ok := status[id]; ok && deliveries {
				fmt.Fprintf(&b, "    delivery %s to subscription %s: %s\n", d.ID, d.SubscriptionID, d.Status)
			}
		}
	}
	if more := len(acted.Raised) - maxShownEvents; more > 0 {
		fmt.Fprintf(&b, "  … and %d more\n", more)
	}
	_, err := io.WriteString(w, visible(b.String()))
	return err
}

// maxShownEvents is how many events of one action a person is shown.
const maxShownEvents = 50

func unsent(e client.Raised) string {
	if len(e.Deliveries) > 0 {
		return ""
	}
	return "  (not sent)"
}

// maxShownEntities is how many entities of a kind a person is shown; the newest.
const maxShownEntities = 20

// printWorld shows the entities of a world, a line for each.
func printWorld(w io.Writer, world []byte) error {
	v, err := payloads.ParseValue(world)
	object, ok := v.(*payloads.Object)
	if err != nil || !ok {
		_, err := fmt.Fprintln(w, visible(string(world)))
		return err
	}
	var b strings.Builder
	for _, m := range object.Members() {
		list, ok := m.Value.(payloads.Array)
		if !ok {
			b.WriteString(m.Key + ": " + compact(m.Value) + "\n")
			continue
		}
		b.WriteString(m.Key + " (" + strconv.Itoa(len(list)) + ")\n")
		if more := len(list) - maxShownEntities; more > 0 {
			fmt.Fprintf(&b, "  … %d older\n", more)
			list = list[more:]
		}
		for _, item := range list {
			b.WriteString("  " + entity(item) + "\n")
		}
	}
	_, err = io.WriteString(w, visible(b.String()))
	return err
}

// entity is one entity in a line: its members as name=value.
func entity(v payloads.Value) string {
	object, ok := v.(*payloads.Object)
	if !ok {
		return compact(v)
	}
	parts := make([]string, 0, object.Len())
	for _, m := range object.Members() {
		parts = append(parts, m.Key+"="+compact(m.Value))
	}
	return strings.Join(parts, "  ")
}

func compact(v payloads.Value) string {
	if text, ok := v.(string); ok {
		return text
	}
	text, err := payloads.JSON(v)
	if err != nil {
		return "?"
	}
	return string(text)
}
