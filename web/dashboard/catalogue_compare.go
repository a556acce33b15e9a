package dashboard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// comparison tells where the profiles of a platform differ. What they have in common is not in it.
type comparison struct {
	Profiles []string
	Rows     []compareRow
	Bodies   []bodyDifference
}

// compareRow is one aspect in which they differ, with a value for each profile.
type compareRow struct {
	Aspect string
	Values []compareValue
}

// compareValue is the value of one profile.
type compareValue struct {
	Profile, Text string
	Current       bool
}

// bodyDifference is some keys that one of two profiles always prints and the other never does.
type bodyDifference struct {
	Profile string // the other one
	Lacks   bool   // the page's profile is the one without them
	Parent  string // path of the object that they stand in; empty: the body itself
	Keys    []string
	Types   []string // of the events
	Of      string   // the same for people
}

// compare holds p against its platform's other profiles; nil where there are none.
func compare(p payloads.Platform, profiles []payloads.Platform) (*comparison, error) {
	if len(profiles) < 2 {
		return nil, nil //nolint:nilnil // nothing to compare is no error
	}
	c := &comparison{}
	for _, o := range profiles {
		c.Profiles = append(c.Profiles, o.Profile)
	}
	aspects, err := aspectsOf(profiles)
	if err != nil {
		return nil, err
	}
	for _, a := range aspects {
		row := compareRow{Aspect: a.name}
		same := true
		for i, o := range profiles {
			row.Values = append(row.Values, compareValue{Profile: o.Profile, Text: a.values[i], Current: o.Profile == p.Profile})
			same = same && a.values[i] == a.values[0]
		}
		if !same {
			c.Rows = append(c.Rows, row)
		}
	}
	for _, o := range profiles {
		if o.Profile == p.Profile {
			continue
		}
		if c.Bodies, err = compareBodies(c.Bodies, p, o); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// aspect is one thing that every profile has a value for.
type aspect struct {
	name   string
	values []string
}

func aspectsOf(profiles []payloads.Platform) ([]aspect, error) {
	var list []aspect
	add := func(name string, of func(payloads.Platform) string) {
		a := aspect{name: name}
		for _, p := range profiles {
			a.values = append(a.values, of(p))
		}
		list = append(list, a)
	}
	rows := typeRows(profiles)
	add("Event types", func(p payloads.Platform) string { return strconv.Itoa(len(p.Events)) })
	add("Not in all", func(p payloads.Platform) string {
		var names []string
		for _, row := range rows {
			if slices.Contains(row.Profiles, p.Profile) {
				names = append(names, row.Key)
			}
		}
		return orDash(strings.Join(names, ", "))
	})
	add("Timeout", func(p payloads.Platform) string { return duration(p.Timeout) })
	add("At most in all", func(p payloads.Platform) string { return duration(max(p.Deadline, p.Timeout)) })
	add("Retries", func(p payloads.Platform) string { return delays(p.Retry) })
	add("Makes of your answer", func(p payloads.Platform) string {
		var texts []string
		for _, row := range answerRows(p) {
			texts = append(texts, row.Answer+": "+row.Outcome)
		}
		return strings.Join(texts, "; ")
	})
	add("Switches off", func(p payloads.Platform) string {
		if p.DisableAfter == 0 {
			return "never"
		}
		return fmt.Sprintf("after %d failures in a row", p.DisableAfter)
	})
	add("Quirks on", func(p payloads.Platform) string {
		var names []string
		for _, q := range p.Quirks {
			if q.Default {
				names = append(names, q.Name)
			}
		}
		return orDash(strings.Join(names, ", "))
	})
	headers, err := headersOf(profiles)
	return append(list, headers...), err
}

// headersOf compares what stands in the headers of the same example.
func headersOf(profiles []payloads.Platform) ([]aspect, error) {
	samples := make([]sampleRequest, len(profiles))
	var names []string
	for i, p := range profiles {
		var err error
		if samples[i], err = newSample(p, p.Events[0], "", 1); err != nil {
			return nil, err
		}
		for _, f := range samples[i].Fields {
			if !f.Fresh && !slices.Contains(names, f.Name) && (samples[i].Signed == nil || f.Name != samples[i].Signed.Header) {
				names = append(names, f.Name)
			}
		}
	}
	list := make([]aspect, len(names))
	for i, name := range names {
		list[i].name = name
		for _, s := range samples {
			list[i].values = append(list[i].values, orDash(s.Get(name)))
		}
	}
	return list, nil
}

func orDash(text string) string {
	if text == "" {
		return "–"
	}
	return text
}
