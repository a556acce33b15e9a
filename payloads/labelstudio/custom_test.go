package labelstudio_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/payloads/payloadtest"
)

// TestCustomInterfaces sets up projects with interfaces of all kinds and looks at what their tasks and annotations hold.
func TestCustomInterfaces(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, xml string
		field     string // key of the tasks' data
		kind      string // of the regions; "" without regions
		parsed    string
	}{
		{
			"choices",
			`<View><Text name="t" value="$body"/><Choices name="mood" toName="t"><Choice value="Good"/><Choice value="Bad" alias="b"/></Choices></View>`,
			"body", "choices",
			`{"mood":{"type":"Choices","to_name":["t"],"inputs":[{"type":"Text","valueType":null,"value":"body"}],"labels":["Good","Bad"],` +
				`"labels_attrs":{"Good":{"value":"Good"},"Bad":{"value":"Bad","alias":"b"}}}}`,
		},
		{
			"boxes",
			`<View><Image name="i" value="$pic"/><RectangleLabels name="r" toName="i"><Label value="Ship"/></RectangleLabels></View>`,
			"pic", "rectanglelabels",
			`{"r":{"type":"RectangleLabels","to_name":["i"],"inputs":[{"type":"Image","valueType":null,"value":"pic"}],"labels":["Ship"],` +
				`"labels_attrs":{"Ship":{"value":"Ship"}}}}`,
		},
		{
			"spans",
			`<View><Labels name="l" toName="t"><Label value="Name"/><Label value="Name"/></Labels><Text name="t" value="$text"/></View>`,
			"text", "labels",
			`{"l":{"type":"Labels","to_name":["t"],"inputs":[{"type":"Text","valueType":null,"value":"text"}],"labels":["Name"],` +
				`"labels_attrs":{"Name":{"value":"Name"}}}}`,
		},
		{
			"a control that is not known",
			`<View><Audio name="a" value="$sound"/><TextArea name="w" toName="a"/></View>`,
			"sound", "", `{"w":{"type":"TextArea","to_name":["a"],"inputs":[{"type":"Audio","valueType":null,"value":"sound"}],"labels":[],"labels_attrs":{}}}`,
		},
		{"a control of nothing", `<View><Header name="t"/><Labels name="l" toName="t"><Label value="A"/></Labels></View>`, "text", "", `{}`},
		{"nothing", `<View></View>`, "text", "", `{}`},
	}
	for _, tt := range tests {
		p := newPlayer(t)
		created := p.only(p.do("create-project", "label_config", tt.xml))
		if got := at(created, "project", "label_config"); got != tt.xml {
			t.Errorf("%s: interface %v", tt.name, got)
		}
		project := mustObject(t, created, "project")
		if got := text(t, mustObject(t, project, "parsed_label_config")); got != tt.parsed {
			t.Errorf("%s: parsed as %s, want %s", tt.name, got, tt.parsed)
		}
		p.do("import-tasks")
		o := p.only(p.do("create-annotation"))
		if at(o, "task", "data", tt.field) == nil {
			t.Errorf("%s: data %s", tt.name, text(t, mustObject(t, o, "task")))
		}
		regions := list(t, mustObject(t, o, "annotation"), "result")
		if (len(regions) > 0) != (tt.kind != "") {
			t.Errorf("%s: %d regions", tt.name, len(regions))
		}
		for _, r := range regions {
			region, _ := r.(*payloads.Object)
			if at(region, "type") != tt.kind || at(region, "from_name") == nil {
				t.Errorf("%s: region %s", tt.name, text(t, region))
			}
		}
	}
}

// TestKeptActions checks the option that only the platform's own API shows.
func TestKeptActions(t *testing.T) {
	t.Parallel()
	p := platform(t, "1.22")
	for options, fine := range map[string]bool{
		`{"actions":[]}`: true, `{"actions":["TASKS_CREATED"]}`: true, `{"actions":["TASK_CREATED"]}`: false, `{"actions":"TASKS_CREATED"}`: false, `{"actions":["TASKS_CREATED","TASKS_CREATED"]}`: false, `{"actions":[1]}`: false,
	} {
		s := payloadtest.Subscription(p)
		s.Options = json.RawMessage(options)
		if problems := p.Check(s); (len(problems) == 0) != fine {
			t.Errorf("%s: %v", options, problems)
		}
	}
	h := newHost(t, "1.22")
	c := newClient(t, h)
	c.do("POST", hooks, `{"url":"http://localhost/x","project":1,"actions":["TASKS_CREATED"],"send_payload":false}`)
	if got := string(h.all[0].Options); got != `{"send_payload":false,"actions":["TASKS_CREATED"]}` || h.all[0].Events != nil {
		t.Errorf("stored %s, events %v", got, h.all[0].Events)
	}
	h.all[0].Options = json.RawMessage(`{"batch_size":7,"actions":["TASKS_CREATED"]}`)
	c.do("PATCH", hooks+"1", `{"send_for_all_actions":false}`)
	if got := string(h.all[0].Options); got != `{"batch_size":7}` || h.all[0].Events == nil || len(h.all[0].Events) != 0 {
		t.Errorf("stored %s, events %v", got, h.all[0].Events)
	}
}

// TestRefusedByTheCore checks that what the core does not accept is told in the platform's form.
func TestRefusedByTheCore(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	h.refuse = []payloads.Problem{{Field: "headers[0].name", Message: "is too long"}}
	c := newClient(t, h)
	if got := told(c, c.do("POST", hooks, `{"url":"http://localhost/x","project":1}`)); got != `400 {"headers":["is too long"]}` {
		t.Errorf("%s", got)
	}
	h.refuse = []payloads.Problem{{Field: "quirks.x", Message: "is unknown"}}
	if got := told(c, c.do("POST", hooks, `{"url":"http://localhost/x","project":1}`)); !strings.Contains(got, `"non_field_errors":["is unknown"]`) {
		t.Errorf("%s", got)
	}
}
