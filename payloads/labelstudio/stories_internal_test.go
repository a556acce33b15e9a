package labelstudio

import "testing"

// TestReadStories names the fault of a story, where Platforms can only return nothing.
func TestReadStories(t *testing.T) {
	t.Parallel()
	list, err := readStories(actions())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 3 {
		t.Errorf("%d stories", len(list))
	}
}
