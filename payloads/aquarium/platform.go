package aquarium

import (
	"embed"
	"time"

	"github.com/google/uuid"

	"github.com/annohook/annohook/payloads"
)

// ID is the platform id.
const ID = "aquarium"

// The profiles.
const (
	ProfileCurrent    = "current"    // what the vendor's own client library says the keys are
	ProfileDocumented = "documented" // the documents to the letter, misspelled key included
)

// files are the platform's stories and samples.
//
//go:embed stories/*.json code
var files embed.FS

// Platforms returns Aquarium in each profile, the default first.
func Platforms() []payloads.Platform {
	folder, err := payloads.ReadFolder(files, actions())
	if err != nil {
		return []payloads.Platform{{ID: ID, Fault: err}}
	}
	profiles := []payloads.Platform{
		platform(ProfileCurrent, "Keys as the vendor's client library spells them: label_coordinate_frame.", false),
		platform(ProfileDocumented, "Keys as the documents print them: label_coorindate_frame, misspelled.", true),
	}
	for i := range profiles {
		profiles[i].Actions, profiles[i].Stories, profiles[i].Inspect = actions(), folder.Stories, inspect
		profiles[i].Code = folder.Code
	}
	return profiles
}

// platform is Aquarium in one profile. misspelled is how that profile spells the one key the profiles differ in.
func platform(profile, note string, misspelled bool) payloads.Platform {
	return payloads.Platform{
		ID:          ID,
		Name:        "Aquarium",
		Profile:     profile,
		ProfileNote: note,
		Docs:        "https://legacy-docs.aquariumlearning.com/aquarium/concepts/webhooks",

		Events:    events(misspelled),
		Options:   options(),
		Quirks:    quirks(misspelled),
		Facts:     facts(),
		Recipe:    recipe(),
		TestEvent: keyTest,
		Check:     check,
		Matches:   matches,

		NewNativeID: func(random [16]byte, _ time.Time, _ int64) string { return nativeID(random) },

		Compose: compose,
		Sign:    sign,
		Verify:  verify,

		Secret:    secretRule(),
		Timeout:   20 * time.Second,
		Redirect:  payloads.RedirectNever,
		Target:    payloads.TargetAsRequests,
		Retry:     []time.Duration{10 * time.Second, 60 * time.Second, 180 * time.Second},
		Judge:     payloads.JudgeStatus,
		OnDisable: payloads.PendingCancel,
	}
}

// nativeID is a UUID of version 4. What ids webhooks have in Aquarium is not known; its issues have UUIDs.
func nativeID(random [16]byte) string {
	id := uuid.UUID(random)
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}
