package argilla

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/annohook/annohook/payloads"
)

//go:embed stories/*.json
var storyFiles embed.FS

// stories reads the stories of this platform.
func stories(actions []payloads.Action) ([]payloads.Story, error) {
	files, err := fs.Sub(storyFiles, "stories")
	if err != nil {
		return nil, fmt.Errorf("open the stories of argilla: %w", err)
	}
	return payloads.ReadStories(files, actions)
}
