package datasaur

import (
	"cmp"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
	"github.com/annohook/annohook/payloads/internal/wire"
)

func drawCreated(_ *synth.Source, w *world, _ string) subject {
	return subject{Team: w.team, Project: w.project}
}

// printCreated prints PROJECT_CREATED, the only event that shows the team's name.
func printCreated(about subject, b payloads.Build) *payloads.Object {
	return envelope(ProjectCreated, payloads.Obj(
		"timestamp", wire.ISOMilliZ(b.Now),
		"project", about.Project.print2023(),
		"team", payloads.Obj("id", about.Team.ID, "name", about.Team.Name),
	))
}

func drawCompleted(_ *synth.Source, w *world, _ string) subject {
	return subject{Team: w.team, Project: w.project, By: w.labeler}
}

func drawReviewed(_ *synth.Source, w *world, _ string) subject {
	return subject{Team: w.team, Project: w.project, By: w.reviewer}
}

// printDone returns the printer of the event that one role sends when it is done: the user stands under the role's name.
func printDone(key, role string, printProject func(project) *payloads.Object) func(subject, payloads.Build) *payloads.Object {
	return func(about subject, b payloads.Build) *payloads.Object {
		return envelope(key, payloads.Obj(
			"timestamp", wire.ISOMilliZ(b.Now),
			role, about.By.print(b),
			"project", printProject(about.Project),
			"team", about.Team.print(),
		))
	}
}

// withUsername gives everybody a username, as in the samples of 2020, where it is the address before the @; those of 2023 leave it empty.
func withUsername(printEvent func(subject, payloads.Build) *payloads.Object) func(subject, payloads.Build) *payloads.Object {
	return func(about subject, b payloads.Build) *payloads.Object {
		local, _, _ := strings.Cut(about.By.Email, "@")
		about.By.Username = cmp.Or(about.By.Username, local)
		return printEvent(about, b)
	}
}
