package datasaur

import (
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// buildExport makes the body of the export webhook: flat, without a type. documentId is there only for the export of one document.
func buildExport(b payloads.Build) (*payloads.Object, error) {
	s := synth.New(b.Seed, b.IDSeed)
	w := newWorld(s, b)
	file := "https://storage.example.com/exports/" + w.project.id + "/" + s.UUID()
	format := synth.Pick(s, "json", "tsv", "conll", "jsonl")
	body := payloads.Obj("userId", w.exporter.id, "fileUrl", file+".zip", "projectId", w.project.id)
	switch b.Variant {
	case "", VariantProject:
	case VariantDocument:
		body.Set("fileUrl", file+"."+format)
		body.Set("documentId", w.document.id)
	default:
		return nil, unknownVariant(Export, b.Variant)
	}
	return body, nil
}
