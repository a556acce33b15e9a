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

func drawProcessed(failed bool) func(*world, string) subject {
	return func(w *world, variant string) subject {
		d := w.dataset
		if variant == variantInference {
			d.Inference = w.inference
		}
		if failed {
			d.Failed, d.Errors = true, newFailures(w.source(placeErrors))
		}
		return subject{Project: w.project, Dataset: d}
	}
}

// printProcessed puts a processed dataset or inference set into the event, under its entity key.
//
// Reconstructed: the field names are those of the client library's create call and error log (aquariumlearning 1.0.7 client.py).
func printProcessed(about subject, p printer, event *payloads.Object) {
	d := about.Dataset
	key, entity := "dataset", payloads.Obj("id", d.ID)
	switch {
	case d.Inference != "" && p.gluedID:
		entity = payloads.Obj("id", "inferences_"+d.ID+"_"+d.Inference)
	case d.Inference != "":
		key, entity = "inference_set", payloads.Obj("id", d.Inference, "dataset", d.ID)
	}
	entity.Set("total_num_frames", d.Frames)
	entity.Set("total_num_crops", d.Crops)
	entity.Set("external_metadata", &payloads.Object{})
	if d.Failed {
		rows := make(payloads.Array, 0, len(d.Errors))
		for _, f := range d.Errors {
			rows = append(rows, payloads.Obj("aquarium_dataflow_step", f.Step, "msg", f.Message))
		}
		entity.Set("errors", rows)
	}
	event.Set(key, entity)
}

// newFailures draws one or two rows of the ingest error log. The names of the steps and the messages are invented.
func newFailures(src *synth.Source) []failure {
	return synth.Sample(
		src, src.Int(1, 2),
		failure{"ParseFrames", "frame 118: sensor_data is empty, at least one sensor is needed"},
		failure{"FetchImages", "403 from images.example.com for 12 of 640 images"},
		failure{"FetchImages", "image has no content: \"frame_0412.jpg\""},
		failure{"ComputeEmbeddings", "embedding of 512 numbers, the dataset has 768"},
		failure{"ValidateLabels", "label class \"tráfico\" is not in the class map"},
		failure{"ValidateLabels", "duplicate label uuid in frames 7 and 31"},
		failure{"AggregateWindows", "window ended with WINDOW_ERRORED after 3 tries"},
	)
}
