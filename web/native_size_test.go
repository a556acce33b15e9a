package web_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/annohook/annohook/web"
)

// refusing answers in words of its own when a body is too large.
func refusing(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		w.Header().Set("Content-Type", "application/x-own")
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = io.WriteString(w, "too much")
		return
	}
	_, _ = fmt.Fprintf(w, "%d %v", len(data), err)
}

// TestNativeBodiesAreRefusedInThePlatformsWords: whether the length is told or not, and on a port of its own too.
func TestNativeBodiesAreRefusedInThePlatformsWords(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *web.Options) {
		o.Native = []web.NativeMount{{Platform: "postbox", Profile: "v1", Path: "/postbox", Handler: http.HandlerFunc(refusing)}}
	})
	own, err := s.NativeHandler("postbox", "v1", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for name, h := range map[string]http.Handler{"mounted": s.Handler(), "own port": own} {
		for _, told := range []bool{true, false} {
			for size, want := range map[int]string{web.MaxNativeBytes: fmt.Sprintf("200 %d <nil>", web.MaxNativeBytes), web.MaxNativeBytes + 2: "413 too much"} {
				r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1/postbox/hooks", strings.NewReader(strings.Repeat("x", size)))
				if !told {
					r.ContentLength = -1
				}
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				if got := fmt.Sprint(w.Code, " ", w.Body); got != want {
					t.Errorf("%s, length told %t: %d bytes are answered %q, want %q", name, told, size, got, want)
				}
			}
		}
	}
}
