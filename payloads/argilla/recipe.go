package argilla

import (
	_ "embed" // the samples

	"github.com/annohook/annohook/payloads"
)

// What people paste into their own programs. test/recipes runs every one of the listeners' samples.
var (
	//go:embed code/verify.py
	verifyPython string
	//go:embed code/verify.js
	verifyJavaScript string
	//go:embed code/verify.go.txt
	verifyGo string
	//go:embed code/verify.rb
	verifyRuby string
	//go:embed code/client.py
	clientPython string
)

// listenerCode is how a listener checks a request, in each language.
func listenerCode() []payloads.CodeSample {
	return []payloads.CodeSample{
		{Language: "Python", Text: verifyPython},
		{Language: "JavaScript", Text: verifyJavaScript},
		{Language: "Go", Text: verifyGo},
		{Language: "Ruby", Text: verifyRuby},
	}
}

// clientCode registers a webhook through the native API.
func clientCode() []payloads.CodeSample {
	return []payloads.CodeSample{{Language: "Python", Text: clientPython}}
}
