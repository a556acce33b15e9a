package signature_test

import (
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads/signature"
)

func TestHMACSHA256Hex(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		key   string
		parts []string
		want  string
	}{
		{
			"RFC 4231 case 2", "Jefe",
			[]string{"what do ya want for nothing?"},
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		},
		{
			"parts are one text", "Jefe",
			[]string{"what do ya ", "", "want for nothing?"},
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		},
		{
			"Datasaur's documented sample", "secret",
			[]string{`{"body":"sample"}`},
			"0278b1a603de4c561ac0feb960354d0d00e8846b74813d81bddb43ad45bff767",
		},
		{
			"RFC 4231 case 6, a key beyond the block", strings.Repeat("\xaa", 131),
			[]string{"Test Using Larger Than Block-Size Key - Hash Key First"},
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var parts [][]byte
			for _, p := range test.parts {
				parts = append(parts, []byte(p))
			}
			if got := signature.HMACSHA256Hex([]byte(test.key), parts...); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		want bool
	}{{"", "", true}, {"abc", "abc", true}, {"abc", "abd", false}, {"abc", "abcd", false}, {"abc", "ABC", false}, {"", "a", false}}
	for _, test := range tests {
		if got := signature.Equal(test.a, test.b); got != test.want {
			t.Errorf("Equal(%q, %q): got %t, want %t", test.a, test.b, got, test.want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	if got, want := signature.Fingerprint("secret"), "sha256:2bb80d537b1da3e3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := signature.Fingerprint(""); got != "" {
		t.Errorf("no secret: got %q, want nothing", got)
	}
}

// FuzzHMACSHA256Hex checks that every changed bit of key or body changes the signature.
func FuzzHMACSHA256Hex(f *testing.F) {
	f.Add([]byte("secret"), []byte(`{"body":"sample"}`), uint(3))
	f.Add([]byte{1}, []byte{}, uint(0))
	f.Fuzz(func(t *testing.T, key, body []byte, bit uint) {
		if len(key) == 0 || len(key) > 64 {
			return // a longer key is hashed first, an absent one is no key
		}
		sum := signature.HMACSHA256Hex(key, body)
		if again := signature.HMACSHA256Hex(key, body); !signature.Equal(sum, again) {
			t.Fatal("the same key and body made two signatures")
		}
		all := append(append([]byte(nil), key...), body...)
		all[bit/8%uint(len(all))] ^= 1 << (bit % 8)
		if signature.Equal(sum, signature.HMACSHA256Hex(all[:len(key)], all[len(key):])) {
			t.Fatalf("bit %d changed, signature did not", bit)
		}
	})
}
