package signature_test

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads/signature"
)

// counting is the secret of the Argilla contract: the bytes 0 to 63.
const counting = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="

func scheme(tb testing.TB, secret string) *signature.StandardWebhooks {
	tb.Helper()
	w, err := signature.NewStandardWebhooks(secret)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

func TestStandardWebhooksVectors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, secret, id string
		seconds          int64
		body, want       string
	}{
		{
			"published with the specification's libraries", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
			`{"test": 2432232314}`, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
		},
		{
			"Argilla ping, made by the Python library", counting, "msg_AAAAAAAAAAAAAAAAAAAAAA", 1727360240,
			`{"type": "ping", "version": 1, "timestamp": "2024-09-26T14:17:20.000000Z", "data": {"agent": "argilla-server", "version": "2.8.0"}}`,
			"v1,A20EJ5NWsCoZh7zI8XDkkJY0GsVdsuFq0hWtDOrCAco=",
		},
		{
			"Argilla record, made by the Python library", counting, "msg_AAAAAAAAAAAAAAAAAAAAAA", 1727360240,
			`{"type": "record.created", "data": {"fields": {"t": "\u00e9\ud83d\ude00</b>&\u007f\u2028/\b\f\n\r\t\"\\"}, "n": [1.0, 1e-05, 1e+16, 1.2345678901234568e+17, 0.1, 2.5625]}}`,
			"v1,xfMo/i++sr3QUOzrft0l4ATCITzfJyMxHnhycK1H62M=",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := scheme(t, test.secret)
			at := time.Unix(test.seconds, 999)
			got, err := w.Sign(test.id, at, []byte(test.body))
			if err != nil || got != test.want {
				t.Errorf("got %s (error %v), want %s", got, err, test.want)
			}
			if err := w.Verify(test.id, strconv.FormatInt(test.seconds, 10), test.want, []byte(test.body), at); err != nil {
				t.Errorf("verify: %v", err)
			}
		})
	}
}

func TestNewStandardWebhooksChecksTheKey(t *testing.T) {
	t.Parallel()
	key := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	tests := []struct {
		name, secret string
		ok           bool
	}{
		{"24 bytes", key(24), true},
		{"64 bytes", key(64), true},
		{"prefix", "whsec_" + key(32), true},
		{"empty", "", false},
		{"prefix alone", "whsec_", false},
		{"23 bytes", key(23), false},
		{"65 bytes", key(65), false},
		{"two prefixes", "whsec_whsec_" + key(32), false},
		{"unpadded", strings.TrimRight(key(32), "="), false},
		{"url alphabet", strings.Repeat("-_", 16), false},
		{"line break", key(24)[:8] + "\n" + key(24)[8:], false},
		{"text", "correct horse battery staple", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := signature.NewStandardWebhooks(test.secret)
			if test.ok != (err == nil) || (err != nil && !errors.Is(err, signature.ErrKey)) {
				t.Fatalf("got error %v, want ok %t", err, test.ok)
			}
			if err != nil && err.Error() != signature.ErrKey.Error() {
				t.Errorf("the error tells more than the rule: %v", err)
			}
		})
	}
}

func TestStandardWebhooksVerify(t *testing.T) {
	t.Parallel()
	w, other := scheme(t, counting), scheme(t, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	at := time.Unix(1727360240, 0)
	const id, stamp = "msg_1", "1727360240"
	body := []byte(`{"a": 1}`)
	good, err := w.Sign(id, at, body)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := other.Sign(id, at, body)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, id, stamp, signatures string
		body                        string
		now                         time.Time
		want                        error
	}{
		{"good", id, stamp, good, string(body), at, nil},
		{"5 minutes late", id, stamp, good, string(body), at.Add(signature.Tolerance), nil},
		{"5 minutes early", id, stamp, good, string(body), at.Add(-signature.Tolerance), nil},
		{"several, one good", id, stamp, foreign + " v2,xyz " + good, string(body), at, nil},
		{"too old", id, stamp, good, string(body), at.Add(signature.Tolerance + time.Second), signature.ErrTooOld},
		{"too new", id, stamp, good, string(body), at.Add(-signature.Tolerance - time.Second), signature.ErrTooNew},
		{"no id", "", stamp, good, string(body), at, signature.ErrMissing},
		{"no timestamp", id, "", good, string(body), at, signature.ErrMissing},
		{"no signature", id, stamp, "", string(body), at, signature.ErrMissing},
		{"timestamp in words", id, "today", good, string(body), at, signature.ErrTimestamp},
		{"timestamp with sign", id, "+" + stamp, good, string(body), at, signature.ErrTimestamp},
		{"timestamp with zero", id, "0" + stamp, good, string(body), at, signature.ErrTimestamp},
		{"another timestamp", id, "1727360241", good, string(body), at, signature.ErrMismatch},
		{"another id", "msg_2", stamp, good, string(body), at, signature.ErrMismatch},
		{"another body", id, stamp, good, `{"a":1}`, at, signature.ErrMismatch},
		{"another key", id, stamp, foreign, string(body), at, signature.ErrMismatch},
		{"joined by comma", id, stamp, foreign + "," + good, string(body), at, signature.ErrMismatch},
		{"another version", id, stamp, "v2" + good[2:], string(body), at, signature.ErrMismatch},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := w.Verify(test.id, test.stamp, test.signatures, []byte(test.body), test.now)
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

// FuzzStandardWebhooks checks that Verify accepts what Sign made and rejects it with any one bit changed, wherever the bit is.
func FuzzStandardWebhooks(f *testing.F) {
	f.Add("msg_p5jXN8AQM9LWM0D4loKWxJek", int64(1614265330), []byte(`{"test": 2432232314}`), uint(17))
	f.Add("a.b", int64(0), []byte{}, uint(0))
	f.Fuzz(func(t *testing.T, id string, seconds int64, body []byte, bit uint) {
		if id == "" || seconds < 0 || seconds > 1<<40 {
			return
		}
		w, now := scheme(t, counting), time.Unix(seconds, 0)
		stamp := strconv.FormatInt(seconds, 10)
		value, err := w.Sign(id, now, body)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Verify(id, stamp, value, body, now); err != nil {
			t.Fatalf("verify what sign made: %v", err)
		}
		parts := [][]byte{[]byte(id), []byte(stamp), []byte(value), append([]byte(nil), body...)}
		total := uint(len(id) + len(stamp) + len(value) + len(body))
		at := bit / 8 % total
		for _, part := range parts {
			if at < uint(len(part)) {
				part[at] ^= 1 << (bit % 8)
				break
			}
			at -= uint(len(part))
		}
		if err := w.Verify(string(parts[0]), string(parts[1]), string(parts[2]), parts[3], now); err == nil {
			t.Fatalf("bit %d changed and %q, %q, %q, %q still verifies", bit, parts[0], parts[1], parts[2], parts[3])
		}
	})
}
