package synth

// technicalCorpus appends the clinical notes, code and logs, and dialogue. All of it is invented; nothing describes a real patient.
func technicalCorpus(dst []entry) []entry {
	return append(dst, []entry{
		{Clinical, "en", "cardiology", "neutral", "58 y/o with ⟦COND|atrial fibrillation⟧, rate controlled on ⟦PROD|metoprolol 50 mg⟧; denies chest pain. Follow-up in ⟦DATE|6 weeks⟧."},
		{Clinical, "en", "radiology", "neutral", "CT thorax: 4 mm nodule in the right upper lobe, unchanged since ⟦DATE|05/2025⟧. No ⟦COND|pleural effusion⟧."},
		{Clinical, "en", "emergency", "negative", "Pt presents with ⟦COND|acute abdominal pain⟧ (8/10), T 38.9 °C, BP 95/60; given ⟦PROD|paracetamol 1 g IV⟧ & fluids."},
		{Clinical, "en", "allergy", "negative", "Developed ⟦COND|urticaria⟧ 20 min after the second dose of ⟦PROD|amoxicillin⟧; \"never happened before\" per patient."},
		{Clinical, "de", "neurology", "neutral", "Seit ⟦DATE|drei Tagen⟧ ⟦COND|Schwindel⟧ und Übelkeit, kein Fieber. Prüfung der Hirnnerven unauffällig."},
		{Clinical, "fr", "paediatrics", "neutral", "Enfant de 4 ans, ⟦COND|otite moyenne aiguë⟧ à gauche, traitée par ⟦PROD|amoxicilline⟧ 80 mg/kg/j pendant ⟦DATE|5 jours⟧."},
		{Clinical, "el", "general medicine", "positive", "Ο ασθενής δεν εμφανίζει πλέον ⟦COND|πυρετό⟧ και εξέρχεται ⟦DATE|αύριο⟧ με οδηγίες."},

		{Code, "en", "bug report", "negative", "⟦CODE|parseDate(\"2024-02-30\")⟧ returns March 1st instead of an error.\nExpected: ValueError\nGot: 2024-03-01T00:00:00"},
		{Code, "en", "review comment", "neutral", "Prefer ⟦CODE|errors.Is(err, io.EOF)⟧ over ==, the reader may wrap it.\n\tif errors.Is(err, io.EOF) { break }"},
		{Code, "en", "log", "negative", "2026-11-02T04:17:09Z ERROR worker=3 path=\"C:\\\\jobs\\\\in\" msg=\"⟦CODE|ENOSPC⟧: no space left on device\""},
		{Code, "en", "question", "neutral", "Why does ⟦CODE|SELECT count(*) FROM t WHERE a <> NULL⟧ give 0? There are 12 rows & none is null."},
		{Code, "en", "commit", "positive", "Cache the compiled pattern; ⟦CODE|BenchmarkMatch⟧ drops from 4.1 µs to 0.6 µs.\n\nSigned-off-by: ⟦PER|R. Okafor⟧"},
		{Code, "ru", "question", "neutral", "Как в ⟦CODE|re.sub(r'\\d+', '#', s)⟧ заменить только первое число? Документация молчит 🤷"},

		{Dialogue, "en", "booking", "neutral", "Guest: Hi, do you have a table for four on ⟦DATE|Saturday⟧?\nStaff: At seven or at nine?\nGuest: Nine, please. The name is ⟦PER|Adeyemi⟧."},
		{Dialogue, "en", "smalltalk", "positive", "A: You missed a great show last night.\nB: I know, I know… how was ⟦PER|Nico⟧?\nA: Loud. Brilliant. Barefoot 😂"},
		{Dialogue, "en", "assistant", "neutral", "User: remind me to call ⟦PER|Dr. Sørensen⟧ ⟦DATE|tomorrow at 9⟧\nAssistant: Done. Shall I add the clinic's number?"},
		{Dialogue, "en", "complaint", "negative", "Agent: I understand, but the warranty ended in ⟦DATE|June⟧.\nCaller: It broke in May! I told ⟦ORG|Voltik⟧ in May!"},
		{Dialogue, "sv", "smalltalk", "positive", "– Ska vi åka till ⟦LOC|Öland⟧ i sommar?\n– Ja, gärna! Jag frågar ⟦PER|Åsa⟧ om stugan."},
		{Dialogue, "ja", "directions", "neutral", "客：すみません、⟦LOC|中央駅⟧はどちらですか。\n店員：二つ目の信号を右です。"},
		{Dialogue, "he", "smalltalk", "positive", "– מתי מגיעה ⟦PER|נועה⟧?\n– ⟦DATE|מחר⟧ בבוקר, ברכבת הראשונה 🚆"},
		{Dialogue, "uk", "smalltalk", "neutral", "— Ти вже дзвонив ⟦PER|Їжакевичу⟧?\n— Ні, подзвоню ⟦DATE|в понеділок⟧ з ⟦LOC|Києва⟧."},
	}...)
}
