package toloka

import (
	"hash/fnv"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/synth"
)

// answerKinds is how many numbers [answers.of] tells apart; a project has one of them.
const answerKinds = 6

// answers are the material of one Toloker's answer in every kind of project. All kinds are drawn together, so that the kind chosen does not
// move later draws.
type answers struct {
	text              synth.Text
	comment           string
	animal, relevance string
	spam              bool
}

func drawAnswers(s *synth.Source) answers {
	return answers{
		text: passage(s), comment: s.Sentence(),
		animal:    synth.Pick(s, "cat", "dog", "horse", "other", "not_loaded"),
		relevance: synth.Pick(s, "relevant_plus", "relevant_minus", "irrelevant", "_404"),
		spam:      s.Bool(0.3),
	}
}

// passage draws something that people say or write, which code is not: it is transcribed, judged and translated.
func passage(s *synth.Source) synth.Text {
	return s.Text(synth.News, synth.Support, synth.Review, synth.Clinical, synth.Dialogue)
}

// of returns the output fields of one of several kinds of project.
func (a answers) of(kind int) *payloads.Object {
	switch kind {
	case 0:
		return payloads.Obj("result", a.animal)
	case 1:
		return payloads.Obj("sentiment", a.text.Sentiment, "topic", a.text.Topic)
	case 2:
		return payloads.Obj("relevance", a.relevance, "is_spam", a.spam, "comment", a.comment)
	case 3:
		return payloads.Obj("language", a.text.Language, "translation_ok", !a.spam, "comment", a.comment)
	default:
		return payloads.Obj("transcription", a.text.Body)
	}
}

// kindOf is the kind of answers that a project collects.
func kindOf(project string) int { return int(textSeed(project) % answerKinds) }

// answerTo is what a Toloker, or aggregation, answers: always the same for the same id, so no world has to keep it.
func answerTo(project, id string) *payloads.Object {
	return drawAnswers(synth.New(textSeed(id), 0)).of(kindOf(project))
}

// inputOf is what a task shows to Tolokers, made from its id for the same reason.
func inputOf(project, task string) *payloads.Object {
	s := synth.New(textSeed(task), textSeed(task))
	switch kindOf(project) {
	case 0:
		return payloads.Obj("image", "https://media.example.com/"+s.Hex(16)+".jpg")
	case 1, 2, 3:
		return payloads.Obj("text", passage(s).Body)
	default:
		return payloads.Obj("audio", "https://media.example.com/"+s.Hex(16)+".ogg")
	}
}

func textSeed(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}
