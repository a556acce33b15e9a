package payloadtest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/subscriptions"
)

// withBuild replaces what the one event type builds.
func withBuild(build func(payloads.Build, *payloads.Object)) func(*payloads.Platform) {
	return func(p *payloads.Platform) {
		p.Events[0].Build = func(b payloads.Build) (*payloads.Object, error) {
			o, err := buildThing(b)
			if err == nil {
				build(b, o)
			}
			return o, err
		}
	}
}

func withSign(change func(*payloads.Signed, payloads.Message, payloads.Stamp)) func(*payloads.Platform) {
	return func(p *payloads.Platform) {
		p.Sign = func(m payloads.Message, stamp payloads.Stamp) (payloads.Signed, error) {
			signed, err := sign(m, stamp)
			change(&signed, m, stamp)
			return signed, err
		}
	}
}

func buildFaults() map[string]func(*payloads.Platform) {
	calls := 0
	return map[string]func(*payloads.Platform){
		"build: the same values build two events": withBuild(func(_ payloads.Build, o *payloads.Object) { calls++; o.Set("n", calls) }),
		"build: holds a time.Time":                withBuild(func(b payloads.Build, o *payloads.Object) { o.Set("at", b.Now) }),
		"build: does not say THING_MADE":          withBuild(func(_ payloads.Build, o *payloads.Object) { o.Delete("type") }),
		"build: !BADOBJECT":                       withBuild(func(_ payloads.Build, o *payloads.Object) { o.Set("x", payloads.Obj("odd")) }),
		"variants: an unknown variant is accepted": func(p *payloads.Platform) {
			p.Events[0].Build = func(b payloads.Build) (*payloads.Object, error) { b.Variant = ""; return buildThing(b) }
		},
		"variants: the first variant is not the default": withBuild(func(b payloads.Build, o *payloads.Object) { o.Set("named", b.Variant != "") }),
		"times: after the event":                         withBuild(func(b payloads.Build, o *payloads.Object) { o.Set("due", wire.ISOMilliZ(b.Now.Add(time.Hour))) }),
		"times: created_at": withBuild(func(b payloads.Build, o *payloads.Object) {
			o.Set("updated_at", wire.ISOSeconds(b.Now.Add(-2*time.Hour)))
		}),
		"id seed: another id seed changes text": withBuild(func(b payloads.Build, o *payloads.Object) { o.Set("text", fmt.Sprintf("text of %d", b.IDSeed)) }),
		"id seed: changes the shape": withBuild(func(b payloads.Build, o *payloads.Object) {
			if b.IDSeed%2 == 0 {
				o.Delete("text")
			}
		}),
		"texts: different texts": withBuild(func(_ payloads.Build, o *payloads.Object) { o.Set("text", "ever the same") }),
		"texts: beyond ASCII": withBuild(func(b payloads.Build, o *payloads.Object) {
			o.Set("text", fmt.Sprintf("plain text %d", b.Seed))
		}),
		"quirks: becomes another text": withBuild(func(b payloads.Build, o *payloads.Object) {
			if b.Subscription.Quirk("loud", false) {
				o.Set("text", "Quite another text")
			}
		}),
	}
}

func catalogueFaults() map[string]func(*payloads.Platform) {
	return map[string]func(*payloads.Platform){
		"registry: compose and sign are required":                func(p *payloads.Platform) { p.Sign = nil },
		"sources: an empty text or source":                       func(p *payloads.Platform) { p.Quirks[0].Summary = " " },
		"sources: none of the four":                              func(p *payloads.Platform) { p.Facts[0].Fidelity = "certain" },
		"sources: no fact on the topic retry":                    func(p *payloads.Platform) { p.Facts[1].Topic = "again" },
		"sources: profile note":                                  func(p *payloads.Platform) { p.ProfileNote = "" },
		"names: quirk loud occurs twice":                         func(p *payloads.Platform) { p.Quirks = append(p.Quirks, p.Quirks[0]) },
		"names: variant of thing.made":                           func(p *payloads.Platform) { p.Events[0].Variants[1].Name = "small" },
		"policy: timeout":                                        func(p *payloads.Platform) { p.Timeout = time.Hour },
		"policy: deadline":                                       func(p *payloads.Platform) { p.Deadline = time.Millisecond },
		"policy: retry delay":                                    func(p *payloads.Platform) { p.Retry[0] = -1 },
		"registry: platform acme profile 1: unknown target rule": func(p *payloads.Platform) { p.Target = 99 },
		"policy: does not name \"httpx\"":                        func(p *payloads.Platform) { p.Target = payloads.TargetAsHTTPX },
		"policy: so its fact is assumed":                         func(p *payloads.Platform) { p.Facts[4].Fidelity = payloads.Observed },
		"policy: a recipe goes with verify":                      func(p *payloads.Platform) { p.Recipe = nil },
		"judge: outcome and why": func(p *payloads.Platform) {
			p.Judge = func(payloads.Reply) payloads.Verdict { return payloads.Verdict{} }
		},
		"judge: a success that is tried again": func(p *payloads.Platform) {
			p.Judge = func(payloads.Reply) payloads.Verdict {
				return payloads.Verdict{Success: true, Retry: true, Outcome: "x", Why: "x"}
			}
		},
		"secrets: two generated secrets are equal": func(p *payloads.Platform) { p.Secret.Generate = func([64]byte) string { return "a secret" } },
		"secrets: repeats it":                      func(p *payloads.Platform) { p.Secret.Check = func(s string) string { return "bad secret " + s } },
		"native id: two subscriptions":             func(p *payloads.Platform) { p.NewNativeID = func([16]byte, time.Time, int64) string { return "1" } },
		"options: neither options nor scope": func(p *payloads.Platform) {
			p.Options = []payloads.Option{{Name: "x", Kind: "string", Summary: "x", Fidelity: payloads.Assumed}}
		},
		"options: options [] is accepted": func(p *payloads.Platform) {
			p.Options = []payloads.Option{{In: payloads.InOptions, Name: "x", Kind: "string", Summary: "x", Fidelity: payloads.Assumed}}
			p.Check = func(subscriptions.Subscription) []payloads.Problem { return nil }
		},
		"options: scope [] is accepted": func(p *payloads.Platform) {
			p.Options = []payloads.Option{{In: payloads.InScope, Name: "x", Kind: "string", Summary: "x", Fidelity: payloads.Assumed}}
			p.Check = func(subscriptions.Subscription) []payloads.Problem { return nil }
		},
		"options: a plain subscription is refused": func(p *payloads.Platform) {
			p.Check = func(subscriptions.Subscription) []payloads.Problem {
				return []payloads.Problem{{Field: "options", Message: "no"}}
			}
		},
	}
}

func wireFaults() map[string]func(*payloads.Platform) {
	with := func(change func([]payloads.Message, payloads.Item) []payloads.Message) func(*payloads.Platform) {
		return func(p *payloads.Platform) {
			p.Compose = func(item payloads.Item) ([]payloads.Message, error) {
				list, err := compose(item)
				return change(list, item), err
			}
		}
	}
	calls := 0
	return map[string]func(*payloads.Platform){
		"compose: the body is no JSON": with(func(l []payloads.Message, _ payloads.Item) []payloads.Message { l[0].Body = l[0].Body[1:]; return l }),
		"compose: method PUT":          with(func(l []payloads.Message, _ payloads.Item) []payloads.Message { l[0].Method = "PUT"; return l }),
		"compose: 0 messages":          with(func([]payloads.Message, payloads.Item) []payloads.Message { return nil }),
		"compose: composed twice": with(func(l []payloads.Message, _ payloads.Item) []payloads.Message {
			calls++
			l[0].Body = fmt.Appendf(nil, "[%d]", calls)
			return l
		}),
		"compose: compose changes the event": with(func(l []payloads.Message, i payloads.Item) []payloads.Message { i.Event.Set("sent", true); return l }),
		"compose: a subscription without scope": func(p *payloads.Platform) {
			p.Matches = func(subscriptions.Subscription, payloads.EventType, *payloads.Object) (bool, string) {
				return false, "no"
			}
		},
		"batch: is not in the joined body": func(p *payloads.Platform) {
			p.Batch = &payloads.Batch{
				Settings: func(subscriptions.Subscription) (time.Duration, int) { return time.Second, 10 },
				Join: func([]payloads.Message) (payloads.Message, error) {
					return payloads.Message{Method: "POST", Body: []byte("[]")}, nil
				},
			}
		},
		"batch: settings of a plain subscription": func(p *payloads.Platform) {
			p.Batch = &payloads.Batch{
				Settings: func(subscriptions.Subscription) (time.Duration, int) { return time.Second, 0 },
				Join:     func(l []payloads.Message) (payloads.Message, error) { return l[0], nil },
			}
		},
		"headers: belongs to the sender": withSign(func(s *payloads.Signed, _ payloads.Message, _ payloads.Stamp) {
			s.Header = append(s.Header, payloads.Field{Name: "host", Value: "x"})
		}),
		"headers: occurs twice": withSign(func(s *payloads.Signed, _ payloads.Message, _ payloads.Stamp) {
			s.Header = append(s.Header, payloads.Field{Name: "content-type", Value: "x"})
		}),
		"headers: is not valid": withSign(func(s *payloads.Signed, _ payloads.Message, _ payloads.Stamp) {
			s.Header = append(s.Header, payloads.Field{Name: "X-A", Value: "b\r\nX-C: d"})
		}),
		"headers: the subscription's own": withSign(func(s *payloads.Signed, _ payloads.Message, _ payloads.Stamp) { s.Header = s.Header[:1] }),
	}
}

func signFaults() map[string]func(*payloads.Platform) {
	calls := 0
	return map[string]func(*payloads.Platform){
		"sign: two headers": withSign(func(s *payloads.Signed, _ payloads.Message, _ payloads.Stamp) {
			calls++
			s.Header = append(s.Header, payloads.Field{Name: "X-Call", Value: strconv.Itoa(calls)})
		}),
		"own signature: may have a field": func(p *payloads.Platform) { p.Check = nil },
		"own signature: displaces the signature": withSign(func(s *payloads.Signed, _ payloads.Message, stamp payloads.Stamp) {
			for _, h := range stamp.Subscription.Headers {
				s.Header = s.Header.With(payloads.Field{Name: h.Name, Value: h.Value})
			}
		}),
		"sign: changes the body": withSign(func(_ *payloads.Signed, m payloads.Message, _ payloads.Stamp) { m.Body[0] = ' ' }),
		"unsigned: a signature on a platform": func(p *payloads.Platform) {
			p.Verify, p.Recipe, p.Secret = nil, nil, payloads.SecretRule{}
			p.Sign = forge
		},
		"unsigned: is sent without a secret": withSign(func(s *payloads.Signed, _ payloads.Message, _ payloads.Stamp) {
			s.Header = s.Header.With(payloads.Field{Name: field, Value: "x"})
		}),
		"verify: refused": func(p *payloads.Platform) {
			p.Verify = func(payloads.Received, string, time.Time) ([]payloads.Step, error) { return nil, errRefused }
		},
		"verify: flipped is accepted": func(p *payloads.Platform) {
			p.Verify = func(r payloads.Received, _ string, _ time.Time) ([]payloads.Step, error) {
				if r.Header.Get(field) == "" {
					return nil, errRefused
				}
				return []payloads.Step{{Name: "there"}}, nil
			}
		},
		"verify: accepted without": func(p *payloads.Platform) {
			p.Verify = func(r payloads.Received, secret string, at time.Time) ([]payloads.Step, error) {
				if r.Header.Get(field) == "" {
					return nil, nil
				}
				return verify(r, secret, at)
			}
		},
		"secrecy: the signature holds the secret": withSign(func(s *payloads.Signed, _ payloads.Message, stamp payloads.Stamp) {
			if s.Signature != nil {
				s.Signature.Prefix = string(stamp.Subscription.Secret)
			}
		}),
		"secrecy: the field X-Key holds the secret": withSign(func(s *payloads.Signed, _ payloads.Message, stamp payloads.Stamp) {
			s.Header = append(s.Header, payloads.Field{Name: "X-Key", Value: string(stamp.Subscription.Secret)})
		}),
		"secrecy: a refusal with a wrong secret": func(p *payloads.Platform) {
			p.Verify = func(r payloads.Received, secret string, at time.Time) ([]payloads.Step, error) {
				if steps, err := verify(r, secret, at); err == nil {
					return steps, nil
				}
				return nil, fmt.Errorf("not made with %s", secret)
			}
		},
	}
}

func forge(m payloads.Message, stamp payloads.Stamp) (payloads.Signed, error) {
	signed, err := sign(m, stamp)
	signed.Signature = &payloads.Signature{Header: field}
	return signed, err
}

// TestExamineFinds breaks the sound platform in one way at a time. Each name is "check: part of the message".
func TestExamineFinds(t *testing.T) {
	for _, faults := range []map[string]func(*payloads.Platform){catalogueFaults(), buildFaults(), wireFaults(), signFaults(), actionFaults()} {
		for name, breakIt := range faults {
			t.Run(name, func(t *testing.T) {
				p := acme()
				breakIt(&p)
				check, message, _ := strings.Cut(name, ": ")
				var all []string
				for _, f := range payloadtest.Examine(p) {
					if f.Check == check && strings.Contains(f.Message, message) {
						return
					}
					all = append(all, f.Check+": "+f.Message)
				}
				t.Errorf("not found among %q", all)
			})
		}
	}
}
