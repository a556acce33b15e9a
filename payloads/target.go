package payloads

// TargetRule is how the platform's HTTP client reads the URL of a subscription, and so what it writes into the request line, the Host field
// and the Authorization field that user:pass@ becomes. Package sender does it; what each client writes was measured (sender/testdata/target).
type TargetRule int

// The rules. Each is named after a client, with the version it was measured with.
const (
	// TargetAsWritten sends path and query as they stand. Only what no URL may hold is escaped: spaces, characters outside ASCII and some
	// punctuation. For clients that nobody knows.
	TargetAsWritten TargetRule = iota
	// TargetAsRequests is Python requests 2.32.4: dot segments go, escapes become upper case, those of letters, digits and -._~ are undone,
	// two slashes at the beginning are one, an empty query goes.
	TargetAsRequests
	// TargetAsHTTPX is httpx 0.27.2: dot segments go, escapes stay as they are, most punctuation goes out bare, an empty query stays.
	TargetAsHTTPX
	// TargetAsAxios is axios 1.6.2 on Node 20, whose URLs are those of browsers (WHATWG): dot segments go, escaped ones too, a backslash in
	// the path is a slash, an empty query goes.
	TargetAsAxios
)

// Known reports whether the rule is one of those above.
func (r TargetRule) Known() bool { return r >= TargetAsWritten && r <= TargetAsAxios }

// String names the client in a few words, for people.
func (r TargetRule) String() string {
	switch r {
	case TargetAsRequests:
		return "Python requests"
	case TargetAsHTTPX:
		return "httpx"
	case TargetAsAxios:
		return "axios"
	default:
		return "as written"
	}
}
