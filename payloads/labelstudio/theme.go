package labelstudio

import (
	"fmt"

	"github.com/annohook/annohook/payloads/internal/synth"
)

// theme is what people write about projects of one kind: spans that answer questions in texts, or vehicles in pictures. The first model
// is none.
type theme struct{ subjects, descriptions, instructions, models []string }

// themeOf returns the theme of a kind. Lists of one name are equally long, so that one draw serves every kind.
func themeOf(k kind) theme {
	if k == imageKind {
		return theme{
			subjects: []string{
				"Street scenes", "Airport apron", "Traffic cameras", "Satellite tiles", "Car parks", "Drone footage",
				"Aparcamientos", "Flughafen Vorfeld", "Aérodromes", "Toll stations", "駐車場", "Аэродромы",
			},
			descriptions: []string{
				"Every vehicle that can be told apart.", "Boxes for the detector benchmark, two annotators per picture in the gold set.",
				"Pictures come from several cameras; tell us about duplicates.", "Spiegelungen und Schatten nicht markieren.",
				"Les images de nuit sont à passer si rien n'est reconnaissable.", "遠くの小さな車は無視してください。",
				"Second pass over what the \"pilot\" left open.", "Solo lo que se ve, sin adivinar lo oculto.",
			},
			instructions: []string{
				"Draw one tight box for each vehicle.", "Mirrors and wings belong into the box, shadows do not.",
				"Skip a picture that is too dark.", "Verdeckte Fahrzeuge nur markieren, wenn mehr als die Hälfte zu sehen ist.",
				"Une boîte par véhicule, même s'ils se touchent.", "Отражения не размечаем.",
			},
			models: []string{"", "yolo11m", "rtdetr-l-2026-03", "owlv2-base", "gpt-preannotate-4"},
		}
	}
	return theme{
		subjects: []string{
			"Reading comprehension", "Answer spans", "Help desk answers", "FAQ mining", "Evidence spans", "Open-domain QA",
			"Preguntas y respuestas", "Antworten finden", "Réponses courtes", "Search answers", "質問応答", "Поиск ответов",
		},
		descriptions: []string{
			"Which part of the text answers the question?", "Spans for the retrieval benchmark, two annotators per text in the gold set.",
			"Texts come from several teams; tell us about duplicates.", "Nur Textstellen markieren, nichts umformulieren.",
			"Les textes sont en plusieurs langues : passez ceux que vous ne lisez pas.", "答えがない場合はスキップしてください。",
			"Second pass over what the \"pilot\" left open.", "Solo fragmentos literales, sin reformular.",
		},
		instructions: []string{
			"Mark the shortest span that answers the question.", "Leave quotes and brackets outside of the span.",
			"Skip a text that holds no answer.", "Satzzeichen am Rand gehören nicht zur Antwort.",
			"N'étiquetez que la première réponse complète.", "Если ответа нет, пропустите текст.",
		},
		models: []string{"", "bert-base-2026-03", "spacy-xx-3.8", "gliner-multi-2", "gpt-preannotate-4"},
	}
}

// words are what was drawn for a project: places in the lists of its theme, whatever kind that is.
type words struct {
	subject, description, instruction, model int
	suffix                                   string
}

func drawWords(s *synth.Source) words {
	t := themeOf(textKind)
	return words{
		subject: s.Int(0, len(t.subjects)-1), suffix: synth.Pick(s, "pilot", "batch 2", "2026 Q4", "gold set", "round 3", "re-check", "v2", "β"),
		description: s.Int(0, len(t.descriptions)-1), instruction: s.Int(0, len(t.instructions)-1), model: s.Int(0, len(t.models)-1),
	}
}

func (w words) title(k kind) string { return themeOf(k).subjects[w.subject] + " " + w.suffix }

// describe returns the description of a project of the kind.
func (w words) describe(k kind) string { return themeOf(k).descriptions[w.description] }

// instruct returns what annotators are told, as the editor of the settings stores it.
func (w words) instruct(k kind) string {
	return "<p>" + themeOf(k).instructions[w.instruction] + "</p>"
}

// modelVersion is empty for a project without a model.
func (w words) modelVersion(k kind) string { return themeOf(k).models[w.model] }

// usualModel is the version that an import of predictions gives to a project without one.
func usualModel(k kind) string { return themeOf(k).models[1] }

// kindNamed is the kind that an interface of that name shows; an empty one counts as one of texts.
func kindNamed(name string) kind {
	if name == interfaceImage {
		return imageKind
	}
	return textKind
}

// imageURL returns the address of a picture of vehicles that does not exist.
func imageURL(s *synth.Source) string {
	host := synth.Pick(s, "images.example.com", "cdn.example.org", "assets.example.com")
	folder, name := synth.Pick(s, "fleet", "traffic", "uploads", "scenes", "apron"), synth.Pick(s, "frame", "IMG", "cam-front", "street", "tile")
	return fmt.Sprintf("https://%s/%s/%s_%06d.%s", host, folder, name, s.Int(1, 999999), synth.Pick(s, "jpg", "png"))
}
