package sender_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
)

// BenchmarkDo compares an attempt with the plainest loop net/http allows.
func BenchmarkDo(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, "ok")
	}))
	defer srv.Close()
	body := bytes.Repeat([]byte("x"), 2<<10)

	b.Run("sender", func(b *testing.B) {
		s := newSender(b)
		r := post(srv.URL)
		r.Body = body
		r.Policy.Timeout, r.Policy.Deadline = 5*time.Second, 5*time.Second
		b.ReportAllocs()
		for b.Loop() {
			if reply := s.Do(context.Background(), r).Reply; reply.Status != 200 {
				b.Fatal(reply)
			}
		}
	})
	b.Run("sender, silence clock", func(b *testing.B) {
		s := newSender(b)
		r := post(srv.URL)
		r.Body = body
		r.Policy = payloads.Policy{Timeout: 5 * time.Second, Deadline: 9 * time.Second, SilenceTimeout: true}
		b.ReportAllocs()
		for b.Loop() {
			if reply := s.Do(context.Background(), r).Reply; reply.Status != 200 {
				b.Fatal(reply)
			}
		}
	})
	b.Run("plain client", func(b *testing.B) {
		client := &http.Client{Transport: &http.Transport{}, Timeout: 5 * time.Second}
		defer client.CloseIdleConnections()
		b.ReportAllocs()
		for b.Loop() {
			resp, err := client.Post(srv.URL, "application/json", bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	})
}
