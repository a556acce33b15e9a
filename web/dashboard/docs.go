package dashboard

import (
	"errors"
	"net/http"
	"strings"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/api"
)

// docsPage is what api.ReferencePath shows: the OpenAPI document for people.
type docsPage struct {
	*reference
	Server   string
	Token    bool
	Document string // path of the document itself
}

// Curl is a call of an operation that can be pasted into a shell.
func (p docsPage) Curl(o refOperation) string {
	parts := []string{"curl"}
	if o.Streams {
		parts = append(parts, "-N")
	}
	if o.Method != http.MethodGet && (o.Method != http.MethodPost || o.Sends == "") {
		parts = append(parts, "-X "+o.Method)
	}
	if p.Token && o.Secured {
		parts = append(parts, `-H "Authorization: Bearer $TOKEN"`)
	}
	if o.Sends != "" {
		parts = append(parts, "-H 'Content-Type: application/json'", "-d "+shellQuoted(o.Sends))
	}
	return strings.Join(append(parts, shellQuoted(p.Server+o.Target)), " ")
}

// shellQuoted is one word for a POSIX shell.
func shellQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (d *dashboard) showDocs(w http.ResponseWriter, r *http.Request) error {
	known, err := d.reference()
	if err != nil {
		return err
	}
	page := docsPage{reference: known, Server: d.server(r), Token: d.token, Document: api.DocumentPath}
	return d.render(w, r, http.StatusOK, "docs", "API reference", page)
}

// readReference reads the document that the API prints about itself; errNoPage where there is none.
func readReference(document func() []byte, registry *payloads.Registry) (*reference, error) {
	if document == nil {
		return nil, errNoPage
	}
	text := document()
	if len(text) == 0 {
		return nil, errors.Join(errNoPage, errors.New("the API has no document yet"))
	}
	return newReference(text, newDocsExamples(registry))
}
