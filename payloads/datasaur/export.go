package datasaur

import (
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

func drawExport(s *synth.Source, w *world, variant string) subject {
	about := subject{Project: w.project, Document: w.document, By: w.exporter, Whole: variant != VariantDocument}
	about.FileURL = exportURL(s, w.project.ID, about.Whole)
	return about
}

// exportURL is where an exported file would lie: an archive for a project, else one file in some format.
func exportURL(s *synth.Source, projectID string, whole bool) string {
	file := "https://storage.example.com/exports/" + projectID + "/" + s.UUID()
	format := synth.Pick(s, "json", "tsv", "conll", "jsonl")
	if whole {
		format = "zip"
	}
	return file + "." + format
}

// printExport prints the body of the export webhook: flat, without a type. documentId is there only for the export of one document.
func printExport(about subject, _ payloads.Build) *payloads.Object {
	body := payloads.Obj("userId", about.By.ID, "fileUrl", about.FileURL, "projectId", about.Project.ID)
	if !about.Whole {
		body.Set("documentId", about.Document.ID)
	}
	return body
}
