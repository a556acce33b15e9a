package datasaur

import (
	"errors"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
)

func TestABrokenStoryIsRefused(t *testing.T) {
	_, err := payloads.NewRegistry(broken(errors.New("story x: steps[0]: no such action")))
	if err == nil || !strings.Contains(err.Error(), "steps[0]: no such action") {
		t.Errorf("got %v", err)
	}
}
