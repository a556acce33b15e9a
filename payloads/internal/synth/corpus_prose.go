package synth

// proseCorpus appends the news, support tickets and reviews. People, companies and products are invented.
func proseCorpus(dst []entry) []entry {
	return append(dst, []entry{
		{News, "en", "business", "neutral", "⟦ORG|Northwind Shipping⟧ said on ⟦DATE|Tuesday⟧ that ⟦PER|Helena Brandt⟧ would take over as chief executive in ⟦LOC|Rotterdam⟧."},
		{News, "en", "politics", "neutral", "The council of ⟦LOC|Port Ellery⟧ voted 7–4 to close the old bridge until ⟦DATE|March 2027⟧; mayor ⟦PER|Owen Tasker⟧ abstained."},
		{News, "en", "science", "positive", "Researchers at the ⟦ORG|Calder Institute⟧ report a battery that keeps 90 % of its charge after 4,000 cycles, \"twice what we hoped for\"."},
		{News, "en", "sport", "positive", "⟦PER|Amara Diallo⟧ broke the course record in ⟦LOC|Lisbon⟧ by 11 seconds and dedicated the win to her first coach."},
		{News, "en", "weather", "negative", "A storm warning remains in force for ⟦LOC|the Halden coast⟧; ferries of ⟦ORG|Skagen Lines⟧ stay in harbour until ⟦DATE|Friday morning⟧."},
		{News, "de", "business", "negative", "Die ⟦ORG|Müller & Söhne GmbH⟧ streicht in ⟦LOC|Görlitz⟧ 120 Stellen; Betriebsrätin ⟦PER|Käthe Weiß⟧ spricht von einem „schweren Schlag“."},
		{News, "fr", "culture", "positive", "Le musée de ⟦LOC|Saint-Étienne⟧ expose dès ⟦DATE|jeudi⟧ les carnets inédits de la photographe ⟦PER|Zoé Lefèvre⟧."},
		{News, "es", "politics", "neutral", "La ministra ⟦PER|Begoña Ibáñez⟧ viajará a ⟦LOC|Bogotá⟧ el ⟦DATE|12 de enero⟧ para firmar el acuerdo pesquero."},
		{News, "ru", "business", "neutral", "Компания ⟦ORG|«Северный порт»⟧ открыла в ⟦LOC|Мурманске⟧ новый терминал, сообщил её директор ⟦PER|Игорь Ветров⟧."},
		{News, "ja", "business", "positive", "⟦ORG|青葉電機⟧は⟦DATE|21日⟧、⟦LOC|仙台市⟧に新しい研究所を開設すると発表した。"},
		{News, "zh", "technology", "neutral", "⟦PER|林晓雨⟧在⟦LOC|杭州⟧的发布会上介绍了⟦ORG|远山科技⟧的新款翻译耳机。"},
		{News, "ar", "politics", "neutral", "وصل الوزير ⟦PER|سامي الحداد⟧ إلى ⟦LOC|عمّان⟧ مساء ⟦DATE|الأحد⟧ للمشاركة في مؤتمر المياه."},
		{News, "pl", "culture", "positive", "Reżyserka ⟦PER|Łucja Żak⟧ otrzymała w ⟦LOC|Łodzi⟧ nagrodę za film „Źródło”."},

		{Support, "en", "billing", "negative", "I was charged twice for the ⟦PROD|Team plan⟧ on ⟦DATE|3 November⟧ (invoice #A-20931). Please refund one of them."},
		{Support, "en", "login", "negative", "Since the update I can't sign in to ⟦PROD|Ledgerly⟧: \"Token expired\", even right after a reset.\nTried two browsers & a private window."},
		{Support, "en", "shipping", "neutral", "My order left ⟦LOC|Leeds⟧ five days ago and has been \"out for delivery\" ever since. Could somebody at ⟦ORG|Parcelwise⟧ check?"},
		{Support, "en", "bug", "negative", "Export to CSV drops every row whose comment contains a semicolon; see C:\\exports\\run_7.csv from ⟦PROD|Tabula Pro 4.2⟧."},
		{Support, "en", "feature request", "positive", "Love the new dashboard in ⟦PROD|Fieldnote⟧! 🎉 Would it be possible to pin a filter, so that it survives a reload?"},
		{Support, "de", "shipping", "negative", "Das ⟦PROD|Ersatznetzteil NX-40⟧ passt nicht – der Stecker ist größer als auf dem Foto. Wie kann ich es zurückschicken? Grüße, ⟦PER|Jörg⟧"},
		{Support, "fr", "billing", "neutral", "Bonjour, la facture d'⟦DATE|août⟧ indique 49,90 € alors que l'offre ⟦PROD|Essentiel⟧ était à 39,90 €. Où est l'erreur ?"},
		{Support, "pt", "account", "negative", "Não consigo alterar o endereço da conta; a página mostra \"operação inválida\" desde ⟦DATE|ontem⟧. – ⟦PER|João Conceição⟧"},
		{Support, "ko", "refund", "neutral", "⟦DATE|지난주⟧에 주문한 ⟦PROD|무선 키보드⟧를 아직 받지 못했습니다. 환불이 가능한가요?"},
		{Support, "tr", "setup", "negative", "⟦PROD|Işık Modem⟧ kurulumdan sonra ağı görmüyor; ⟦LOC|İzmir⟧ ofisinde üç cihazda da aynı."},

		{Review, "en", "hotel", "positive", "Quiet rooms, real coffee, and ⟦PER|Marta⟧ at the desk found us a doctor at 2 a.m. We will be back at ⟦ORG|Hotel Linde⟧."},
		{Review, "en", "restaurant", "negative", "Forty minutes for a cold soup at ⟦ORG|Bistro Calloway⟧. The waiter's only comment: \"It's gazpacho.\" It was tomato soup."},
		{Review, "en", "electronics", "neutral", "The ⟦PROD|Orbit 3 headphones⟧ sound great < 1 kHz, but the case creaks & the app forgets its settings."},
		{Review, "en", "book", "positive", "I read ⟦PROD|The Salt Ledger⟧ in one night. Chapter 9 alone is worth the price… and the ending? No spoilers."},
		{Review, "en", "app", "negative", "Crashes on start since v5.1 😡😡 — ⟦PROD|TrailMate⟧ used to be the best map for ⟦LOC|the Dolomites⟧."},
		{Review, "es", "hotel", "positive", "¡Qué desayuno! La terraza del ⟦ORG|Hostal Ñandú⟧ mira al mar y el personal es encantador."},
		{Review, "it", "restaurant", "neutral", "Da ⟦ORG|Nonna Piè⟧ la pasta è ottima, però il conto è arrivato dopo mezz'ora: perché?"},
		{Review, "hi", "electronics", "positive", "⟦PROD|तारा फ़ोन⟧ की बैटरी दो दिन चलती है और कैमरा भी बहुत अच्छा है।"},
		{Review, "vi", "restaurant", "positive", "Phở ở ⟦ORG|Quán Bà Sáu⟧ rất ngon, giá rẻ, nhưng chỗ đậu xe hơi chật."},
	}...)
}
