package payloadtest

// PythonTexts are texts on the edge of what Python's json module reads: it tells the place of the first fault, so each way to be wrong is
// here with something before and behind it, and two longer texts are cut and damaged at every byte.
func PythonTexts() []string {
	texts := []string{
		`{}`, `[]`, ` [ 1 , 2 ] `, `{"a":1,"b":[true,null]}`, `{"a":1,"a":2}`, `{"a":1,"b":2,"a":3}`, "", " ", "\n", "\ufeff1", "1 2", "[1 2]", "[1,]", "[,1]", "[", "[1", "[1,", "]", "{", "}",
		`{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{,}`, `{a:1}`, `{1:2}`, `{"a" 1}`, `{"a":1 "b":2}`, `{"a":1]`, `{'a':1}`, `{"a"::1}`, `{"a": }`, "{ \"a\" : 1 , \"b\" : }",
		"01", "-", "-0", "-01", "+1", ".5", "1.", "1.e5", "1e", "1e+", "1E-5", "1.5e", "0x1", "1_0", "--1", "1.2.3", "-a", "9007199254740993", "123456789012345678901234567890", "-0.0", "1e400",
		"0e0", "5e-324", "1e16", "0.1e-6", "tru", "nul", "falsey", "True", "None", "nan", "NaN", "Infinity", "-Infinity", "[NaN", "[1,NaN]", "-NaN",
		`"`, `"a`, `"\`, `"\"`, `"\u`, `"\u1`, `"\u12"`, `"\u123"`, `"\u12g4"`, `"\u1234`, `"\uD83D\uDE00"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\ud83d\u0041"`, `"\ud83d\u12"`, `"\ud83d\uzzzz"`,
		`"\ud83d\n"`, `"\x41"`, `"\'"`, `"\ "`, "\"\n\"", "\"\t\"", "\"\x1f\"", "\"\x00\"", "\"\x7f\"", `"\/\b\f\n\r\t\\\""`, `["a" "b"]`, `["é", ü]`, `["😀", x]`, "[\"\u2028\",\n x]", `"é`, `"😀\q"`,
		"[1,\n2,\n 3 4]", "[\r\n1 2]", "\u00a01", "[1,\u00a02]", "1\x00", "\x00", "\v1", "/* */1", "'a'", "`a`", `{"é":1 2}`, `[[[[]]]`, `[{"a":[{"b":`, `{"":{"":[[],{}]}}`, `"\u0000"`,
		`"\u0041\u00e9\u2028\uffff"`, `[-]`, `[1e]`, `[1.]`, `[01]`, `{"a":01}`, `"\U0041"`, `"\u 041"`, `"\u+041"`, `"\u00４1"`, "１", `[1]]`, `{}{}`, `nullnull`, `"a""b"`, `1,`, `,`, `:`,
	}
	for _, whole := range []string{`{"a": [1.5e-3, -0, "\u00e9\ud83d\ude00", {"b": null}], "c": false}`, "[\n {\"x\": \"y\\n\"},\n\ttrue ]"} {
		for i := range len(whole) {
			texts = append(texts, whole[:i], whole[:i]+whole[i+1:], whole[:i]+"\""+whole[i:], whole[:i]+",x"+whole[i:])
		}
	}
	return texts
}
