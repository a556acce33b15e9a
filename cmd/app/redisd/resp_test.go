package redisd_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/cmd/app/redisd"
)

func TestReadReply(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, in string
		want     []string
		err      string
	}{
		{name: "status", in: "+PONG\r\n", want: []string{"PONG"}},
		{name: "number", in: ":42\r\n", want: []string{"42"}},
		{name: "bulk", in: "$4\r\na\r\nb\r\n", want: []string{"a\r\nb"}},
		{name: "empty bulk", in: "$0\r\n\r\n", want: []string{""}},
		{name: "nil", in: "$-1\r\n"},
		{name: "array", in: "*2\r\n$3\r\ndir\r\n$1\r\n/\r\n", want: []string{"dir", "/"}},
		{name: "array with nil", in: "*2\r\n$-1\r\n+x\r\n", want: []string{"", "x"}},
		{name: "error", in: "-LOADING wait\r\n", err: "LOADING wait"},
		{name: "error in array", in: "*1\r\n-ERR no\r\n", err: "ERR no"},
		{name: "nested", in: "*1\r\n*0\r\n", err: "begins with"},
		{name: "not RESP", in: "HTTP/1.1 400 Bad Request\r\n", err: "begins with"},
		{name: "bare newline", in: "+PONG\n", err: "not a reply"},
		{name: "bulk longer than said", in: "$1\r\nab\r\n", err: "longer than it says"},
		{name: "bulk too long", in: "$99999999\r\n", err: "length"},
		{name: "array too long", in: "*99999999\r\n", err: "length"},
		{name: "negative", in: "$-2\r\n", err: "length"},
		{name: "endless line", in: "+" + strings.Repeat("x", 1<<16), err: "buffer full"},
		{name: "cut off", in: "$10\r\nabc", err: "EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := redisd.ReadReply(redisd.NewReader(strings.NewReader(test.in)))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("got %q, %v; want an error with %q", got, err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("reply (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzReadReply(f *testing.F) {
	for _, seed := range []string{"+PONG\r\n", "$4\r\na\r\nb\r\n", "*2\r\n$3\r\ndir\r\n$1\r\n/\r\n", "-ERR\r\n", "*-1\r\n", "$-1\r\n", ":1\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		reader := bytes.NewReader(in)
		got, err := redisd.ReadReply(redisd.NewReader(reader))
		if err != nil && got != nil {
			t.Fatalf("%q came with the error %v", got, err)
		}
		size := 0
		for _, item := range got {
			size += len(item)
		}
		if len(got) > redisd.MaxReplyItems || size > len(in) {
			t.Fatalf("%d items of %d bytes out of %d bytes", len(got), size, len(in))
		}
	})
}

// unquote reads a double-quoted argument as sdssplitargs in Redis' sds.c does; false when it would not be one single argument.
func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' {
		return "", false
	}
	var out []byte
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return string(out), i == len(s)-1
		case s[i] == '\\' && i+3 < len(s) && s[i+1] == 'x':
			value, err := strconv.ParseUint(s[i+2:i+4], 16, 8)
			if err != nil {
				return "", false
			}
			out = append(out, byte(value))
			i += 3
		case s[i] == '\\' && i+1 < len(s):
			i++
			out = append(out, s[i])
		default:
			out = append(out, s[i])
		}
	}
	return "", false
}

func FuzzQuote(f *testing.F) {
	for _, seed := range []string{"/tmp/x", `a "b" \x41`, "line\nport 1", "é\x00\xff", `\`, `"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		quoted := redisd.Quote(s)
		if strings.ContainsAny(quoted, "\n\r") {
			t.Fatalf("%q breaks the line", quoted)
		}
		if got, ok := unquote(quoted); !ok || got != s {
			t.Fatalf("%q reads back as %q, %t; want %q", quoted, got, ok, s)
		}
	})
}
