package argilla

import (
	"strings"

	"github.com/annohook/annohook/payloads/internal/synth"
)

// What datasets of other kinds than text are about; what plain texts are about, package synth knows.
const (
	aboutChat     = synth.Dialogue
	aboutCaptions = "captions"
	aboutProducts = "products"
)

// content is what one record is about. Its text is what the annotator reads, whatever field it stands in.
type content struct {
	synth.Text

	product string   // name of the product
	turns   []string // of the conversation, the user's first
}

// newContent draws what a record of the kind is about; domain is that of its dataset.
func newContent(src *synth.Source, kind fieldKind, domain string) content {
	switch kind {
	case kindChat:
		return synth.Pick(src, conversations()...)
	case kindImage:
		return synth.Pick(src, captions()...)
	case kindCustom:
		return synth.Pick(src, products()...)
	default:
		return content{Text: src.Text(domain)}
	}
}

// about returns the domain of a dataset of the kind, given the one that was drawn for texts.
func about(kind fieldKind, drawn string) string {
	switch kind {
	case kindChat:
		return aboutChat
	case kindImage:
		return aboutCaptions
	case kindCustom:
		return aboutProducts
	default:
		return drawn
	}
}

// conversation is one with an assistant, who always has the last word.
func conversation(language, topic, sentiment string, turns ...string) content {
	c := content{turns: turns}
	c.Domain, c.Language, c.Topic, c.Sentiment, c.Body = aboutChat, language, topic, sentiment, strings.Join(turns, "\n")
	return c
}

// conversations are original, like the texts of package synth, and hold the same kinds of characters.
func conversations() []content {
	return []content{
		conversation("en", "request", "neutral",
			"Can you move my appointment from Tuesday to Thursday morning?", "Thursday at 9:30 or at 11:00 is free. Which one suits you?",
			"9:30, please.", "Done: Thursday, 9:30. You will get a confirmation by e-mail."),
		conversation("en", "answer", "neutral",
			"Why does int(\"3.0\") raise a ValueError in Python?", "int() reads whole numbers only. int(float(\"3.0\")) gives 3.",
			"And on Windows my path C:\\new\\table.csv is not found.", "\\n and \\t are escapes there: write r\"C:\\new\\table.csv\", or use pathlib."),
		conversation("en", "complaint", "negative",
			"You charged me twice, and this is the third time I ask!", "I am sorry. I see both payments of 3 November; the second one is being refunded.",
			"When will I have it?", "Within five working days.\nThe reference is A-20931."),
		conversation("en", "request", "positive",
			"Write a short birthday wish for a colleague 🎂", "Happy birthday! May your inbox be empty and your coffee hot 🎉"),
		conversation("en", "answer", "neutral", "What is 15 % of 80?", "12."),
		conversation("de", "answer", "neutral", "Wie lange muss ein Hefeteig gehen?", "Etwa eine Stunde an einem warmen Ort, bis er doppelt so groß ist."),
		conversation("fr", "request", "positive",
			"Peux-tu dire « on se voit plus tard » plus poliment ?", "« Je me réjouis de vous revoir prochainement. »", "Parfait, merci !", "Avec plaisir. Bonne journée !"),
		conversation("es", "answer", "neutral", "¿Qué tiempo hará mañana en Oviedo?", "No tengo datos en directo. En noviembre suele llover: lleva paraguas ☔"),
		conversation("pt", "request", "neutral", "Resume numa frase: «O conselho aprovou a nova ponte por 7 votos contra 4.»", "A nova ponte foi aprovada por 7 a 4."),
		conversation("ja", "answer", "neutral", "「お疲れ様です」は英語で何と言いますか。", "ぴったりの訳はありませんが、\"Thanks for your work today\" が近いです。"),
		conversation("zh", "request", "positive", "请把“谢谢你的帮助”翻译成法语。", "Merci pour ton aide. 正式场合可以说 \"Merci de votre aide\"。"),
		conversation("ar", "answer", "neutral", "ما عاصمة أستراليا؟", "كانبرا، وليست سيدني كما يظن كثيرون."),
		conversation("uk", "smalltalk", "positive", "Привіт! Як минув твій день?", "Дякую, що питаєте 🙂 Чим можу допомогти?"),
	}
}

func caption(language, topic, sentiment, body string) content {
	return content{Text: synth.Text{Domain: aboutCaptions, Language: language, Topic: topic, Sentiment: sentiment, Body: body}}
}

func captions() []content {
	return []content{
		caption("en", "vehicles", "neutral", "A cyclist crosses a wet junction at dusk; a delivery van waits."),
		caption("en", "people", "positive", "Two children feed ducks beside a frozen pond."),
		caption("en", "vehicles", "neutral", "Aerial view of a car park, about a third of it empty."),
		caption("en", "people", "negative", "A waiter drops a tray; nobody at \"table 9\" looks up 😅"),
		caption("en", "buildings", "negative", "Boarded-up windows of a station, weeds between the tracks."),
		caption("de", "buildings", "neutral", "Ein leerer Bahnsteig im Nebel; die Uhr zeigt fünf vor zwölf."),
		caption("fr", "people", "neutral", "Marché couvert : une cliente tend un billet de 20 € à la fromagère."),
		caption("es", "people", "positive", "Un niño con paraguas amarillo salta un charco."),
		caption("pt", "nature", "positive", "Gaivotas seguem um barco de pesca ao nascer do sol."),
		caption("ru", "vehicles", "neutral", "Старый трамвай на площади, на табло — номер 7."),
		caption("ja", "buildings", "neutral", "雪の積もった神社の階段を、赤い傘の人が上っている。"),
		caption("ar", "nature", "neutral", "قافلة جمال تعبر الكثبان عند الغروب."),
		caption("ko", "nature", "positive", "안개 낀 차밭 위로 해가 떠오른다."),
	}
}

func product(language, topic, sentiment, name, body string) content {
	return content{Text: synth.Text{Domain: aboutProducts, Language: language, Topic: topic, Sentiment: sentiment, Body: body}, product: name}
}

func products() []content {
	return []content{
		product("en", "kitchen", "neutral", "Enamel mug, 350 ml", "White with a blue rim. Safe for dishwashers, not for microwaves."),
		product("en", "clothing", "positive", "Trail jacket »Fjell«", "Light shell with taped seams; packs into its own pocket."),
		product("en", "clothing", "positive", "Kids' rain boots", "Sizes 24–35, lined. \"The only pair that stayed dry\" 🌧️"),
		product("en", "electronics", "neutral", "HDMI cable 2 m", "4K at 60 Hz, plugs keyed & gold-plated, bend radius > 3 cm."),
		product("en", "electronics", "negative", "Clip-on microphone M2", "Discontinued: the clip breaks easily, and spare parts are sold out."),
		product("en", "outdoors", "neutral", "Camping stove with piezo lighter", "Boils 1 l in 3:20 min.\nCartridge not included."),
		product("de", "kitchen", "neutral", "Wasserkocher Aqua 1.7", "1,7 Liter, 2200 W, 75 cm Kabel. Kalkfilter liegt bei, nicht spülmaschinenfest."),
		product("fr", "electronics", "positive", "Lampe de bureau Éos", "Bras articulé, lumière de 2700 à 6500 K, prise USB-C très pratique."),
		product("es", "electronics", "neutral", "Auriculares Brisa", "Hasta 30 h de batería; el micrófono está pensado para interiores."),
		product("pt", "outdoors", "positive", "Manta de lã Serra", "Tecida à mão, 140 × 200 cm, lava-se a 30 °C."),
		product("ru", "kitchen", "neutral", "Чайник заварочный «Заря»", "Фарфор, 0,8 л, ситечко из нержавеющей стали."),
		product("ja", "kitchen", "neutral", "保温弁当箱 600 ml", "魔法瓶構造。蓋は食洗機に対応していません。"),
		product("zh", "kitchen", "positive", "手冲咖啡壶", "细口出水，容量 0.6 升，木柄不烫手。"),
	}
}

// remark returns what an annotator writes into a comment, about any text and with any rating.
func remark(src *synth.Source) string {
	return synth.Pick(src,
		"Clear and complete.",
		"Agreed with the reviewer, changed my first rating.",
		"The second half repeats the first.",
		"Not sure about this one, see guideline 4.2.",
		"Looks good to me 👍",
		"Please check, the language tag may be wrong.",
		"Needs a \"third opinion\": two of us disagree.",
		"Klingt wie maschinell übersetzt.",
		"La dernière phrase me semble incomplète.",
		"Falta contexto para decidir.",
		"Мало контекста, оценка приблизительная.",
		"表現が少し不自然です。",
		"内容太短，难以判断。",
		"Ten sam przypadek co wczoraj.",
		"Çeviri doğru ama tonu fazla resmî.",
		"النص واضح لكنه قصير.",
	)
}

// guidelines returns two rules for annotators below a heading.
func guidelines(src *synth.Source) string {
	rules := synth.Sample(src, 2,
		"Read everything before you rate it.",
		"Rate how it is written, not the opinion it expresses.",
		"If in doubt, choose the lower rating and leave a comment.",
		"Use \"Comments:\" for whatever these rules do not cover.",
		"Skip records that are shorter than three words.",
		"Leave paths such as C:\\data\\in as they are.",
		"Discard records that name a private person.",
		"Bitte melden Sie personenbezogene Angaben im Kommentarfeld.",
		"N'attribuez la note 5 qu'aux textes sans faute.",
		"El sarcasmo cuenta como opinión negativa.",
		"Смайлики на оценку не влияют.",
		"判断に迷う場合は、コメントに理由を書いてください。",
		"标注时请忽略表情符号。",
		"Nie oceniaj stylu, tylko treść.",
		"يرجى تقييم النص كما هو، دون تصحيحه.",
	)
	return "# Guidelines\n\n" + strings.Join(rules, "\n\n")
}

// hint returns the description of a question.
func (q question) hint(src *synth.Source) string {
	switch q.kind {
	case asksLabel:
		return synth.Pick(src, "Sarcasm counts as negative.", "Im Zweifel »Neutral«.", "皮肉は Negative としてください。")
	case asksLabels:
		return synth.Pick(src, "Choose every topic that gets at least one sentence.", "Deux thèmes au plus.", "Не больше двух тем.")
	case asksRanking:
		return synth.Pick(src, "1 is what matters most.", "1 ist das Wichtigste.", "1 es lo más importante.")
	default:
		return synth.Pick(src, "Leave titles and punctuation out.", "敬称は固有表現に含めないでください。", "Имена размечаем целиком, вместе с инициалами.")
	}
}

// provenance returns where a text of the domain comes from, for the field that asks so.
func provenance(src *synth.Source, domain string) string {
	switch domain {
	case synth.News:
		return synth.Pick(src, "Agency wire, morning edition", "Regional news page", "Nachrichtenticker, Ressort »Lokales«")
	case synth.Support:
		return synth.Pick(src, "Help desk, web form", "Help desk, e-mail", "Service après-vente, formulaire")
	case synth.Review:
		return synth.Pick(src, "Review page, verified purchase", "App store", "Opinión de un cliente registrado")
	case synth.Clinical:
		return synth.Pick(src, "Discharge letter, anonymised", "Ward note, anonymised", "Arztbrief, anonymisiert")
	case synth.Code:
		return synth.Pick(src, "Issue tracker", "Code review", "Форум разработчиков")
	default:
		return synth.Pick(src, "Call centre, transcript", "Chat log, with consent", "Samtal, transkriberat")
	}
}
