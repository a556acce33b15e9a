package synth

import (
	"fmt"
	"strings"
)

// FileName returns the name of a file of text to be annotated, with an extension that fits: plain, a table, a scan, a recording or a log.
func (s *Source) FileName() string {
	kind := Pick(s,
		fileKind{"interview", "txt wav"}, fileKind{"batch", "jsonl csv txt"}, fileKind{"tickets", "csv jsonl"}, fileKind{"review_export", "csv jsonl"},
		fileKind{"clinical-notes", "txt pdf"}, fileKind{"server", "log"}, fileKind{"call", "wav txt"}, fileKind{"invoice", "pdf png jpg"},
		fileKind{"transcript", "txt jsonl"}, fileKind{"corpus", "txt jsonl"}, fileKind{"news_wire", "txt jsonl"}, fileKind{"scan", "pdf png jpg"},
		fileKind{"Gespräch", "txt wav"}, fileKind{"отзывы", "csv txt"}, fileKind{"発話", "wav jsonl"},
	)
	return fmt.Sprintf("%s_%04d.%s", kind.stem, s.Int(1, 4999), Pick(s, strings.Fields(kind.extensions)...))
}

// fileKind is what files of one kind are called and which extensions they have, with blanks between.
type fileKind struct{ stem, extensions string }

// ImageName returns the name of an image file.
func (s *Source) ImageName() string {
	return fmt.Sprintf("%s_%06d.%s", Pick(s, "frame", "IMG", "cam-front", "scan", "street", "tile"), s.Int(1, 999999), Pick(s, "jpg", "png"))
}

// ImageURL returns the https URL of an image that does not exist, under example.com or example.org.
func (s *Source) ImageURL() string {
	host := Pick(s, "images.example.com", "cdn.example.org", "assets.example.com")
	return fmt.Sprintf("https://%s/%s/%s", host, Pick(s, "fleet", "catalogue", "uploads", "scenes", "medical"), s.ImageName())
}
