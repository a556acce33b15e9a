package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/api"
	"github.com/annohook/annohook/web/client"
)

// platformsFlags choose what of the catalogue is shown.
type platformsFlags struct {
	profile, variant, seed string
	code                   string
	schema, body           bool
}

func (p *process) platformsCommand(registry *payloads.Registry) *cobra.Command {
	f := &platformsFlags{}
	cmd := &cobra.Command{
		Use:   "platforms [PLATFORM [EVENT]]",
		Short: "Show the catalogue: events, examples, schemas, sources, code",
		Long: `Show the catalogue of this program: every platform with its events, rules and their sources, and with an event type its
example, as the first attempt would be. --code prints a listener's check of a request as a function to paste, alone and ready for a pipe.`,
		Example: `  annohook platforms
  annohook platforms aquarium
  annohook platforms label-studio ANNOTATION_CREATED --schema
  annohook platforms argilla --code python > verify.py`,
		Args: takes(0, 2), ValidArgsFunction: platformThenEvents(registry, false),
		RunE: p.do(func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				if f.code != "" || f.schema || f.body {
					return &usageError{"--code needs a platform, --schema and --body need an event type too"}
				}
				return p.listPlatforms(registry)
			case 1:
				return p.showPlatform(registry, f, args[0])
			default:
				return p.showEvent(registry, f, args[0], args[1])
			}
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.profile, "profile", "", "behaviour of the platform (default: its first)")
	flags.StringVar(&f.variant, "variant", "", "form of the example, where there are several")
	flags.StringVar(&f.seed, "seed", "0", "seed of the example")
	flags.BoolVar(&f.schema, "schema", false, "print the JSON Schema of the body alone")
	flags.BoolVar(&f.body, "body", false, "print the body of the example alone, byte for byte")
	flags.StringVar(&f.code, "code", "", "print the check of a request in this `language` alone: "+strings.Join(languages(registry), ", "))
	exclusive(cmd, "schema", "body", "code")
	profilesOf(cmd, registry)
	fromPlatform(cmd, registry, "variant", variantsOf)
	values(cmd, "code", func() []string { return languages(registry) })
	return cmd
}

func (p *process) listPlatforms(registry *payloads.Registry) error {
	var list []client.Platform
	for _, id := range registry.IDs() {
		list = append(list, catalogue(registry, registry.Profiles(id)[0]))
	}
	return showList(p, list, []string{"PLATFORM", "NAME", "PROFILES", "EVENTS", "SIGNATURE"}, func(v client.Platform) []string {
		names := make([]string, len(v.Profiles))
		for i, profile := range v.Profiles {
			names[i] = profile.Name
		}
		return []string{v.ID, v.Name, strings.Join(names, ", "), strconv.Itoa(len(v.Events)), schemeText(v)}
	})
}

// catalogue is a platform in the shape that the API has.
func catalogue(registry *payloads.Registry, pl payloads.Platform) client.Platform {
	return api.Catalogue(pl, registry.Profiles(pl.ID))
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (p *process) showPlatform(registry *payloads.Registry, f *platformsFlags, id string) error {
	if f.schema || f.body || f.variant != "" {
		return &usageError{"--schema, --body and --variant need an event type"}
	}
	pl, err := findPlatform(registry, id, f.profile)
	if err != nil {
		return err
	}
	if f.code != "" {
		return p.showCode(pl, f.code)
	}
	v := catalogue(registry, pl)
	return p.show(v, func(w io.Writer) error { return printPlatform(w, v) })
}

// languages are those of the samples, as they are asked for, in the order of the catalogue.
func languages(registry *payloads.Registry) []string {
	var list []string
	for _, id := range registry.IDs() {
		for _, c := range registry.Profiles(id)[0].Code {
			if name := strings.ToLower(c.Language); !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

// showCode prints one sample alone, or as the API has it.
func (p *process) showCode(pl payloads.Platform, language string) error {
	var known []string
	for _, c := range pl.Code {
		if strings.EqualFold(c.Language, language) {
			sample := client.Code{Language: c.Language, Text: c.Text}
			return p.show(sample, func(w io.Writer) error {
				_, err := io.WriteString(w, c.Text)
				return err
			})
		}
		known = append(known, strings.ToLower(c.Language))
	}
	if len(known) == 0 {
		return &usageError{fmt.Sprintf("--code: %s has no samples", pl.ID)}
	}
	return &usageError{fmt.Sprintf("--code: %q is not one of: %s", language, strings.Join(known, ", "))}
}

func (p *process) showEvent(registry *payloads.Registry, f *platformsFlags, id, name string) error {
	if f.code != "" {
		return &usageError{"--code belongs to a platform, not to one of its event types"}
	}
	pl, err := findPlatform(registry, id, f.profile)
	if err != nil {
		return err
	}
	et, err := findEvent(pl, name, f.variant)
	if err != nil {
		return err
	}
	seed, err := strconv.ParseUint(f.seed, 10, 64)
	if err != nil || seed > maxSeed {
		return &usageError{fmt.Sprintf("--seed: %q is not a whole number from 0 to %d", f.seed, uint64(maxSeed))}
	}
	v, body, err := example(pl, et, f.variant, seed)
	if err != nil {
		return err
	}
	switch {
	case f.body:
		_, err := p.out.Write(body)
		return err
	case f.schema:
		return p.encode(v.Schema, p.output != formatJSONL)
	default:
		return p.show(v, func(w io.Writer) error { return printExample(w, v) })
	}
}

// exampleTime is when examples happen. It never changes, so that an example can be compared with another day's.
func exampleTime() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC) }

// example is one event type with the request that its first attempt would be, signed with a secret that belongs to nobody.
func example(pl payloads.Platform, et payloads.EventType, variant string, seed uint64) (client.EventExample, []byte, error) {
	var random [64]byte
	for i := range random {
		random[i] = byte(i)
	}
	sub := subscriptions.Subscription{ID: "example", Platform: pl.ID, Profile: pl.Profile, URL: exampleTarget, Enabled: true}
	sub.NativeID = pl.NewNativeID([16]byte(random[:16]), exampleTime(), 1)
	if pl.Secret.Generate != nil {
		sub.Secret = subscriptions.Secret(pl.Secret.Generate(random))
	}
	messages, err := compose(pl, sub, et, event{variant: variant}, seed, exampleTime())
	if err != nil {
		return client.EventExample{}, nil, err
	}
	body := messages[0].Body
	signed, err := pl.Sign(messages[0], payloads.Stamp{
		Subscription: sub, DeliveryID: "example", Attempt: 1, Time: exampleTime(), Random: [16]byte(random[:16]),
	})
	if err != nil {
		return client.EventExample{}, nil, fmt.Errorf("sign example: %w", err)
	}
	v := client.EventExample{
		Platform: pl.ID, Profile: pl.Profile, Type: api.EventType(et), Variant: orNull(variant), Seed: seed, Now: exampleTime(),
		Method: messages[0].Method, Headers: headersOf(signed.Header), Body: bodyOf(body), Signature: signatureOf(signed.Signature, body),
		Secret: orNull(string(sub.Secret)), Recipe: append([]string{}, pl.Recipe...),
		Sources: []string{et.Source, pl.Docs}, Fidelity: string(et.FidelityOf(variant)),
	}
	if v.Schema, err = api.BodySchema(pl, et, payloads.Build{Variant: variant, Now: exampleTime(), Subscription: sub}, body); err != nil {
		return v, nil, fmt.Errorf("describe example: %w", err)
	}
	return v, body, nil
}
