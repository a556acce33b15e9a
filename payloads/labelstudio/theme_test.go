package labelstudio_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
)

// TestProjectsFitTheirKind checks that no project of images is called after texts, nor the other way round, and that none of its
// sentences is about the other kind.
func TestProjectsFitTheirKind(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	said := func(variant string) map[string]bool {
		words := map[string]bool{}
		for seed := range uint64(300) {
			o := build(t, p, "PROJECT_UPDATED", payloads.Build{Seed: seed, IDSeed: seed, Variant: variant})
			for _, key := range []string{"title", "description", "expert_instruction", "model_version"} {
				words[fmt.Sprint(at(o, "project", key))] = true
			}
		}
		return words
	}
	images, texts := said("image"), said("text")
	shared := []string{"", "gpt-preannotate-4", "Second pass over what the \"pilot\" left open."}
	for word := range images {
		if texts[word] && !slices.Contains(shared, word) {
			t.Errorf("%q is said of images and of texts", word)
		}
	}
	if len(images) < 50 || len(texts) < 50 {
		t.Errorf("only %d and %d different words", len(images), len(texts))
	}
}

// TestPicturesShowVehicles checks that the addresses of pictures are of what their labels name.
func TestPicturesShowVehicles(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	for seed := range uint64(100) {
		o := build(t, p, "ANNOTATION_CREATED", payloads.Build{Seed: seed, IDSeed: seed, Variant: "image"})
		image := fmt.Sprint(at(o, "task", "data", "image"))
		if !strings.HasPrefix(image, "https://") || strings.Contains(image, "medical") || strings.Contains(image, "catalogue") {
			t.Errorf("seed %d: %s", seed, image)
		}
	}
}

// TestLeadTimeFitsIntoTheLifeOfTheTask has annotators begin right after the import, as they do in stories.
func TestLeadTimeFitsIntoTheLifeOfTheTask(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		p := newPlayer(t)
		p.seed = seed * 100
		p.do("create-project")
		p.do("import-tasks")
		first := lead(t, p.only(p.do("create-annotation")))
		if again := lead(t, p.only(p.do("update-annotation"))); again <= first {
			t.Errorf("seed %d: lead time %v becomes %v", seed, first, again)
		}
	}
}

// lead returns the lead time of an annotation in seconds, which is less than the task's age.
func lead(t *testing.T, o *payloads.Object) float64 {
	t.Helper()
	seconds, _ := at(o, "annotation", "lead_time").(float64)
	if age := momentOf(t, o, "annotation", "updated_at").Sub(momentOf(t, o, "task", "created_at")); seconds <= 0 || seconds > age.Seconds() {
		t.Errorf("%v seconds of work on a task that is %v old", seconds, age)
	}
	return seconds
}

func momentOf(t *testing.T, o *payloads.Object, path ...string) time.Time {
	t.Helper()
	m, err := time.Parse(time.RFC3339Nano, fmt.Sprint(at(o, path...)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}
