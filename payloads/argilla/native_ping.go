package argilla

import (
	"strings"

	"github.com/annohook/annohook/payloads"
)

// Exceptions of the HTTP client.
const (
	connectError        = "httpx.ConnectError"
	connectTimeout      = "httpx.ConnectTimeout"
	readTimeout         = "httpx.ReadTimeout"
	writeTimeout        = "httpx.WriteTimeout"
	remoteProtocolError = "httpx.RemoteProtocolError"
	timedOut            = "timed out"
)

// clientError is the exception that httpx 0.27.2 raises for a failed exchange, with its message on Linux and Python 3.11 (run against
// loopback servers that fail in each way); nothing for every complete reply.
func clientError(r payloads.Reply) (kind, message string) {
	switch r.Failure {
	case payloads.FailureNone, payloads.FailureStatus, payloads.FailureRedirect:
		return "", ""
	case payloads.FailureRefused:
		return connectError, "[Errno 111] Connection refused"
	case payloads.FailureDNS:
		return connectError, "[Errno -2] Name or service not known"
	case payloads.FailureUnreachable:
		return connectError, "[Errno 113] No route to host"
	case payloads.FailureTLS:
		return connectError, tlsMessage(r.Message)
	case payloads.FailureReset:
		return remoteProtocolError, "Server disconnected without sending a response."
	case payloads.FailureTimeout:
		return timeoutError(r.Message)
	case payloads.FailureProtocol, payloads.FailureTooLarge:
		return remoteProtocolError, r.Message
	default: // refused by this program
		return connectError, r.Message
	}
}

// timeoutError: what the client was busy with decides the exception. ours is this program's word on it.
func timeoutError(ours string) (kind, message string) {
	for _, busy := range [...]struct{ word, kind, message string }{
		{"operating system", connectError, "[Errno 110] Connection timed out"},
		{"connecting", connectTimeout, timedOut},
		{"shaking hands", connectTimeout, "_ssl.c:989: The handshake operation timed out"},
		{"sending", writeTimeout, timedOut},
	} {
		if strings.Contains(ours, busy.word) {
			return busy.kind, busy.message
		}
	}
	return readTimeout, timedOut
}

// tlsMessage is OpenSSL's message for this program's.
func tlsMessage(ours string) string {
	for _, known := range [...]struct{ word, message string }{
		{"does not look like a TLS handshake", "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"},
		{"EOF", "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol (_ssl.c:1006)"},
		{"reset by peer", "[Errno 104] Connection reset by peer"},
		{"certificate", "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: " + ours},
	} {
		if strings.Contains(ours, known.word) {
			return known.message
		}
	}
	return "[SSL] " + ours
}
