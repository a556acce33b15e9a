package app

import (
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/aquarium"
	"github.com/annohook/annohook/payloads/argilla"
	"github.com/annohook/annohook/payloads/datasaur"
	"github.com/annohook/annohook/payloads/labelstudio"
	"github.com/annohook/annohook/payloads/toloka"
)

// Platforms returns every platform the program can impersonate.
func Platforms() (*payloads.Registry, error) {
	return payloads.NewRegistry(
		argilla.Platforms(),
		datasaur.Platforms(),
		labelstudio.Platforms(),
		toloka.Platforms(),
		aquarium.Platforms(),
	)
}
