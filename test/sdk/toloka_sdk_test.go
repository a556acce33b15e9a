package sdk_test

import (
	"strconv"
	"testing"

	"github.com/annohook/annohook/test/program"
)

// TestTolokaKit has toloka-kit manage subscriptions: below /toloka with any token, and on a port of its own with the right one in both forms of
// authorization. The kit tells the forms by the places of the dots.
func TestTolokaKit(t *testing.T) {
	t.Parallel()
	python := interpreter(t, "toloka")
	for name, key := range map[string]string{"any token": "any", "OAuth": "AQAAAABsomesecret", "ApiKey": "0123456789abcdef012345.aaaa.bbbb"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := "127.0.0.1:" + strconv.Itoa(freePort(t))
			args, url := []string{"--redis", "memory"}, ""
			if key != "any" {
				args, url = append(args, "--native", "toloka="+own, "--native-token", "toloka="+key), "http://"+own
			}
			server := program.Start(t, args...)
			if url == "" {
				url = server.URL + "/toloka"
			}
			if done := runs(t, python, "toloka_manage.py", url, key, nobody); last(done) != "delete" {
				t.Errorf("ended with %q", done)
			}
		})
	}
}
