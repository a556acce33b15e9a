package aquarium

import (
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// frame is one image with its labels.
type frame struct {
	id, device, sensor, scene, note string
	captured                        time.Time
	width, height                   int
	located, inWorld, sized         bool // has coordinates on earth; has a parent coordinate frame; states its size
	latitude, longitude             float64
	loss                            float64
	confusion                       payloads.Array
	labels                          []label
	marked                          int // index of the label that a crop element is about
}

// label is one box in a frame.
type label struct {
	id, class                string
	top, left, width, height float64
	confidence               float64
	inferred                 bool
	linked                   payloads.Array // ids of other labels of the frame
}

// newFrame draws the n-th frame of an issue, always the same one. Values: aquariumlearning 1.0.7 frames.py and labels.py.
func newFrame(i issue, n int) frame {
	src, d := i.Elements.source(n), domainOf(i.Elements.Domain)
	size := synth.Pick(src, [2]int{1280, 720}, [2]int{1920, 1080}, [2]int{1920, 1200}, [2]int{2448, 2048})
	f := frame{
		id:        src.UUID(),
		device:    synth.Pick(src, "default_device", "unit-07", "unit-12", "rig_b"),
		sensor:    synth.Pick(src, d.sensors...),
		scene:     synth.Pick(src, d.scenes...),
		note:      synth.Pick(src, d.notes...),
		captured:  i.Elements.Captured.Add(time.Duration(n)*time.Minute + src.Duration(0, 50*time.Second)),
		width:     size[0],
		height:    size[1],
		located:   src.Bool(0.7) && d.region != region{},
		inWorld:   src.Bool(0.4),
		sized:     src.Bool(0.6),
		latitude:  src.Float(d.region.south, d.region.north, 6),
		longitude: src.Float(d.region.west, d.region.east, 6),
		loss:      src.Float(0.01, 4, 6),
		confusion: confusion(src),
	}
	f.labels = f.newLabels(src, d.classes, i.Inference != "")
	f.marked = src.Int(0, len(f.labels)-1)
	return f
}

// confusion is a table of two classes: how often each was taken for each.
func confusion(src *synth.Source) payloads.Array {
	row := func() payloads.Array { return payloads.Array{src.Int(0, 9), src.Int(0, 9)} }
	return payloads.Array{row(), row()}
}

// newLabels draws two to four boxes that lie within the frame; the second may be linked to the first.
func (f frame) newLabels(src *synth.Source, classes []string, inferred bool) []label {
	labels := make([]label, src.Int(2, 4))
	for i := range labels {
		width, height := src.Float(8, float64(f.width)/3, 2), src.Float(8, float64(f.height)/3, 2)
		labels[i] = label{
			id: src.UUID(), class: synth.Pick(src, classes...),
			top: src.Float(0, float64(f.height)-height, 2), left: src.Float(0, float64(f.width)-width, 2), width: width, height: height,
			confidence: src.Float(0.05, 0.999, 4), inferred: inferred, linked: payloads.Array{},
		}
	}
	if src.Bool(0.3) {
		labels[1].linked = payloads.Array{labels[0].id}
	}
	return labels
}

// frameData prints a frame. Keys and their order: docs, "Integrating with labeling using webhooks".
func (p printer) frameData(dataset string, f frame) *payloads.Object {
	var frames payloads.Array
	if f.inWorld {
		frames = append(frames, payloads.Obj("coordinate_frame_id", "world", "coordinate_frame_metadata", nil, "coordinate_frame_type", "WORLD"))
	}
	frames = append(frames, payloads.Obj("coordinate_frame_id", f.sensor, "coordinate_frame_metadata", nil, "coordinate_frame_type", "IMAGE"))
	geo := &payloads.Object{}
	if f.located {
		geo = payloads.Obj("geo_EPSG4326_lat", f.latitude, "geo_EPSG4326_lon", f.longitude)
	}
	labels := make(payloads.Array, 0, len(f.labels))
	for _, l := range f.labels {
		labels = append(labels, p.label(l, f.sensor))
	}
	captured := p.captured(f.captured)
	return payloads.Obj(
		"coordinate_frames", frames,
		"custom_metrics", payloads.Obj("confusion_matrix", f.confusion, "loss", f.loss),
		"date_captured", captured,
		"device_id", f.device,
		"geo_data", geo,
		"label_data", labels,
		"sensor_data", payloads.Array{printSensor(dataset, f, captured)},
		"task_id", f.id,
		"user__scene", f.scene,
		"user__note", f.note,
	)
}

func printSensor(dataset string, f frame, captured string) *payloads.Object {
	urls := payloads.Obj("image_url", imageURL(dataset, f.id, ""))
	metadata := &payloads.Object{}
	if f.sized {
		urls.Set("preview_url", imageURL(dataset, f.id, "_small"))
		metadata = payloads.Obj("width", f.width, "height", f.height)
	}
	return payloads.Obj(
		"coordinate_frame", f.sensor,
		"data_urls", urls,
		"date_captured", captured,
		"sensor_id", f.sensor,
		"sensor_metadata", metadata,
		"sensor_type", "IMAGE_V0",
	)
}

// label prints a box. Only labels of an inference set have a confidence: the client library refuses one on ground truth.
func (p printer) label(l label, sensor string) *payloads.Object {
	attributes := payloads.Obj("top", l.top, "left", l.left, "width", l.width, "height", l.height)
	if l.inferred {
		attributes = payloads.Obj("confidence", l.confidence, "top", l.top, "left", l.left, "width", l.width, "height", l.height)
	}
	return payloads.Obj(
		"attributes", attributes,
		"label", l.class,
		p.labelFrameKey, sensor,
		"label_type", "BBOX_2D",
		"linked_labels", l.linked,
		"uuid", l.id,
	)
}
