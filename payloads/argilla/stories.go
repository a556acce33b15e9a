package argilla

import (
	"embed"

	"github.com/annohook/annohook/payloads"
)

//go:embed stories/*.json
var storyFiles embed.FS

// stories reads the stories of this platform.
func stories(actions []payloads.Action) ([]payloads.Story, error) {
	return payloads.ReadStories(storyFiles, actions)
}
