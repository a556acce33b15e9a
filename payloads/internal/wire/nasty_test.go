package wire_test

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
)

// nastySamples are texts that printers get wrong. The decision 4 of package wire covers the keys that JavaScript moves.
func nastySamples() []sample {
	var all []sample
	for _, texts := range [][]string{nastyShapes(), nastyKeys(), nastyText(), nastyIntegers(), nastyFloats(), everyCharacter()} {
		for _, text := range texts {
			all = append(all, sample{text: text})
		}
	}
	return append(all, deepest("[", "]", func(v payloads.Value) payloads.Value { return payloads.Array{v} }),
		deepest(`{"k":`, "}", func(v payloads.Value) payloads.Value { return payloads.Obj("k", v) }))
}

// deepest is the deepest value that prints, twice as deep as what can be read.
func deepest(open, end string, wrap func(payloads.Value) payloads.Value) sample {
	s := sample{text: strings.Repeat(open, wire.MaxDepth) + "1.0" + strings.Repeat(end, wire.MaxDepth), value: 1.0}
	for range wire.MaxDepth {
		s.value = wrap(s.value)
	}
	return s
}

func nastyShapes() []string {
	return []string{
		`null`, `true`, `false`, `[]`, `{}`, `[[]]`, `[{}]`, `{"":[]}`, `{"":{}}`, `{"":""}`, `[null,null]`, `[[],[[]],{},{"a":{}}]`,
		` [ 1 , 2 ] `, "\t{\t\"a\"\t:\t1\t}\t", `{"a":{"a":{"a":[{"a":[]}]}}}`, strings.Repeat("[", 200) + strings.Repeat("]", 200),
		"[" + strings.Repeat("0,", 5000) + "0]", `"` + strings.Repeat("long ", 20000) + `"`,
	}
}

// nastyKeys are keys that mean something to an object of JavaScript, and keys that only look so.
func nastyKeys() []string {
	keys := []string{
		"b", "10", "9", "01", "00", "0", "-1", "-0", "+1", "1.0", "1e3", "0x1", " 1", "1 ", "", "٣", "１", "4294967294", "4294967295", "4294967296",
		"2147483647", "2147483648", "9007199254740991", "9007199254740992", "9007199254740993", "18446744073709551615", "99999999999",
		"__proto__", "constructor", "prototype", "toJSON", "toString", "valueOf", "hasOwnProperty", "length", "__defineGetter__", "a", "7",
	}
	var members []string
	for i, key := range keys {
		members = append(members, fmt.Sprintf("%q:%d", key, i))
	}
	return []string{
		"{" + strings.Join(members, ",") + "}",
		`{"__proto__":{"x":1}}`, `{"__proto__":null,"a":1}`, `{"__proto__":[1,2],"1":{"__proto__":"s"}}`, `[{"__proto__":1},{"a":1}]`,
		`{"toJSON":"no function"}`, `{"constructor":{"prototype":{}}}`, `{"3":{"2":{"1":1,"0":0},"b":1,"1":2},"a":[{"2":1,"1":2}]}`,
		`{"\u0031":1,"b":2,"\u0030":3}`, `{"é":1,"e\u0301":2,"\u2028":3,"\ud83d\ude00":4,"\u0000":5,"\"":6,"\\":7,"\u007f":8}`,
	}
}

func nastyText() []string {
	return []string{
		`""`, `"\""`, `"\\"`, `"\\\\\""`, `"\/"`, `"/"`, `"</script>"`, `"<!--&'"`, `"\b\f\n\r\t"`, `"\u0008\u000c\u000a\u000d\u0009"`, `"\u000b"`,
		`"\u001f\u0020\u007e\u007f\u0080\u009f\u00a0"`, `"\u2028\u2029"`, `"\ufeff"`, `"\ufffe\uffff"`, `"\ud7ff\ue000"`, `"\ufdd0"`,
		`"\ud800\udc00"`, `"\udbff\udfff"`, `"\uD83D\uDE00"`, `"\\ud800"`, `"👩‍👩‍👧‍👦"`, `"e\u0301\u202e\u200b"`, `"\ufffd"`, `"\\u0041"`, `"a\u0000b"`,
	}
}

// nastyIntegers are the neighbours of every power that matters to a language, in both signs.
func nastyIntegers() []string {
	texts := []string{
		"-0", "0", "123456789012345678901234567890", "1" + strings.Repeat("0", 20), "1" + strings.Repeat("0", 21), "1" + strings.Repeat("0", 22),
		"1" + strings.Repeat("0", 308), strings.Repeat("9", 308),
	}
	one := big.NewInt(1)
	for _, power := range []uint{7, 8, 15, 16, 31, 32, 52, 53, 54, 63, 64, 65, 127, 128, 1023} {
		p := new(big.Int).Lsh(one, power)
		for _, n := range []*big.Int{p, new(big.Int).Sub(p, one), new(big.Int).Add(p, one)} {
			texts = append(texts, n.String(), "-"+n.String())
		}
	}
	// The last integer that is still nearer to the largest double than to infinity.
	last := new(big.Int).Sub(new(big.Int).Lsh(one, 1024), new(big.Int).Lsh(one, 970))
	return append(texts, last.Sub(last, one).String())
}

// nastyFloats are the edges of the doubles and of the languages' number forms, each with its two neighbours and in both signs.
func nastyFloats() []string {
	texts := []string{
		"-0.0", "0.0", "-0e0", "0e999999", "0E-999999", "1e-400", "1.0", "1.50", "1E2", "1e+2", "1e-2", "0.1e1", "100e-2", "2.47e-324",
		"2.4703282292062328e-324", "1.7976931348623157e308", "1.7976931348623158e308", "17976931348623157e292", "0." + strings.Repeat("0", 400) + "1",
		"0." + strings.Repeat("3", 400), "9007199254740993.0", "9007199254740992.5", "0.30000000000000004", "2.2250738585072011e-308",
		"123456789012345678901234567890.0", "5e-324", "2e23", "8.41e21", "9.5e-7",
	}
	edges := []float64{
		math.SmallestNonzeroFloat64, 2.2250738585072014e-308, 1e-310, math.MaxFloat64, 1 << 53, 1 << 63, 1 << 64, 0.1, 0.5, 1, 2.0 / 3, math.Pi, 4.35,
	}
	for e := -30; e <= 30; e++ {
		edges = append(edges, math.Pow10(e))
	}
	for e := -320; e <= 308; e += 7 {
		edges = append(edges, math.Pow10(e)*3)
	}
	for _, f := range edges {
		for _, n := range []float64{f, math.Nextafter(f, 0), math.Nextafter(f, math.Inf(1))} {
			if !math.IsInf(n, 0) {
				text := strconv.FormatFloat(n, 'e', -1, 64)
				texts = append(texts, text, "-"+text)
			}
		}
	}
	return texts
}

// everyCharacter is each character of the basic plane, as it stands and escaped, and a few of each plane above: as values and as keys.
func everyCharacter() []string {
	var texts []string
	const row = 512
	for first := rune(0); first < 0x10000; first += row {
		var plain, escaped strings.Builder
		for r := first; r < first+row; r++ {
			if utf16.IsSurrogate(r) {
				continue
			}
			fmt.Fprintf(&escaped, `\u%04x`, r)
			if r >= ' ' && r != '"' && r != '\\' {
				plain.WriteRune(r)
			}
		}
		texts = append(texts, `"`+plain.String()+`"`, `{"k`+escaped.String()+`":"`+escaped.String()+`"}`)
	}
	for plane := rune(0x10000); plane <= 0x100000; plane += 0x10000 {
		for _, r := range []rune{plane, plane + 1, plane + 0x3ff, plane + 0x400, plane + 0xffff} {
			high, low := utf16.EncodeRune(r)
			texts = append(texts, `"`+string(r)+`"`, fmt.Sprintf(`["\u%04x\u%04X"]`, high, low))
		}
	}
	return texts
}
