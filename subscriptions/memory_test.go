package subscriptions_test

import (
	"testing"

	"github.com/annohook/annohook/subscriptions"
	"github.com/annohook/annohook/subscriptions/storetest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) subscriptions.Store { return subscriptions.NewMemory() })
}
