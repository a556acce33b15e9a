package argilla

import (
	"strconv"
	"strings"
)

// normalTail prints path, query and fragment; a path is always there.
func normalTail(tail string) string {
	rest, fragment, hasFragment := strings.Cut(tail, "#")
	path, query, hasQuery := strings.Cut(rest, "?")
	out := normalPath(path)
	if hasQuery {
		out += "?" + escape(query, ` "#<>'`)
	}
	if hasFragment {
		out += "#" + escape(fragment, " \"<>`")
	}
	return out
}

// normalPath walks the segments: . stays, .. goes up, also where they are escaped.
func normalPath(path string) string {
	path = strings.TrimPrefix(strings.ReplaceAll(path, `\`, "/"), "/")
	var kept []string
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		last := i == len(segments)-1
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
			if last {
				kept = append(kept, "")
			}
		case ".":
			if last {
				kept = append(kept, "")
			}
		default:
			kept = append(kept, escape(segment, " \"#<>?`{}"))
		}
	}
	return "/" + strings.Join(kept, "/")
}

// escape writes the characters of unsafe, controls and everything beyond ASCII as %XX.
func escape(text, unsafe string) string {
	var out strings.Builder
	for _, c := range []byte(text) {
		if c < ' ' || c >= 0x7f || strings.IndexByte(unsafe, c) >= 0 {
			const hex = "0123456789ABCDEF"
			out.WriteString(string([]byte{'%', hex[c>>4], hex[c&0xf]}))
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

// unescape replaces each %XX by its byte and leaves everything else.
func unescape(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if n, err := strconv.ParseUint(text[i+1:i+3], hexBase, 8); err == nil && text[i+1] != '+' {
				out.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
