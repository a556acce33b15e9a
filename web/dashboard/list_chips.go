package dashboard

import (
	"slices"
	"strings"

	"github.com/annohook/annohook/sender"
	"github.com/annohook/annohook/sender/history"
	"github.com/annohook/annohook/sender/history/search"
	"github.com/annohook/annohook/subscriptions"
)

// chipGroup are ready-made terms of one kind.
type chipGroup struct {
	Label string
	Chips []chip
}

// chip puts a term into the search, or takes it out again.
type chip struct {
	Text, Title string
	Status      history.Status // shown in the place of Text; empty: none
	Count       string         // kept; empty: not known
	URL         string
	On          bool
}

// needsAttention are the statuses of what did not go well so far.
func needsAttention() []string { return []string{string(history.Failed), string(history.Retrying)} }

// chips are the terms that are asked for most, with what is kept.
func (d *dashboard) chips(s searched, counts history.Counts) []chipGroup {
	byStatus, byPlatform := tally(s, counts)
	statuses := chipGroup{Label: "Status"}
	attention := s.chip("status", "status:"+strings.Join(needsAttention(), ","))
	attention.Text, attention.Title = "needs attention", "failed or retrying"
	attention.Count = grouped(byStatus[history.Failed] + byStatus[history.Retrying])
	// What comes and goes within a second always has its place, or the list would jump.
	passing := []history.Status{history.Pending, history.Retrying, history.Succeeded, history.Failed}
	statuses.Chips = append(statuses.Chips, attention)
	for _, status := range history.Statuses() {
		c := s.wordChip(history.FieldStatus, string(status))
		if byStatus[status] == 0 && !c.On && !slices.Contains(passing, status) {
			continue
		}
		c.Status, c.Count = status, grouped(byStatus[status])
		statuses.Chips = append(statuses.Chips, c)
	}
	platforms := chipGroup{Label: "Platform"}
	for _, p := range d.defaults() {
		c := s.wordChip(history.FieldPlatform, p.ID)
		if byPlatform[p.ID] == 0 && !c.On {
			continue
		}
		c.Text, c.Count = p.Name, grouped(byPlatform[p.ID])
		platforms.Chips = append(platforms.Chips, c)
	}
	times := chipGroup{Label: "Made in the last"}
	for _, t := range [][2]string{{"10 min", "after:10m"}, {"hour", "after:1h"}, {"day", "after:1d"}} {
		c := s.chip("after", t[1])
		c.Text = t[0]
		times.Chips = append(times.Chips, c)
	}
	slow := s.chip("latency", "latency:>1s")
	slow.Text, slow.Title = "slow", "the last attempt took more than a second"
	groups := []chipGroup{statuses}
	if len(platforms.Chips) > 1 || len(platforms.Chips) == 1 && platforms.Chips[0].On {
		groups = append(groups, platforms)
	}
	return append(groups, times, chipGroup{Label: "Attempt", Chips: []chip{slow}})
}

// tally counts what is kept by status, of the platforms that the search names, and by platform.
func tally(s searched, counts history.Counts) (byStatus map[history.Status]int, byPlatform map[string]int) {
	byStatus, byPlatform = map[history.Status]int{}, map[string]int{}
	named := history.Query{Filter: s.Filter}.Exactly(history.FieldPlatform)
	for platform, statuses := range counts.Deliveries {
		for status, n := range statuses {
			byPlatform[platform] += n
			if named == nil || slices.Contains(named, platform) {
				byStatus[status] += n
			}
		}
	}
	return byStatus, byPlatform
}

// chip switches one whole term; it takes the place of another with the same key.
func (s searched) chip(key, text string) chip {
	prefix := key + ":"
	i := slices.IndexFunc(s.Terms, func(t term) bool { return strings.HasPrefix(strings.ToLower(t.Text), prefix) })
	if i >= 0 && strings.EqualFold(s.Terms[i].Text, text) {
		return chip{On: true, URL: s.address(s.replaced(i, ""), "", "")}
	}
	return chip{URL: s.address(s.replaced(i, text), "", "")}
}

// wordChip switches one word of a field; several words are one term, since a delivery has one status and one platform.
func (s searched) wordChip(f history.Field, word string) chip {
	i := s.first(func(c history.Condition) bool {
		return c.Field == f && !slices.ContainsFunc(c.Any, func(v history.Value) bool { return v.Glob != nil })
	})
	c := history.Condition{Field: f}
	if i >= 0 {
		c.Any = slices.Clone(s.Terms[i].Condition.Any)
	}
	on := slices.ContainsFunc(c.Any, func(v history.Value) bool { return v.Text == word })
	if on {
		c.Any = slices.DeleteFunc(c.Any, func(v history.Value) bool { return v.Text == word })
	} else {
		c.Any = append(c.Any, history.Value{Text: word})
	}
	text := ""
	if len(c.Any) > 0 {
		text = c.String()
	}
	return chip{On: on, URL: s.address(s.replaced(i, text), "", "")}
}

// maxOffered bounds the subscriptions that the search box offers.
const maxOffered = 40

// offer is a term that the search box completes to.
type offer struct {
	Term    string
	Meaning string // empty: the term says it
}

// offers lists terms with what this server has: its platforms, event types and subscriptions.
func (d *dashboard) offers(subs []subscriptions.Subscription) []offer {
	var list []offer
	add := func(f history.Field, word, meaning string) {
		c := history.Condition{Field: f, Any: []history.Value{{Text: word}}}
		list = append(list, offer{Term: c.String(), Meaning: meaning})
	}
	for _, key := range search.Keys() {
		for _, v := range key.Values {
			if v != history.NoneWord {
				add(history.Field(key.Name), v, "")
			}
		}
		if key.Values == nil && key.Name != "platform" && key.Name != "type" && key.Name != "subscription" && key.Name != "event" {
			list = append(list, offer{Term: key.Example, Meaning: key.Meaning})
		}
	}
	for _, p := range d.defaults() {
		add(history.FieldPlatform, p.ID, p.Name)
	}
	for _, name := range d.typeNames("") {
		add(history.FieldType, name, "")
	}
	for _, sub := range subs[:min(len(subs), maxOffered)] {
		add(history.FieldSubscription, sub.ID, sub.Platform+" → "+visible(sender.MaskURL(sub.URL)))
	}
	return list
}
