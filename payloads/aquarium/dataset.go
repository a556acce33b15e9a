package aquarium

import (
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// Variants of the dataset events.
const (
	variantLabeled   = "labeled"
	variantInference = "inference-set"
)

// processed puts a processed dataset or inference set into the event, under its entity key. failed adds what went wrong.
//
// Reconstructed: the field names are those of the client library's create call and error log (aquariumlearning 1.0.7 client.py).
func (w *world) processed(event *payloads.Object, variant string, failed bool) {
	key, entity := "dataset", payloads.Obj("id", w.dataset)
	switch {
	case variant == variantInference && w.gluedID:
		entity = payloads.Obj("id", "inferences_"+w.dataset+"_"+w.inference)
	case variant == variantInference:
		key, entity = "inference_set", payloads.Obj("id", w.inference, "dataset", w.dataset)
	}
	entity.Set("total_num_frames", w.frames)
	entity.Set("total_num_crops", w.crops)
	entity.Set("external_metadata", &payloads.Object{})
	if failed {
		entity.Set("errors", w.errors())
	}
	event.Set(key, entity)
}

// errors lists one or two rows of the ingest error log. The names of the steps and the messages are invented.
func (w *world) errors() payloads.Array {
	type row struct{ step, message string }
	src := w.source(placeErrors)
	rows := synth.Sample(
		src, src.Int(1, 2),
		row{"ParseFrames", "frame 118: sensor_data is empty, at least one sensor is needed"},
		row{"FetchImages", "403 from images.example.com for 12 of 640 images"},
		row{"FetchImages", "image has no content: \"frame_0412.jpg\""},
		row{"ComputeEmbeddings", "embedding of 512 numbers, the dataset has 768"},
		row{"ValidateLabels", "label class \"tráfico\" is not in the class map"},
		row{"ValidateLabels", "duplicate label uuid in frames 7 and 31"},
		row{"AggregateWindows", "window ended with WINDOW_ERRORED after 3 tries"},
	)
	list := make(payloads.Array, 0, len(rows))
	for _, r := range rows {
		list = append(list, payloads.Obj("aquarium_dataflow_step", r.step, "msg", r.message))
	}
	return list
}
