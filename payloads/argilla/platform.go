package argilla

import (
	"embed"
	"time"

	"github.com/google/uuid"

	"github.com/annohook/annohook/payloads"
)

// ID is the platform id.
const ID = "argilla"

// Profile28 is the profile of server 2.8.0, whose wire protocol is the one of every server since 2.5.0.
const Profile28 = "2.8"

// spacing lies between the events of one action: a worker forks for each job, so two jobs of one call seldom begin in the same moment
// (rq 1.16.2 worker.py@0e15b2a9; the length is assumed).
const spacing = 25 * time.Millisecond

// files are the platform's stories and samples.
//
//go:embed stories/*.json code
var files embed.FS

// Platforms returns Argilla in each profile, the default first.
func Platforms() []payloads.Platform {
	does := actions()
	folder, err := payloads.ReadFolder(files, does)
	if err != nil {
		return []payloads.Platform{{ID: ID, Fault: err}}
	}
	return []payloads.Platform{{
		ID:          ID,
		Name:        "Argilla",
		Profile:     Profile28,
		ProfileNote: "Argilla server 2.8.0 of March 2025; webhooks are the same since 2.5.0.",
		Docs:        "https://docs.argilla.io/latest/how_to_guides/webhooks_internals/",

		Events:    events(),
		Quirks:    quirks(),
		Facts:     facts(),
		Recipe:    recipe(),
		Code:      folder.Code,
		TestEvent: keyPing,
		Check:     check,

		NewNativeID: func(random [16]byte, _ time.Time, _ int64) string { return nativeID(random) },

		Actions: does,
		Stories: folder.Stories,
		Inspect: inspect,
		Spacing: spacing,
		Native:  native(folder.Client),

		Compose: compose,
		Sign:    sign,
		Verify:  verify,

		Secret:         secretRule(),
		Timeout:        20 * time.Second,
		Deadline:       180 * time.Second,
		SilenceTimeout: true,
		Redirect:       payloads.RedirectNever,
		Target:         payloads.TargetAsHTTPX,
		Retry:          []time.Duration{10 * time.Second, 60 * time.Second, 180 * time.Second},
		Judge:          payloads.JudgeStatus,
		OnDisable:      payloads.PendingContinue,
	}}
}

// nativeID is a UUID of version 4.
func nativeID(random [16]byte) string {
	id := uuid.UUID(random)
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}
