package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/annohook/annohook/web/client"
)

func ExampleClient_Trigger() {
	// A stand-in for annohook serve.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"id":"e1","deliveries":[{"id":"d1","subscription_id":"s1","status":"succeeded"}]}`)
	}))
	defer server.Close()

	c, err := client.New(server.URL, client.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	triggered, err := c.Trigger(context.Background(), client.Trigger{Platform: "postbox", Type: "note.added"}, client.TriggerOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(triggered.ID, triggered.Deliveries[0].Status)
	// Output: e1 succeeded
}
