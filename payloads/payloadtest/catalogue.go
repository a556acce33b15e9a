package payloadtest

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// topics are the facts that every platform states, whatever else it says.
func topics() []string { return []string{"timeout", "retry", "success", "redirects", "target"} }

func known(f payloads.Fidelity) bool {
	return slices.Contains([]payloads.Fidelity{payloads.FromSource, payloads.Documented, payloads.Observed, payloads.Assumed}, f)
}

// checkSources wants a source and a certainty for everything the catalogue claims.
func checkSources(p payloads.Platform, bad report) {
	need := func(what string, texts []string, f payloads.Fidelity) {
		if slices.ContainsFunc(texts, func(s string) bool { return strings.TrimSpace(s) == "" }) {
			bad("%s: an empty text or source", what)
		}
		if !known(f) {
			bad("%s: fidelity %q is none of the four", what, f)
		}
	}
	for _, e := range p.Events {
		need("event type "+e.Key, []string{e.Title, e.Summary, e.Source}, e.Fidelity)
		for _, v := range e.Variants {
			need("variant "+e.Key+"."+v.Name, []string{v.Name, v.Summary}, v.Fidelity)
		}
	}
	for _, q := range p.Quirks {
		need("quirk "+q.Name, []string{q.Summary, q.Source}, q.Fidelity)
	}
	for _, o := range p.Options {
		need("option "+o.Name, []string{o.Name, o.Kind, o.Summary}, o.Fidelity)
	}
	stated := map[string]bool{}
	for _, f := range p.Facts {
		need("fact "+f.Topic, []string{f.Text, f.Source}, f.Fidelity)
		stated[f.Topic] = true
	}
	for _, topic := range topics() {
		if !stated[topic] {
			bad("no fact on the topic %s", topic)
		}
	}
	if p.ProfileNote == "" || p.Docs == "" {
		bad("profile note and docs are required")
	}
}

// checkNames wants names that tell things apart.
func checkNames(p payloads.Platform, bad report) {
	unique := func(what string, names []string) {
		seen := map[string]bool{}
		for _, n := range names {
			if seen[n] {
				bad("%s %s occurs twice", what, n)
			}
			seen[n] = true
		}
	}
	var keys, wire, quirks, options, facts []string
	for _, e := range p.Events {
		keys = append(keys, e.Key)
		if e.Name != "" {
			wire = append(wire, e.Name)
		}
		unique("variant of "+e.Key, e.VariantNames())
	}
	for _, q := range p.Quirks {
		quirks = append(quirks, q.Name)
	}
	for _, o := range p.Options {
		options = append(options, o.In+"."+o.Name)
	}
	for _, f := range p.Facts {
		facts = append(facts, f.Topic)
	}
	unique("event key", keys)
	unique("wire name", wire)
	unique("quirk", quirks)
	unique("option", options)
	unique("fact topic", facts)
}

// checkOptions wants well described options and a Check that accepts a plain subscription and refuses, where there are options or a scope, what
// is not an object or not known.
func checkOptions(p payloads.Platform, bad report) {
	kinds := []string{"string", "number", "integer", "boolean", "object", "array", "duration"}
	for _, o := range p.Options {
		if o.In != payloads.InOptions && o.In != payloads.InScope {
			bad("option %s is in %q, neither options nor scope", o.Name, o.In)
		}
		if !slices.Contains(kinds, o.Kind) {
			bad("option %s is of kind %q, none of %v", o.Name, o.Kind, kinds)
		}
		if o.Default != "" && !json.Valid([]byte(o.Default)) {
			bad("option %s has the default %s, which is not JSON", o.Name, o.Default)
		}
	}
	if p.Check == nil {
		if len(p.Options) > 0 {
			bad("options without a check")
		}
		return
	}
	plain := Subscription(p)
	for _, problem := range p.Check(plain) {
		bad("a plain subscription is refused: %v", problem)
	}
	for _, text := range []string{`[]`, `"x"`, `7`, `{"no_such_key":1}`, `{`, `{"batch":`} {
		wrong := Subscription(p)
		if p.Has(payloads.InOptions) {
			wrong.Options = json.RawMessage(text)
			needProblem(p, bad, wrong.Options, p.Check(wrong), payloads.InOptions)
		}
		wrong = Subscription(p)
		if p.Has(payloads.InScope) {
			wrong.Scope = json.RawMessage(text)
			needProblem(p, bad, wrong.Scope, p.Check(wrong), payloads.InScope)
		}
	}
}

func needProblem(p payloads.Platform, bad report, input json.RawMessage, problems []payloads.Problem, field string) {
	if len(problems) == 0 {
		bad("%s %s is accepted", field, input)
	}
	for _, problem := range problems {
		if problem.Field != field && !strings.HasPrefix(problem.Field, field+".") {
			bad("%s %s: the problem names the field %q", field, input, problem.Field)
		}
		if secret := string(Subscription(p).Secret); secret != "" && strings.Contains(problem.String(), secret) {
			bad("%s %s: the problem repeats the secret", field, input)
		}
	}
}
