package argilla

import (
	"time"

	"github.com/google/uuid"

	"github.com/annohook/annohook/payloads"
)

// ID is the platform id.
const ID = "argilla"

// Profile28 is the profile of server 2.8.0, whose wire protocol is the one of every server since 2.5.0.
const Profile28 = "2.8"

// Platforms returns Argilla in each profile, the default first.
func Platforms() []payloads.Platform {
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
		TestEvent: keyPing,
		Check:     check,

		NewNativeID: func(random [16]byte, _ time.Time, _ int64) string { return nativeID(random) },

		Compose: compose,
		Sign:    sign,
		Verify:  verify,

		Secret:         secretRule(),
		Timeout:        20 * time.Second,
		Deadline:       180 * time.Second,
		SilenceTimeout: true,
		Redirect:       payloads.RedirectNever,
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
