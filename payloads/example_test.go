package payloads_test

import (
	"encoding/json"
	"fmt"

	"github.com/annohook/annohook/payloads"
)

// The merge patch adds and deletes, assignments replace what must exist, and a wrong path says what was meant.
func ExampleOverride_Apply() {
	event := payloads.Obj("type", "record.created", "data", payloads.Obj("id", "1", "status", "pending", "tags", payloads.Array{"a", "b"}))
	override := payloads.Override{
		Data: payloads.Obj("data", payloads.Obj("id", nil, "note", "new")),
		Set:  []payloads.Assignment{{Path: "data.tags[1]", Value: "é"}},
	}
	if err := override.Apply(event); err != nil {
		fmt.Println(err)
		return
	}
	text, err := json.Marshal(event)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(text))

	override = payloads.Override{Set: []payloads.Assignment{{Path: "data.staus", Value: "completed"}}}
	fmt.Println(override.Apply(event))
	// Output:
	// {"type":"record.created","data":{"status":"pending","tags":["a","é"],"note":"new"}}
	// path "data.staus": "data" has no key "staus"; did you mean "data.status"?
}
