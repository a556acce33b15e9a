package invented

import (
	"slices"
	"time"

	"github.com/annohook/annohook/payloads"
)

// StoryName is the name of the one story: two notes are added to box B, and one of them is moved to box C a second later.
const StoryName = "tidy-up"

// actions lists what users of the platform do; each names only event types that the profile has.
func actions(events []payloads.EventType) []payloads.Action {
	box := payloads.Param{Name: "box", Kind: payloads.KindString, Default: `"A"`, Values: []string{"A", "B", "C"}, Summary: "where it lies"}
	list := []payloads.Action{
		{
			Name: AddNotes, Title: "Add notes", Summary: "Adds some notes to a box.", Raises: []string{NoteAdded}, Do: addNotes,
			Params: []payloads.Param{
				{Name: "count", Kind: payloads.KindInteger, Default: "1", Min: 1, Max: 1000, Summary: "how many"},
				{Name: "text", Kind: payloads.KindString, Max: 200, Summary: "what they say; without it, something"},
				box,
			},
		},
		{
			Name: MoveNote, Title: "Move a note", Summary: "Takes a note out of its box and puts it into another.", Raises: []string{NoteRemoved, NoteAdded},
			Do: moveNote,
			Params: []payloads.Param{
				{Name: "note", Kind: payloads.KindString, Max: 20, Summary: "id of the note; without it, the newest"},
				box,
			},
		},
		{Name: PrintSheets, Title: "Print sheets", Summary: "Prints the newest note.", Raises: []string{Sheets}, Do: printSheets},
	}
	for i := range list {
		list[i].Fidelity, list[i].Source = payloads.Assumed, "invented"
		list[i].Raises = slices.DeleteFunc(list[i].Raises, func(key string) bool {
			return !slices.ContainsFunc(events, func(e payloads.EventType) bool { return e.Key == key })
		})
	}
	return list
}

func stories() []payloads.Story {
	return []payloads.Story{{
		Name: StoryName, Title: "Tidy up", Summary: "Notes are added and moved.", Fidelity: payloads.Assumed, Source: "invented",
		Steps: []payloads.StoryStep{
			{Action: AddNotes, With: payloads.Obj("count", int64(2), "box", "B"), As: "added", Note: "adds two notes"},
			{After: time.Second, Action: MoveNote, With: payloads.Obj("note", "{added.id}", "box", "C"), Note: "moves the second"},
		},
	}}
}
