package datasaur

import (
	"embed"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/annohook/annohook/payloads"
)

// ID of the platform in URLs, stores and the API.
const ID = "datasaur"

// The profiles, named after the documents' samples.
const (
	Profile2023 = "2023"
	Profile2020 = "2020"
)

// timeout of one attempt. Datasaur documents none; this is the house policy.
const timeout = 20 * time.Second

// files are the platform's stories and samples.
//
//go:embed stories/*.json code
var files embed.FS

// Platforms returns Datasaur in its profiles, 2023 first.
func Platforms() []payloads.Platform {
	folder, err := payloads.ReadFolder(files, actions())
	if err != nil {
		return []payloads.Platform{{ID: ID, Fault: err}}
	}
	now, then := common(folder), common(folder)

	now.Profile = Profile2023
	now.ProfileNote = "The documents since 2023: four notifications and the export webhook, tags, content type without charset."
	now.Docs = "https://docs.datasaur.ai/integrations/webhook-notifications/events"
	now.Events = events2023()
	now.Actions = actions()
	now.Quirks, now.Facts = quirks2023(), facts2023()
	now.Sign = signer(fields2023())
	now.Target = payloads.TargetAsAxios // the one of 2020 is older than that and read URLs in a way of its own

	then.Profile = Profile2020
	then.ProfileNote = "The documents of 2020: completed and reviewed only, a project type instead of tags, content type with charset."
	then.Docs = "https://datasaurai.gitbook.io/datasaur/advanced/webhook-notifications/events"
	then.Events = events2020()
	then.Actions = only(actions(), then.Events)
	then.Quirks, then.Facts = quirks2020(), facts2020()
	then.Sign = signer(fields2020())

	return []payloads.Platform{now, then}
}

// common is what both profiles share.
func common(folder payloads.Folder) payloads.Platform {
	return payloads.Platform{
		ID:     ID,
		Name:   "Datasaur",
		Recipe: recipe(),
		Code:   folder.Code,

		Check:       check,
		NewNativeID: func(_ [16]byte, _ time.Time, n int64) string { return strconv.FormatInt(n, 10) },

		Stories: folder.Stories,
		Inspect: inspect,
		Spacing: spacing,

		Compose: compose,
		Verify:  verify,

		Secret:   payloads.SecretRule{Scheme: scheme, Generate: generateSecret},
		Timeout:  timeout,
		Redirect: payloads.RedirectNever,
		Retry:    []time.Duration{10 * time.Second, time.Minute, 3 * time.Minute},
	}
}

// secretBytes is how much of the randomness a generated secret uses: the size of the hash behind the signature.
const secretBytes = 32

// generateSecret makes a secret of 64 hex digits. Datasaur takes any text the customer sends its support, and uses it as text.
func generateSecret(random [64]byte) string { return hex.EncodeToString(random[:secretBytes]) }
