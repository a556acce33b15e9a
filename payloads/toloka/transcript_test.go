package toloka_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads/payloadtest"
	"github.com/annohook/annohook/payloads/toloka"
)

// kit writes a request as toloka-kit 1.2.3 does, java one as the Java SDK does; both forms are from recordings and sources that the
// contract describes.
func kit(method, path, body string) string {
	head := "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\nUser-Agent: python-toloka-client-1.2.3\r\nAuthorization: OAuth tok\r\nX-Caller-Context: client\r\n"
	if body != "" {
		head += "Content-Type: application/json\r\n"
	}
	return raw(method, path, head, body)
}

func java(method, path, body string) string {
	head := "Authorization: ApiKey 0123456789012345678901.second.third\r\n"
	if body != "" {
		head += "Content-Type: application/json; charset=UTF-8\r\n"
	}
	return raw(method, path, head, body)
}

func raw(method, path, head, body string) string {
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n%sContent-Length: %d\r\n\r\n%s", method, path, head, len(body), body)
}

// TestTranscript plays what the SDKs send, in one world, and keeps every answer to the byte in testdata/native.
func TestTranscript(t *testing.T) {
	const native = "6b016ba03030303030303031" // of the subscription that the first call makes
	kitRow, javaRow := hooks+"/"+toloka.RowID(native, toloka.AssignmentCreated), hooks+"/"+toloka.RowID(native, toloka.AssignmentSubmitted)
	transcripts := map[string][]string{
		"toloka-kit-1.2.3": {
			kit("PUT", hooks, `[{"webhook_url": "https://awesome-requester.com/toloka-webhook", "event_type": "ASSIGNMENT_CREATED", "pool_id": "121212", "secret_key": "s3cret"}, `+
				`{"webhook_url": "https://awesome-requester.com/toloka-webhook", "event_type": "POOL_CLOSED", "pool_id": 121212, "secret_key": "s3cret"}, `+
				`{"event_type": "POOL_CLOSED", "pool_id": "121212"}]`),
			kit("PUT", hooks, ""),
			kit("GET", kitRow, ""),
			kit("GET", hooks+"?event_type=POOL_CLOSED&pool_id=121212&id_lt=z&created_gte=2020-01-01T00%3A00%3A00.123000&sort=-created%2Cid&limit=300", ""),
			kit("GET", hooks+"?sort=created&limit=1", ""),
			kit("GET", hooks+"?sort=created&limit=1&created_gt=2026-11-21T10%3A00%3A00.123000", ""),
			kit("DELETE", kitRow, ""),
			kit("GET", kitRow, ""),
			kit("GET", "/api/v1/requester", ""),
			kit("POST", "/api/v1/pools/121212/close", ""),
			kit("GET", "/api/v1/pools/121212", ""),
			raw("GET", hooks, "Authorization: OAuth {self.token}\r\nUser-Agent: python-toloka-client-1.2.0\r\n", ""),
		},
		"java-sdk-0.0.7": {
			java("PUT", hooks+"/", `{"webhook_url":"https://example.com/hook","event_type":"ASSIGNMENT_SUBMITTED","pool_id":"36502086","secret_key":"12345"}`),
			java("PUT", hooks+"/", `{"webhook_url":"https://example.com/hook","event_type":"ASSIGNMENT_SUBMITTED","pool_id":"36502086","secret_key":"54321"}`),
			java("PUT", hooks+"/", `[{"webhook_url":"https://example.com/hook","event_type":"ASSIGNMENT_APPROVED","pool_id":"36502086"},{"event_type":"POOL_CLOSED","pool_id":"36502086"}]`),
			java("PUT", hooks+"/", `[{"event_type":"POOL_CLOSED"},{"webhook_url":"example","event_type":"POOL_OPENED","pool_id":{}}]`),
			java("GET", hooks+"/?limit=50&sort=id", ""),
			java("POST", javaRow+"/test", "null"),
			java("DELETE", javaRow, ""),
			java("DELETE", javaRow, ""),
			java("POST", hooks+"/", "{}"),
		},
	}
	for name, requests := range transcripts {
		t.Run(name, func(t *testing.T) {
			handler := newRig(t).handler
			var text bytes.Buffer
			for _, request := range requests {
				exchange(t, &text, handler, request)
			}
			payloadtest.Golden(t, "testdata/native/"+name+".txt", text.Bytes())
		})
	}
}

// exchange sends one request and writes it down with its answer, header fields in alphabetical order.
func exchange(t *testing.T, text *bytes.Buffer, handler http.Handler, request string) {
	t.Helper()
	parsed, err := http.ReadRequest(bufio.NewReader(strings.NewReader(request)))
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, parsed.WithContext(t.Context()))
	line, _, _ := strings.Cut(request, "\r\n")
	_, body, _ := strings.Cut(request, "\r\n\r\n")
	fmt.Fprintf(text, "> %s\n", line)
	if body != "" {
		fmt.Fprintf(text, "> %s\n", body)
	}
	fmt.Fprintf(text, "< %d\n", recorder.Code)
	var fields []string
	for name, values := range recorder.Header() {
		fields = append(fields, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(fields)
	for _, field := range fields {
		fmt.Fprintf(text, "< %s\n", field)
	}
	fmt.Fprintf(text, "< %s\n\n", recorder.Body)
}
