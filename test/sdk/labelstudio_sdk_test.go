package sdk_test

import (
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/annohook/annohook/test/program"
)

// labelStudioSDKs are the environments with the newest SDK and the last of the first generation.
var labelStudioSDKs = []string{"label-studio", "label-studio-sdk-1"}

// nobody is a listener that is not there; nothing is sent to it.
const nobody = "http://127.0.0.1:9"

// TestLabelStudioSDK has both generations of the SDK manage webhooks below /label-studio and on a port of its own, with any token and with the
// right one, old style and JWT.
func TestLabelStudioSDK(t *testing.T) {
	t.Parallel()
	const key = "0123456789abcdef0123456789abcdef01234567"
	own := net.JoinHostPort("127.0.0.1", strconv.Itoa(freePort(t)))
	open := program.Start(t, "--redis", "memory").URL + "/label-studio"
	strict := program.Start(t, "--redis", "memory", "--native", "label-studio="+own, "--native-token", "label-studio="+key).URL + "/label-studio"
	for _, sdk := range labelStudioSDKs {
		t.Run(sdk, func(t *testing.T) {
			t.Parallel()
			manages(t, interpreter(t, sdk),
				open, "anything", "open",
				open, minted(t), "open",
				strict, minted(t, key), "strict",
				strict+"@2026-07/", minted(t, key), "strict",
				"http://"+own, key, "strict",
				"http://"+own, minted(t, key), "strict",
			)
		})
	}
}

// manages runs label_studio_manage.py on servers, each a URL, a credential, and the word open or strict.
func manages(t *testing.T, python string, servers ...string) {
	t.Helper()
	if done := runs(t, python, "label_studio_manage.py", append([]string{nobody}, servers...)...); len(done) != len(servers)/3 {
		t.Errorf("managed %q", done)
	}
}

// minted asks the program for the refresh token of a JWT, signed with key where one is given.
func minted(tb testing.TB, key ...string) string {
	tb.Helper()
	args := []string{"token", "label-studio"}
	for _, k := range key {
		args = append(args, "--native-token", "label-studio="+k)
	}
	cmd := exec.CommandContext(tb.Context(), program.Binary(tb), args...)
	cmd.Env = program.Environment()
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("annohook token label-studio: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// last returns the end of a list.
func last(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}
