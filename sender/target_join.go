package sender

import "strings"

// reference is a URL, absolute or not, as urllib.parse of Python cuts it (urlparse).
type reference struct {
	scheme, authority, path, params, query, fragment string
}

func splitReference(text string) reference {
	text = strings.TrimLeftFunc(text, func(r rune) bool { return r <= ' ' })
	text = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(text)
	var ref reference
	if scheme, rest, found := strings.Cut(text, ":"); found && isScheme(strings.ToLower(scheme)) {
		ref.scheme, text = strings.ToLower(scheme), rest
	}
	if rest, found := strings.CutPrefix(text, "//"); found {
		ref.authority, text = rest, ""
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			ref.authority, text = rest[:i], rest[i:]
		}
	}
	text, ref.fragment, _ = strings.Cut(text, "#")
	text, ref.query, _ = strings.Cut(text, "?")
	ref.path = text
	last := strings.LastIndexByte(text, '/') + 1
	if i := strings.IndexByte(text[last:], ';'); i >= 0 {
		ref.path, ref.params = text[:last+i], text[last+i+1:]
	}
	return ref
}

// String is urlunparse: what is empty is left out together with the character before it.
func (r reference) String() string {
	text := r.path
	if r.params != "" {
		text += ";" + r.params
	}
	if r.authority != "" || r.scheme != "" && !strings.HasPrefix(text, "//") {
		if text != "" && text[0] != '/' {
			text = "/" + text
		}
		text = "//" + r.authority + text
	}
	if r.scheme != "" {
		text = r.scheme + ":" + text
	}
	if r.query != "" {
		text += "?" + r.query
	}
	if r.fragment != "" {
		text += "#" + r.fragment
	}
	return text
}

// join is urljoin for a reference without authority, seen from the URL that was asked.
func (t target) join(text string) string {
	ref := splitReference(text)
	if ref.scheme != "" && ref.scheme != t.scheme || ref.authority != "" { // "////x" has become http://x on the way
		return text
	}
	path, query, _ := strings.Cut(t.uri, "?")
	out := reference{scheme: t.scheme, authority: t.authority(), params: ref.params, query: ref.query}
	if ref.path == "" && ref.params == "" {
		out.path = path
		if ref.query == "" {
			out.query = query
		}
		return out.String()
	}
	segments := strings.Split(ref.path, "/")
	if !strings.HasPrefix(ref.path, "/") {
		segments = joinSegments(path, segments)
	}
	var kept []string
	for _, segment := range segments {
		switch segment {
		case ".":
		case "..":
			kept = kept[:max(len(kept)-1, 0)]
		default:
			kept = append(kept, segment)
		}
	}
	if last := segments[len(segments)-1]; last == "." || last == ".." {
		kept = append(kept, "")
	}
	if out.path = strings.Join(kept, "/"); out.path == "" {
		out.path = "/"
	}
	return out.String()
}

// joinSegments puts the segments behind those of a path without its last; empty ones between the first and the last go.
func joinSegments(path string, segments []string) []string {
	base := strings.Split(path, "/")
	if base[len(base)-1] != "" {
		base = base[:len(base)-1]
	}
	all := append(base, segments...)
	joined := all[:1:1]
	for _, segment := range all[1 : len(all)-1] {
		if segment != "" {
			joined = append(joined, segment)
		}
	}
	return append(joined, all[len(all)-1])
}
