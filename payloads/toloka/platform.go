package toloka

import (
	"embed"
	"encoding/binary"
	"encoding/hex"
	"math"
	"time"

	"github.com/annohook/annohook/payloads"
)

// ID of the platform in URLs, stores and the API.
const ID = "toloka"

// ProfileV1 is the only profile: API v1 as documented from 2022 to 2023.
const ProfileV1 = "v1"

// spacing lies between the events of one action where they go out one to a request, which a window of 0s asks for. Nobody published an order
// of requests; a SKIPPED ahead of its CREATED would be our doing.
const spacing = 25 * time.Millisecond

// timeout of one attempt. Toloka documents none; this is the house policy.
const timeout = 20 * time.Second

// files are the platform's stories and samples.
//
//go:embed stories/*.json code
var files embed.FS

// Platforms returns Toloka in its one profile.
func Platforms() []payloads.Platform {
	folder, err := payloads.ReadFolder(files, actions())
	if err != nil {
		return []payloads.Platform{{ID: ID, Fault: err}}
	}
	return []payloads.Platform{{
		ID:          ID,
		Name:        "Toloka",
		Profile:     ProfileV1,
		ProfileNote: "Toloka API v1 as documented from 2022 to 2023: signed batches, one envelope.",
		Docs:        "https://toloka.ai/docs/api/using-webhook-subscriptions",

		Events:    events(),
		Options:   options(),
		Quirks:    quirks(),
		Facts:     facts(),
		Recipe:    recipe(),
		Code:      folder.Code,
		TestEvent: TestEvent,

		Check:       check,
		Matches:     matches,
		NewNativeID: newNativeID,

		Actions: actions(),
		Stories: folder.Stories,
		Inspect: inspect,
		Spacing: spacing,
		Native:  native(folder.Client),

		Compose: compose,
		Sign:    sign,
		Verify:  verify,

		Secret:   payloads.SecretRule{Scheme: scheme, Generate: generateSecret},
		Timeout:  timeout,
		Redirect: payloads.RedirectNever,
		Retry:    []time.Duration{10 * time.Second, time.Minute, 3 * time.Minute},
		Batch:    &payloads.Batch{Settings: settings, Join: join},
	}}
}

// newNativeID makes an id in the style of MongoDB: the second, then random digits; 24 lower-case hex digits.
func newNativeID(random [16]byte, now time.Time, _ int64) string {
	var id [12]byte
	binary.BigEndian.PutUint32(id[:4], uint32(now.Unix()&math.MaxUint32))
	copy(id[4:], random[:])
	return hex.EncodeToString(id[:])
}

// secretBytes is how much of the randomness a generated secret uses: the size of the hash behind the signature.
const secretBytes = 32

// generateSecret makes a secret of 64 hex digits. Toloka takes any text; it is used as text, never decoded.
func generateSecret(random [64]byte) string { return hex.EncodeToString(random[:secretBytes]) }
