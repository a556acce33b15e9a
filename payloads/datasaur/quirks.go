package datasaur

import "github.com/annohook/annohook/payloads"

// Names of the quirks.
const (
	quirkEmptyNames      = "empty-names"
	quirkInclusiveEnd    = "inclusive-end"
	quirkNumericAuthor   = "numeric-author"
	quirkPut             = "put-notifications"
	quirkSignWithoutKey  = "sign-without-secret"
	quirkFixedHeaders    = "fixed-headers"
	quirkConnectionClose = "connection-close"
)

// sourceOldNode is where the two values of Connection are known from.
const sourceOldNode = "axios against a socket: keep-alive on Node 20, close on the Node of 2020"

// quirks2023 are the oddities of the profile 2023.
func quirks2023() []payloads.Quirk {
	return append(sharedQuirks(false),
		payloads.Quirk{
			Name: quirkInclusiveEnd, Default: true, Fidelity: payloads.Observed, Source: "inferred from the sample: a token of three characters is 0 to 2",
			Summary: "endCharIndex is the last character of a label; off: the one behind it.",
		},
		payloads.Quirk{
			Name: quirkNumericAuthor, Default: true, Fidelity: payloads.Documented, Source: sourceEvents,
			Summary: "labeledByUserId is a number although the same user's id is a string; off: it is a string, too.",
		},
	)
}

// quirks2020 are those of the profile 2020, which has no labels.
func quirks2020() []payloads.Quirk { return sharedQuirks(true) }

// sharedQuirks are the oddities of both profiles; closes is whether the profile's Node closes connections.
func sharedQuirks(closes bool) []payloads.Quirk {
	return []payloads.Quirk{
		{
			Name: quirkEmptyNames, Fidelity: payloads.Documented, Source: sourceEvents,
			Summary: "username and name of every user are empty strings, as in the samples of 2023; off: they are filled in for some users, in 2020 the username for all.",
		},
		{
			Name: quirkPut, Fidelity: payloads.Assumed, Source: "the documents name no method; POST is inferred",
			Summary: "Notifications are sent with PUT, like the export webhook, instead of POST.",
		},
		{
			Name: quirkSignWithoutKey, Fidelity: payloads.Assumed, Source: sourceSignature + " says nothing of endpoints without a secret",
			Summary: "Without a secret the body is signed with an empty key, as Node's createHmac allows; off: the field is left out.",
		},
		{
			Name: quirkFixedHeaders, Fidelity: payloads.Assumed, Source: sourceCustom + " says nothing of names that clash",
			Summary: "A subscription's own field does not replace a built-in one of that name; off: it does, as in axios. The signature is never replaced.",
		},
		{
			Name: quirkConnectionClose, Default: closes, Fidelity: payloads.Observed, Source: sourceOldNode,
			Summary: "Connection is close, as older Node sends; off: keep-alive.",
		},
	}
}
