package argilla_test

import "testing"

func BenchmarkSubmitResponse(b *testing.B) {
	s := newSite()
	for b.Loop() {
		s.do(b, "submit-response")
	}
	b.ReportMetric(float64(len(s.world)), "world-bytes")
}

func BenchmarkAddRecords(b *testing.B) {
	s := newSite()
	for b.Loop() {
		s.do(b, "add-records", "count", int64(500))
	}
	b.ReportMetric(float64(len(s.world)), "world-bytes")
}

// BenchmarkListenerReads is what the SDK's listener asks for on one event, of a thing that only a body shows.
func BenchmarkListenerReads(b *testing.B) {
	h := newHost()
	a := newAPI(h)
	event := build(b, "record.completed", "", 1, nil)
	h.tell("record.completed", compose(b, event))
	dataset := text(b, event, "data.dataset.id")
	for b.Loop() {
		for _, path := range []string{"", "/fields", "/questions", "/vectors-settings", ""} {
			a.ask(b, "GET", "/api/v1/datasets/"+dataset+path, "")
		}
		a.ask(b, "GET", "/api/v1/me/datasets/"+dataset+"/metadata-properties", "")
		a.ask(b, "GET", "/api/v1/records/"+text(b, event, "data.id"), "")
	}
}
