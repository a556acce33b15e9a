package labelstudio_test

import (
	"fmt"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/labelstudio"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// One event, composed for a webhook that wants at most 150 tasks in a request.
func ExamplePlatforms() {
	p := labelstudio.Platforms()[0]
	s := payloadtest.Subscription(p)
	s.Options = []byte(`{"batch_size": 150}`)
	deleted, _ := p.Event("TASKS_DELETED")
	event, err := deleted.Build(payloadtest.Build(s, "delete-all"))
	if err != nil {
		fmt.Println(err)
		return
	}
	messages, err := p.Compose(payloads.Item{Subscription: s, Type: deleted, Event: event})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range messages {
		fmt.Printf("%s %.68s ... (%d bytes)\n", m.Method, m.Body, len(m.Body))
	}
	// Output:
	// POST {"action": "TASKS_DELETED", "tasks": [{"id": 54028}, {"id": 54029},  ... (2288 bytes)
	// POST {"action": "TASKS_DELETED", "tasks": [{"id": 54178}, {"id": 54179},  ... (2288 bytes)
	// POST {"action": "TASKS_DELETED", "tasks": [{"id": 54328}, {"id": 54329},  ... (1058 bytes)
}
