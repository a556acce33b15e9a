package sender_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/sender"
)

// archive is what a reader of HTTP archives looks at.
type archive struct {
	Log struct {
		Entries []struct {
			Started time.Time `json:"startedDateTime"`
			Request struct {
				Headers  []struct{ Name, Value string }
				PostData *archived
			}
			Response struct {
				Status  int
				Content archived
			}
		}
	}
}

type archived struct{ Text, Encoding string }

func (a archived) bytes() (string, error) {
	if a.Encoding == "" {
		return a.Text, nil
	}
	text, err := base64.StdEncoding.DecodeString(a.Text)
	return string(text), err
}

// FuzzHAR wants an archive to give back both bodies to the byte, whatever they are.
func FuzzHAR(f *testing.F) {
	f.Add("http://h/?a=b&%zz=&=&c", "X-A", "é\xff", []byte("{}"), []byte("\x00\xff"), int64(1))
	f.Add("::", "", "\r\n", []byte("\xed\xa0\x80"), []byte("\u2028</script>"), int64(-1))
	f.Add("http://u:p@h", "Content-Type", "text/plain", []byte(nil), []byte("data:;base64,AA=="), int64(1795281862_000000001))
	f.Fuzz(func(t *testing.T, target, name, value string, body, reply []byte, nanos int64) {
		at := time.Unix(0, nanos)
		header := payloads.H(name, value)
		data, err := sender.HAR("annohook", "1", sender.Exchange{
			StartedAt: at, Duration: time.Duration(nanos), Comment: value, Body: body,
			Request: sender.RequestRecord{Method: "POST", URL: target, Header: header},
			Reply:   payloads.Reply{Status: 200, Header: header, Body: reply, Message: value},
		})
		if err != nil {
			t.Fatal(err)
		}
		var got archive
		if err := json.Unmarshal(data, &got); err != nil || len(got.Log.Entries) != 1 {
			t.Fatalf("%v: %s", err, data)
		}
		e := got.Log.Entries[0]
		var sent archived
		if e.Request.PostData != nil {
			sent = *e.Request.PostData
		}
		sentBody, errSent := sent.bytes()
		gotBody, errGot := e.Response.Content.bytes()
		if errSent != nil || errGot != nil || sentBody != string(body) || gotBody != string(reply) || !e.Started.Equal(at) {
			t.Fatalf("%q and %q at %v became %+v", body, reply, at, e)
		}
		if len(e.Request.Headers) != 1 || e.Response.Status != 200 {
			t.Fatalf("%+v", e)
		}
	})
}
