package wire_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/internal/wire"
	"github.com/annohook/annohook/payloads/signature"
)

// TestPythonVector is the second signed vector of the Argilla contract, whose signature was made by the Python library over these bytes.
func TestPythonVector(t *testing.T) {
	t.Parallel()
	value := payloads.Obj(
		"type", "record.created",
		"data", payloads.Obj(
			"fields", payloads.Obj("t", "é😀</b>&\u007f\u2028/\b\f\n\r\t\"\\"),
			"n", payloads.Array{1.0, 1e-05, 1e+16, 1.2345678901234568e+17, 0.1, 2.5625},
		),
	)
	want := `{"type": "record.created", "data": {"fields": {"t": "\u00e9\ud83d\ude00</b>&\u007f\u2028/\b\f\n\r\t\"\\"}, ` +
		`"n": [1.0, 1e-05, 1e+16, 1.2345678901234568e+17, 0.1, 2.5625]}}`
	got, err := wire.Python(value)
	if err != nil || string(got) != want {
		t.Errorf("got  %s (error %v)\nwant %s", got, err, want)
	}
}

// TestDatasaurVectors prints the four documented bodies and compares length and HMAC with what Python and Node computed.
func TestDatasaurVectors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		event  string
		length int
		hmac   string
	}{
		{"PROJECT_CREATED", 197, "c9bb66e4181e2c0de75b6d8553bfb5138ee04789e352e65f1d888213cf06e324"},
		{"BEFORE_UPDATE_LABELS", 807, "6715a34dca713ea779c894c83254b81cf99d7283ed68ce79f36a0a099d0da338"},
		{"PROJECT_COMPLETED", 242, "ee38f3fca76f16234b4e43ba590b34527a2079612227ba6eb6030be45a0d5865"},
		{"PROJECT_REVIEWED", 242, "813db1a1c542064031e9b703de3cdbcb304368a71fa150714cb9cdd55df8d3e1"},
	}
	for _, test := range tests {
		t.Run(test.event, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join("testdata", "datasaur", test.event+".json"))
			if err != nil {
				t.Fatal(err)
			}
			value, err := payloads.ParseValue(text)
			if err != nil {
				t.Fatal(err)
			}
			body, err := wire.JavaScript(value)
			if err != nil {
				t.Fatal(err)
			}
			if len(body) != test.length {
				t.Errorf("got %d bytes, want %d", len(body), test.length)
			}
			if got := signature.HMACSHA256Hex([]byte("secret"), body); got != test.hmac {
				t.Errorf("got HMAC %s, want %s", got, test.hmac)
			}
		})
	}
}
