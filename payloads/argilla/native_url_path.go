package argilla

import (
	"strings"

	"github.com/annohook/annohook/payloads"
)

// normalTail prints path, query and fragment; a path is always there.
func normalTail(tail string) string {
	rest, fragment, hasFragment := strings.Cut(tail, "#")
	path, query, hasQuery := strings.Cut(rest, "?")
	out := payloads.BrowserPath(path)
	if hasQuery {
		out += "?" + payloads.PercentEncode(query, ` "#<>'`)
	}
	if hasFragment {
		out += "#" + payloads.PercentEncode(fragment, " \"<>`")
	}
	return out
}
