package synth

import (
	"fmt"
)

// FileName returns the name of a file as annotation projects have them, with an extension: text, image, audio, table or log.
func (s *Source) FileName() string {
	stem := Pick(s, "interview", "batch", "tickets", "review_export", "clinical-notes", "street", "call", "invoice", "transcript", "corpus",
		"news_wire", "frame", "Gespräch", "отзывы", "発話")
	return fmt.Sprintf("%s_%04d.%s", stem, s.Int(1, 4999), Pick(s, "txt", "jsonl", "csv", "pdf", "png", "jpg", "wav", "log"))
}

// ImageName returns the name of an image file.
func (s *Source) ImageName() string {
	return fmt.Sprintf("%s_%06d.%s", Pick(s, "frame", "IMG", "cam-front", "scan", "street", "tile"), s.Int(1, 999999), Pick(s, "jpg", "png"))
}

// ImageURL returns the https URL of an image that does not exist, under example.com or example.org.
func (s *Source) ImageURL() string {
	host := Pick(s, "images.example.com", "cdn.example.org", "assets.example.com")
	return fmt.Sprintf("https://%s/%s/%s", host, Pick(s, "fleet", "catalogue", "uploads", "scenes", "medical"), s.ImageName())
}
