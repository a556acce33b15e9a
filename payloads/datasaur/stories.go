package datasaur

import (
	"embed"

	"github.com/annohook/annohook/payloads"
)

//go:embed stories/*.json
var storyFiles embed.FS

// stories reads the stories of this folder.
func stories() ([]payloads.Story, error) {
	return payloads.ReadStories(storyFiles, actions())
}

// broken stands for the platform when its stories cannot be read: no registry accepts it, and the refusal says why.
func broken(err error) []payloads.Platform {
	return []payloads.Platform{{ID: ID, Profile: err.Error()}}
}
