package payloads_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads"
)

// sometimes is an event type whose every third body has a note, and every fifth none but null.
func sometimes(body func(seed uint64) *payloads.Object) (payloads.Platform, payloads.EventType) {
	p := payloads.Platform{Compose: func(item payloads.Item) ([]payloads.Message, error) {
		text, err := payloads.JSON(item.Event)
		return []payloads.Message{{Method: "POST", Body: text}}, err
	}}
	return p, payloads.EventType{Key: "sometimes", Build: func(b payloads.Build) (*payloads.Object, error) { return body(b.Seed), nil }}
}

func TestSchemaDescribesOtherEventsThanTheExample(t *testing.T) {
	t.Parallel()
	p, et := sometimes(func(seed uint64) *payloads.Object {
		o := payloads.Obj("id", int(seed))
		if seed%3 == 0 {
			o.Set("note", "x")
		}
		if seed%5 == 0 {
			o.Set("note", nil)
		}
		return o
	})
	schema, err := p.Schema(et, payloads.Build{}, []byte(`{"id":7}`))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"id":{"type":"integer"},` +
		`"note":{"type":["string","null"]}},"required":["id"]}`
	if diff := cmp.Diff(text(t, schema), want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

func TestSchemaOfABodyThatIsNoJSON(t *testing.T) {
	t.Parallel()
	p, et := sometimes(func(uint64) *payloads.Object { return payloads.Obj() })
	if schema, err := p.Schema(et, payloads.Build{}, []byte("plain")); schema != nil || err != nil {
		t.Errorf("schema %v, error %v", schema, err)
	}
}

func TestAnEventThatCannotBeBuiltHasNoSchema(t *testing.T) {
	t.Parallel()
	broken := errors.New("no such thing")
	p, et := sometimes(func(uint64) *payloads.Object { return payloads.Obj() })
	et.Build = func(payloads.Build) (*payloads.Object, error) { return nil, broken }
	if _, err := p.Schema(et, payloads.Build{}, []byte("{}")); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	p.Compose = func(payloads.Item) ([]payloads.Message, error) { return nil, nil }
	et.Build = func(payloads.Build) (*payloads.Object, error) { return payloads.Obj(), nil }
	if _, _, err := p.Example(et, payloads.Build{}); err == nil {
		t.Error("an event that becomes no request has an example")
	}
}
