package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// maxSeed is the largest seed: every JSON reader knows numbers up to it exactly.
const maxSeed = 1<<53 - 1

// eventFlags say what an event looks like.
type eventFlags struct {
	profile, variant string
	seed, now        string
	merge, body      string
	assignments      []assignment
}

// assignment is one --set or --set-json, in the order they were given.
type assignment struct {
	path string
	raw  json.RawMessage
}

func (f *eventFlags) add(cmd *cobra.Command) {
	f.addOrigin(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.variant, "variant", "", "form of the event, where it has several")
	flags.Var(&assignFlag{list: &f.assignments}, "set", "set a `path=text` of the event, such as a.b[0].c=x; can be repeated")
	flags.Var(&assignFlag{list: &f.assignments, json: true}, "set-json", "set a `path=JSON` of the event, such as a.b=[1,2]; can be repeated")
	flags.StringVar(&f.merge, "merge", "", "JSON object, @file or - that is merged into the event (RFC 7396)")
	flags.StringVar(&f.body, "body", "", "text, @file or - that replaces the whole body, byte for byte")
}

// addOrigin adds what actions have in common with events.
func (f *eventFlags) addOrigin(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.profile, "profile", "", "behaviour of the platform, for example a server version")
	flags.StringVar(&f.seed, "seed", "", "whole number; the same seed and --now give the same event")
	flags.StringVar(&f.now, "now", "", "when the event happens, RFC 3339")
}

// assignFlag collects --set and --set-json; it implements pflag.Value.
type assignFlag struct {
	list *[]assignment
	json bool
}

// String is the default value for the help text: none.
func (f *assignFlag) String() string { return "" }

// Type names the value in the help text.
func (f *assignFlag) Type() string { return "assignment" }

// Set reads one path=value.
func (f *assignFlag) Set(text string) error {
	path, value, ok := cutAssignment(text)
	if !ok || path == "" {
		return fmt.Errorf("%q is not path=value", text)
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if f.json {
		raw = []byte(value)
		if _, err := payloads.ParseValue(raw); err != nil {
			return fmt.Errorf("the value of %s is not JSON: %w", path, err)
		}
	}
	*f.list = append(*f.list, assignment{path: path, raw: raw})
	return nil
}

// cutAssignment cuts at the first = outside quotes, since a quoted key may hold one.
func cutAssignment(text string) (path, value string, ok bool) {
	quoted, escaped := false, false
	for i, r := range text {
		switch {
		case escaped:
			escaped = false
		case quoted && r == '\\':
			escaped = true
		case r == '"':
			quoted = !quoted
		case r == '=' && !quoted:
			return text[:i], text[i+1:], true
		}
	}
	return "", "", false
}

// event is what the flags came to.
type event struct {
	profile, variant string
	seed             *uint64
	now              *time.Time
	merge            json.RawMessage // a JSON object; nil: none
	set              []assignment
	body             []byte // nil: built
}

func (f *eventFlags) read(p *process) (event, error) {
	e := event{profile: f.profile, variant: f.variant, set: f.assignments}
	if f.seed != "" {
		seed, err := strconv.ParseUint(f.seed, 10, 64)
		if err != nil || seed > maxSeed {
			return e, &usageError{fmt.Sprintf("--seed: %q is not a whole number from 0 to %d", f.seed, uint64(maxSeed))}
		}
		e.seed = &seed
	}
	if f.now != "" {
		now, err := time.Parse(time.RFC3339Nano, f.now)
		if err != nil {
			return e, &usageError{fmt.Sprintf("--now: %q is not a time such as 2026-01-02T15:04:05Z", f.now)}
		}
		now = now.UTC()
		e.now = &now
	}
	if f.body != "" {
		if f.merge != "" || len(f.assignments) > 0 {
			return e, &usageError{"--body replaces everything, so --set, --set-json and --merge cannot be given with it"}
		}
		body, err := p.input("--body", f.body)
		if err != nil {
			return e, err
		}
		e.body = append([]byte{}, body...)
	}
	if f.merge != "" {
		merge, err := p.input("--merge", f.merge)
		if err != nil {
			return e, err
		}
		e.merge = merge
		if _, err := e.override(); err != nil {
			return e, err
		}
	}
	return e, nil
}

// override is the changes as the builder takes them.
func (e event) override() (payloads.Override, error) {
	var o payloads.Override
	if e.merge != nil {
		v, err := payloads.ParseValue(e.merge)
		if err != nil {
			return o, &usageError{fmt.Sprintf("--merge: not JSON: %v", err)}
		}
		object, ok := v.(*payloads.Object)
		if !ok {
			return o, &usageError{"--merge: a JSON object is needed"}
		}
		o.Data = object
	}
	for _, a := range e.set {
		v, err := payloads.ParseValue(a.raw)
		if err != nil {
			return o, &usageError{fmt.Sprintf("--set-json %s: not JSON: %v", a.path, err)}
		}
		o.Set = append(o.Set, payloads.Assignment{Path: a.path, Value: v})
	}
	return o, nil
}

// compose builds one event for a subscription and fixes its messages; several events of a batching platform make one.
func compose(pl payloads.Platform, sub subscriptions.Subscription, et payloads.EventType, e event, seed uint64, at time.Time) ([]payloads.Message, error) {
	if e.body != nil {
		return []payloads.Message{{Method: et.Method, Body: e.body}}, nil
	}
	tree, err := et.Build(payloads.Build{Variant: e.variant, Seed: seed, IDSeed: seed, Now: at, Subscription: sub})
	if err != nil {
		return nil, &usageError{err.Error()}
	}
	override, err := e.override()
	if err != nil {
		return nil, err
	}
	if err := override.Apply(tree); err != nil {
		return nil, err
	}
	messages, err := pl.Compose(payloads.Item{Subscription: sub, Type: et, Event: tree})
	if err != nil {
		return nil, &usageError{fmt.Sprintf("%s cannot print this event: %v", pl.Name, err)}
	}
	if pl.Batch == nil {
		return messages, nil
	}
	joined, err := pl.Batch.Join(messages)
	if err != nil {
		return nil, &usageError{fmt.Sprintf("%s cannot print this event: %v", pl.Name, err)}
	}
	return []payloads.Message{joined}, nil
}

// randomSeed draws a seed for an event that was not given one.
func (p *process) randomSeed() (uint64, error) {
	var b [8]byte
	if _, err := io.ReadFull(p.random, b[:]); err != nil {
		return 0, fmt.Errorf("read random bytes: %w", err)
	}
	return binary.BigEndian.Uint64(b[:]) >> 11, nil
}

// oneLine shortens a text for a table.
func oneLine(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
