package configs_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/annohook/annohook/configs"
)

// FuzzValue gives one setting the same text as flag, variable and file: all three take it or refuse it alike, and what is shown never holds
// a secret.
func FuzzValue(f *testing.F) {
	for i, s := range configs.Settings() {
		f.Add(uint8(i), s.Default)
		f.Add(uint8(i), "")
		for _, text := range []string{
			"a=127.0.0.1:0,b@c=[::1]:9", "a=hunter22,b=hunter23", "10.0.0.0/8, ::1 ,1.2.3.4", "::ffff:1.2.3.4/97", "redis://u:hunter22@h:1/2", "http://u:hunter22@h/",
			"NaN", "1e-400", "0x1p-2", "+80", "1_000", "api, worker,,", "host:65536", "\u00a0", "-1ns", ".example.com", "~", "null",
		} {
			f.Add(uint8(i), text)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		settings := configs.Settings()
		s := settings[int(which)%len(settings)]
		flag, shown, errFlag := configs.Load(configs.Sources{Flags: map[string]string{s.Name: text}, Home: "/h"})
		if errFlag == nil && s.Secret && len(text) >= 8 {
			for _, v := range shown {
				if v.Setting.Name == s.Name && strings.Contains(v.Text, text) && v.Text != "********" {
					t.Errorf("%s shows %q", s.Name, v.Text)
				}
			}
		}
		environment, _, errEnvironment := configs.Load(configs.Sources{Environ: []string{s.Env() + "=" + text}, Home: "/h"})
		alike(t, s.Name+" as a variable", text, flag, environment, errFlag, errEnvironment)
		yamlText, err := yaml.Marshal(map[string]yaml.Node{s.Name: {Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Tag: "!!str", Value: text}})
		if err != nil {
			return // no text that YAML can hold
		}
		read, _, errFile := configs.Load(configs.Sources{File: file(t, string(yamlText)), Home: "/h"})
		alike(t, s.Name+" in a file", text, flag, read, errFlag, errFile)
	})
}

// TestOneDocument: what stands behind a second --- would be ignored without a word, so it is refused.
func TestOneDocument(t *testing.T) {
	t.Parallel()
	for text, fine := range map[string]bool{
		"---\naddr: 127.0.0.1:1\n...\n": true, "# nothing\n": true, "": true, "---\n": true,
		"addr: 127.0.0.1:1\n---\nroles: [api]\n": false, "---\n---\naddr: 127.0.0.1:1\n": false, "addr: 127.0.0.1:1\n---\n\t[\n": false,
	} {
		_, _, err := configs.Load(configs.Sources{File: file(t, text), Home: "/h"})
		if _, told := errors.AsType[*configs.Error](err); (err == nil) != fine || err != nil && !told {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// alike compares what two sources made of the same text.
func alike(t *testing.T, what, text string, want, got configs.Config, errWant, errGot error) {
	t.Helper()
	if (errWant == nil) != (errGot == nil) {
		t.Fatalf("%s: %q: %v, as a flag %v", what, text, errGot, errWant)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Fatalf("%s: %q (-flag +%s)\n%s", what, text, what, diff)
	}
}
