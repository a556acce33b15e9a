package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/web/client"
)

// signFlags say what is signed.
type signFlags struct {
	secret                       secretFlag
	profile, body, at, randomHex string
}

// signed is one signature by hand.
type signed struct {
	Platform  string            `json:"platform"`
	Profile   string            `json:"profile"`
	Time      time.Time         `json:"time"`
	Random    string            `json:"random"`
	Headers   [][2]string       `json:"headers"`
	Signature *client.Signature `json:"signature"`
	Recipe    []string          `json:"recipe"`
}

func (p *process) signCommand(registry *payloads.Registry) *cobra.Command {
	f := &signFlags{}
	cmd := &cobra.Command{
		Use:   "sign PLATFORM",
		Short: "Sign one body by hand and explain each step",
		Long: `Sign one body as the platform does, and show what went into the signature. Time and random bytes are printed too, so
that --at and --random make the same signature again.`,
		Example: `  annohook sign argilla --secret S --body @body.json
  echo -n '{"body":"sample"}' | annohook sign datasaur --secret S --body -`,
		Args: takes(1, 1), ValidArgsFunction: onePlatform(registry),
		RunE: p.do(func(_ *cobra.Command, args []string) error { return p.sign(registry, f, args[0]) }),
	}
	flags := cmd.Flags()
	f.secret.add(flags, "secret to sign with")
	flags.StringVar(&f.profile, "profile", "", "behaviour of the platform")
	flags.StringVar(&f.body, "body", "-", "text, @file or - for standard input")
	flags.StringVar(&f.at, "at", "", "time of the attempt, RFC 3339 (default: now)")
	flags.StringVar(&f.randomHex, "random", "", "16 bytes in hex that ids and nonces are made from (default: random)")
	profilesOf(cmd, registry)
	return cmd
}

func (p *process) sign(registry *payloads.Registry, f *signFlags, id string) error {
	pl, err := findPlatform(registry, id, f.profile)
	if err != nil {
		return err
	}
	if pl.Secret.Scheme == "" {
		return &usageError{pl.Name + " signs nothing"}
	}
	secret, err := f.secret.read(p)
	if err != nil {
		return err
	}
	if err := checkSecret(pl, secret); err != nil {
		return err
	}
	stamp := payloads.Stamp{
		Subscription: subscriptions.Subscription{
			ID: "by-hand", Platform: pl.ID, Profile: pl.Profile, URL: exampleTarget, Secret: subscriptions.Secret(secret), Enabled: true,
		},
		DeliveryID: "by-hand", Attempt: 1,
	}
	if stamp.Time, err = p.parseTime("--at", f.at); err != nil {
		return err
	}
	if err := p.fill(&stamp.Random, f.randomHex); err != nil {
		return err
	}
	body, err := p.input("--body", f.body)
	if err != nil {
		return err
	}
	result, err := pl.Sign(payloads.Message{Method: pl.Events[0].Method, Body: body}, stamp)
	if err != nil {
		return &usageError{fmt.Sprintf("%s cannot sign this: %v", pl.Name, err)}
	}
	view := signed{
		Platform: pl.ID, Profile: pl.Profile, Time: stamp.Time, Random: hex.EncodeToString(stamp.Random[:]),
		Headers: headersOf(result.Header), Signature: signatureOf(result.Signature, body), Recipe: append([]string{}, pl.Recipe...),
	}
	return p.show(view, view.print)
}

// checkSecret judges a secret that is needed.
func checkSecret(pl payloads.Platform, secret string) error {
	if secret == "" {
		return &usageError{"--secret: " + pl.Name + " signs with a secret; one is needed"}
	}
	if pl.Secret.Check != nil {
		if wrong := pl.Secret.Check(secret); wrong != "" {
			return &usageError{"--secret: " + wrong}
		}
	}
	return nil
}

// parseTime reads a time flag; empty is now.
func (p *process) parseTime(flag, text string) (time.Time, error) {
	if text == "" {
		return p.now().UTC(), nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return at, &usageError{fmt.Sprintf("%s: %q is not a time such as 2026-01-02T15:04:05Z", flag, text)}
	}
	return at.UTC(), nil
}

// fill sets random from hex digits, or from the random source.
func (p *process) fill(random *[16]byte, digits string) error {
	if digits == "" {
		if _, err := io.ReadFull(p.random, random[:]); err != nil {
			return fmt.Errorf("read random bytes: %w", err)
		}
		return nil
	}
	given, err := hex.DecodeString(digits)
	if err != nil || len(given) != len(random) {
		return &usageError{fmt.Sprintf("--random: %d hex digits are needed", 2*len(random))}
	}
	copy(random[:], given)
	return nil
}

func (s signed) print(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# the header of this attempt\n")
	for _, h := range s.Headers {
		b.WriteString(h[0] + ": " + h[1] + "\n")
	}
	if s.Signature != nil {
		fmt.Fprintf(&b, "\n# how the signature came about\nscheme:        %s\nheader:        %s\nkey:           %s\n", s.Signature.Scheme, s.Signature.Header, s.Signature.KeyFingerprint)
		if s.Signature.SignedStringBase64 != nil {
			b.WriteString("signed bytes:  " + *s.Signature.SignedStringBase64 + " (base64)\n")
		} else {
			b.WriteString("signed string: " + s.Signature.SignedString + "\n")
		}
		b.WriteString("value:         " + s.Signature.Value + "\n")
	}
	if len(s.Recipe) > 0 {
		b.WriteString("\n# how a listener verifies it\n")
		for i, step := range s.Recipe {
			fmt.Fprintf(&b, "%d. %s\n", i+1, step)
		}
	}
	fmt.Fprintf(&b, "\n# again: --at %s --random %s\n", s.Time.Format(time.RFC3339Nano), s.Random)
	_, err := io.WriteString(w, visible(b.String()))
	return err
}
