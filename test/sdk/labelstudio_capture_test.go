package sdk_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// capture is everything that one side sent and answered, in the order of steps and requests.
type capture struct {
	Server   string     `json:"server"`
	Requests string     `json:"requests,omitempty"` // version of python-requests it sends with
	Recorded string     `json:"recorded"`           // day of the recording
	Steps    []stepSent `json:"steps"`
	API      []exchange `json:"api"`
}

// stepSent is what a step made a side send.
type stepSent struct {
	Name string `json:"name"`
	Sent []sent `json:"sent"`
}

// exchange is one request to the registration API and its answer.
type exchange struct {
	Name    string            `json:"name"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"` // of those that a client may depend on
	Body    string            `json:"body"`
}

// aPage is how an answer begins that is no JSON.
const aPage = "<!doctype html>"

// seen are the headers of an answer that are compared.
var seen = []string{"Content-Type", "Www-Authenticate", "Allow", "Location"}

// The paths of the recorder, one for each webhook, in the order in which they are registered.
const (
	organization = "organization"
	project      = "project"
	bare         = "bare"
	chosen       = "chosen"
)

// captureReal plays everything on the real server, with the content that ours invented.
func captureReal(tb testing.TB, server *realServer, ours capture) capture {
	tb.Helper()
	listener := record(tb)
	token := map[string]string{"Authorization": "Token " + server.Token}
	out := capture{Server: "label-studio " + server.Version, Requests: server.Requests}
	server.order(tb, map[string]any{"webhook": map[string]any{"url": listener.URL + "/" + organization}})
	known := values{}
	for i, s := range steps() {
		known.borrow(tb, ours.Steps[i].Sent, s.borrow)
		known.keep(tb, server.do(tb, s, known), s.keep)
		out.Steps = append(out.Steps, stepSent{Name: s.name, Sent: listener.taken()})
		switch s.name {
		case "create project":
			register(tb, server.url, token, known.fill(projectHooks(listener.URL)))
		case "delete annotations where there are none":
			server.predict(tb, known, ours.Steps[i+1].Sent)
		}
	}
	out.API = exchanges(tb, server.url, token, server.Refresh)
	return out
}

// do makes the request of a step.
func (s *realServer) do(tb testing.TB, now step, known values) []byte {
	tb.Helper()
	if now.flags != nil {
		s.order(tb, map[string]any{"flags": now.flags})
	}
	status, answer, err := call(tb, now.method, s.url+known.fill(now.path), known.fill(now.body), map[string]string{"Authorization": "Token " + s.Token})
	if err != nil {
		tb.Fatalf("%s: %v", now.name, err)
	}
	if want := now.status; want == 0 && (status < 200 || status > 299) || want != 0 && status != want {
		tb.Fatalf("%s: status %d: %s", now.name, status, answer.body)
	}
	return answer.body
}

// predict gives the real server the prediction that ours has by itself. No webhook hears of that.
func (s *realServer) predict(tb testing.TB, known values, next []sent) {
	tb.Helper()
	known.borrow(tb, next, map[string]string{"predicted": "annotation.0.result"})
	s.do(tb, step{
		name: "predict", method: http.MethodPost, path: "/api/predictions/",
		body: `{"task":{task},"model_version":"v1","score":0.5,"result":{predicted}}`,
	}, known)
}

// register makes webhooks by the API of either side.
func register(tb testing.TB, url string, token map[string]string, bodies string) {
	tb.Helper()
	for body := range strings.Lines(bodies) {
		status, answer, err := call(tb, http.MethodPost, url+"/api/webhooks/", body, token)
		if err != nil || status != http.StatusCreated {
			tb.Fatalf("register %s: %d %v %s", body, status, err, answer)
		}
	}
}

// projectHooks are the bodies that register webhooks of the project, one a line.
func projectHooks(listener string) string {
	return `{"project":{project},"url":"` + listener + "/" + project + `"}
{"project":{project},"url":"` + listener + "/" + bare + `","send_payload":false,"headers":{"X-Team":"annotation","authorization":"Bearer of-the-hook"}}
{"project":{project},"url":"` + listener + "/" + chosen + `","send_for_all_actions":false,"actions":["TASKS_CREATED","ANNOTATION_CREATED"]}`
}

// exchanges plays the registration API.
func exchanges(tb testing.TB, url string, token map[string]string, refresh string) []exchange {
	tb.Helper()
	known := values{"refresh": refresh}
	var out []exchange
	for _, q := range questions() {
		headers := map[string]string{}
		if !q.anonymous {
			headers["Authorization"] = token["Authorization"]
		}
		for name, value := range q.headers {
			headers[name] = known.fill(value)
		}
		status, answer, err := call(tb, q.method, url+known.fill(q.path), known.fill(q.body), headers)
		if err != nil {
			tb.Fatalf("%s: %v", q.name, err)
		}
		got := exchange{Name: q.name, Status: status, Headers: map[string]string{}, Body: string(answer.body)}
		if strings.HasPrefix(strings.TrimSpace(got.Body), aPage) {
			got.Body = aPage // what stands on it is for people
		}
		for _, name := range seen {
			if value := answer.header.Get(name); value != "" {
				got.Headers[name] = value
			}
		}
		if status < 300 {
			known.keep(tb, answer.body, q.keep)
			for name, value := range known {
				known[name] = strings.Trim(value, `"`)
			}
		}
		out = append(out, got)
	}
	return out
}

// keepRecording writes the recording in testdata anew, where ANNOHOOK_TEST_RECORD names the day.
func keepRecording(tb testing.TB, made capture, server *realServer) {
	tb.Helper()
	if made.Recorded = os.Getenv("ANNOHOOK_TEST_RECORD"); made.Recorded == "" {
		return
	}
	data, err := json.MarshalIndent(made, "", " ")
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(recording, append(scrubbed(data, server), '\n'), 0o600); err != nil {
		tb.Fatal(err)
	}
}

var (
	jwt          = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]+`)
	projectToken = regexp.MustCompile(`\\"token\\": ?\\"\w{40}\\"`)
)

// scrubbed replaces what looks like a credential, though it opened only a server that is gone.
func scrubbed(text []byte, server *realServer) []byte {
	text = bytes.ReplaceAll(text, []byte(server.Token), []byte(strings.Repeat("0", len(server.Token))))
	text = projectToken.ReplaceAllFunc(text, func(found []byte) []byte {
		return append(bytes.Clone(found[:len(found)-42]), []byte(strings.Repeat("x", 40)+`\"`)...)
	})
	return jwt.ReplaceAll(text, []byte("header.claims.signature"))
}
