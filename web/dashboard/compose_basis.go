package dashboard

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
)

// basis is what the event is built from before anything is changed in it.
type basis struct {
	platform payloads.Platform
	etype    payloads.EventType
	variant  string
	seed     uint64
	now      time.Time
	sub      subscriptions.Subscription
	example  bool // sub belongs to nobody
}

// basisOf reads the basis of the page that is shown.
func (d *dashboard) basisOf(page *composePage) basis {
	f := page.Form
	b := basis{platform: page.Platform, etype: page.Type, variant: page.Variant, seed: 1, now: d.now().UTC()}
	if seed, err := strconv.ParseUint(f.text("seed"), 10, 64); err == nil && seed <= maxSeed {
		b.seed = seed
	}
	if now, err := time.Parse(time.RFC3339Nano, f.text("now")); err == nil {
		b.now = now.UTC()
	}
	if !b.choose(page.Subscriptions, f.text("subscription"), f.text("profile")) {
		b.sub, b.example = exampleSubscription(page.Platform, sampleRandom(0)), true
	}
	if p, ok := profileOfSubscription(page.Profiles, b.sub); ok {
		if et, has := p.Event(page.Type.Key); has {
			b.platform, b.etype = p, et
		}
	}
	return b
}

// basisFor is basisOf for a page that is not filled in. What the page was built from at that time stands in its form.
func (d *dashboard) basisFor(ctx context.Context, page *composePage) basis {
	all, err := d.store.List(ctx)
	if err == nil {
		page.Subscriptions = slices.DeleteFunc(all, func(s subscriptions.Subscription) bool { return s.Platform != page.Platform.ID })
	}
	b := d.basisOf(page)
	if at, err := time.Parse(time.RFC3339Nano, page.Form.text("at")); err == nil {
		b.now = at.UTC()
	}
	return b
}

// choose takes the named subscription, or else the first that wants the event.
func (b *basis) choose(subs []subscriptions.Subscription, id, profile string) bool {
	for _, s := range subs {
		wanted := s.Enabled && (profile == "" || s.Profile == profile) && (b.etype.Unlisted || s.Wants(b.etype.Key, b.etype.Name))
		if id == "" && wanted || id != "" && s.ID == id {
			b.sub = s
			return true
		}
	}
	return false
}

func profileOfSubscription(profiles []payloads.Platform, s subscriptions.Subscription) (payloads.Platform, bool) {
	at := slices.IndexFunc(profiles, func(p payloads.Platform) bool { return p.Profile == s.Profile })
	if at < 0 {
		return payloads.Platform{}, false
	}
	return profiles[at], true
}

// tree builds the event with a seed and a time.
func (b basis) tree(seed uint64, now time.Time) (*payloads.Object, error) {
	variant := b.variant
	if !slices.Contains(b.etype.VariantNames(), variant) {
		variant = ""
	}
	return b.etype.Build(payloads.Build{Variant: variant, Seed: seed, IDSeed: seed, Now: now, Subscription: b.sub})
}

// edited is the event with the changes in it.
func (b basis) edited(o payloads.Override) (*payloads.Object, error) {
	tree, err := b.tree(b.seed, b.now)
	if err != nil {
		return nil, err
	}
	return tree, o.Apply(tree)
}

// was tells the next request what this page shows.
func (b basis) was(v url.Values, fits bool) string {
	was := url.Values{"at": {b.now.Format(time.RFC3339Nano)}, "seed": {strconv.FormatUint(b.seed, 10)}}
	for name, value := range map[string]string{
		"platform": b.platform.ID, "type": b.etype.Key, "profile": b.platform.Profile, "variant": b.variant,
	} {
		was.Set(name, value)
	}
	if !b.example {
		was.Set("subscription", b.sub.ID)
	}
	if fits {
		was.Set("set", v.Get("set"))
		was.Set("data", v.Get("data"))
	}
	return was.Encode()
}

// The bounds of what is offered for a text: it has few values, and short ones.
const (
	seenSeeds = 12
	seenMost  = 6
	seenBytes = 40 // of one
)

// seenValues finds texts of which the platform uses only a few, by building the event with some other seeds.
func (b basis) seenValues() map[string][]string {
	seen := map[string][]string{}
	for i := range uint64(seenSeeds) {
		if tree, err := b.tree(i+1, b.now); err == nil {
			gatherTexts(seen, tree, "")
		}
	}
	for path, values := range seen {
		slices.Sort(values)
		seen[path] = slices.Compact(values)
		if n := len(seen[path]); n < 2 || n > seenMost || slices.ContainsFunc(seen[path], func(s string) bool { return s == "" || len(s) > seenBytes }) {
			delete(seen, path)
		}
	}
	return seen
}

// gatherTexts collects the texts of a value by their paths.
func gatherTexts(seen map[string][]string, v payloads.Value, path string) {
	switch t := v.(type) {
	case *payloads.Object:
		if t == nil {
			return
		}
		for _, m := range t.Members() {
			gatherTexts(seen, m.Value, payloads.PathKey(path, m.Key))
		}
	case payloads.Array:
		for i, e := range t {
			gatherTexts(seen, e, payloads.PathItem(path, i))
		}
	case string:
		seen[path] = append(seen[path], t)
	}
}
