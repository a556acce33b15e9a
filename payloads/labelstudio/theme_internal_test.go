package labelstudio

import "testing"

// TestThemesAreEquallyLong holds what one draw for every kind rests on.
func TestThemesAreEquallyLong(t *testing.T) {
	t.Parallel()
	text, image := themeOf(textKind), themeOf(imageKind)
	for _, pair := range [][2][]string{
		{text.subjects, image.subjects},
		{text.descriptions, image.descriptions},
		{text.instructions, image.instructions},
		{text.models, image.models},
	} {
		if len(pair[0]) != len(pair[1]) {
			t.Errorf("%d for texts, %d for images: %q, %q", len(pair[0]), len(pair[1]), pair[0], pair[1])
		}
	}
	if text.models[0] != "" || image.models[0] != "" || usualModel(textKind) == "" || usualModel(imageKind) == "" {
		t.Error("the first model is none, the second the usual one")
	}
}
