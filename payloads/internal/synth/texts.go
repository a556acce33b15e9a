package synth

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Domains of the texts.
const (
	News     = "news"
	Support  = "support"
	Review   = "review"
	Clinical = "clinical"
	Code     = "code"
	Dialogue = "dialogue"
)

// Text is one passage as annotators get them.
type Text struct {
	Domain    string // one of the constants above
	Language  string // BCP 47
	Topic     string // a class label in English that fits the text, lower case
	Sentiment string // positive, neutral or negative
	Body      string // may hold line breaks, quotes, backslashes and any script
	Spans     []Span // entities in Body, in order; at least one
}

// Span is an entity of a text. Start and End count Unicode code points, End is exclusive: Python's slice.
type Span struct {
	Label      string // PER, ORG, LOC, DATE, PROD, COND or CODE
	Phrase     string
	Start, End int
}

// entry is a text as it is written down here: entities stand in the body as ⟦LABEL|phrase⟧.
type entry struct {
	domain, language, topic, sentiment, marked string
}

// corpusSize is the capacity for all entries; it saves a second allocation and need not be exact.
const corpusSize = 64

const (
	markOpen  = "⟦"
	markSplit = "|"
	markClose = "⟧"
)

// Text returns one of the texts of the domains, of all of them when none is named. Unknown domains count for nothing; when none is left,
// the Text is of any domain.
func (s *Source) Text(domains ...string) Text {
	return s.pickEntry(domains).text()
}

// Texts returns n different texts of the domains in a random order, or as many as there are.
func (s *Source) Texts(n int, domains ...string) []Text {
	list := make([]Text, 0, max(n, 0))
	for _, place := range Sample(s, n, s.entries(domains)...) {
		list = append(list, s.corpus()[place].text())
	}
	return list
}

func (s *Source) pickEntry(domains []string) entry {
	return s.corpus()[Pick(s, s.entries(domains)...)]
}

// corpus is all entries, copied once for each Source, because a variable of the package could be changed.
func (s *Source) corpus() []entry {
	if s.texts == nil {
		s.texts = technicalCorpus(proseCorpus(make([]entry, 0, corpusSize)))
	}
	return s.texts
}

// entries are the places of the domains' entries in the corpus, of all where no entry is in a domain.
func (s *Source) entries(domains []string) []int {
	places := make([]int, 0, corpusSize)
	for i, e := range s.corpus() {
		if slices.Contains(domains, e.domain) {
			places = append(places, i)
		}
	}
	if len(places) > 0 {
		return places
	}
	for i := range s.corpus() {
		places = append(places, i)
	}
	return places
}

// text takes the marks out of the body and turns them into spans.
func (e entry) text() Text {
	t := Text{Domain: e.domain, Language: e.language, Topic: e.topic, Sentiment: e.sentiment}
	var body strings.Builder
	body.Grow(len(e.marked))
	at := 0
	write := func(part string) {
		body.WriteString(part)
		at += utf8.RuneCountInString(part)
	}
	rest := e.marked
	for {
		before, marked, found := strings.Cut(rest, markOpen)
		write(before)
		if !found {
			break
		}
		mark, after, _ := strings.Cut(marked, markClose)
		label, phrase, _ := strings.Cut(mark, markSplit)
		start := at
		write(phrase)
		t.Spans = append(t.Spans, Span{Label: label, Phrase: phrase, Start: start, End: at})
		rest = after
	}
	t.Body = body.String()
	return t
}

// Sentence returns one short sentence as annotators write them into comments, guidelines and descriptions. It holds no line break.
func (s *Source) Sentence() string {
	return Pick(s,
		"Please mark company names including their legal form.",
		"The second label overlaps the first; is that intended?",
		"Skip texts that are shorter than three words.",
		"Boundary should include the closing bracket.",
		"Agreed with reviewer, changed to \"neutral\".",
		"Not sure about the date here, see guideline 4.2.",
		"Das Wort »Bank« meint hier die Sitzbank.",
		"La catégorie « autre » ne doit être utilisée qu'en dernier recours.",
		"El sarcasmo cuenta como opinión negativa.",
		"Имена собственные размечаем целиком, вместе с инициалами.",
		"敬称は固有表現に含めないでください。",
		"标注时请忽略表情符号。",
		"يرجى عدم تضمين علامات الترقيم في التسمية.",
		"Looks good to me 👍",
		"Box is about 10 px too wide on the left.",
		"Speaker changes in the middle of this segment.",
		"Path is written with backslashes (C:\\data\\in), keep it as it is.",
		"Two annotators disagree, needs a third opinion.",
		"Image is too dark to tell a van from a truck.",
		"Transcript says \"their\", audio says \"there\".",
		"Toxicity is about the message, not about the person who sent it.",
		"Rank the answers by how helpful they are, not by their length.",
		"Ten sam błąd co wczoraj, proszę poprawić słownik.",
		"Çeviri doğru ama tonu fazla resmî.",
	)
}

// ProjectName returns the name of an annotation project, 8 to 40 characters, mostly but not only ASCII.
func (s *Source) ProjectName() string {
	subject := Pick(s, "Support tickets", "Product reviews", "Street scenes", "Clinical notes", "News entities", "Call transcripts",
		"Invoice fields", "Chat safety", "Reseñas de hoteles", "Verträge", "Satellite tiles", "Search relevance")
	return subject + " " + Pick(s, "pilot", "batch 2", "2026 Q4", "gold set", "round 3", "re-check", "v2", "β")
}
