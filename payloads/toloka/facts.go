package toloka

import (
	"slices"

	"github.com/annohook/annohook/payloads"
)

// Names of the quirks.
const (
	QuirkKeyOrder    = "key-order"
	QuirkMillis      = "millis"
	QuirkShortHex    = "short-hex"
	QuirkHeaderOrder = "header-order"

	QuirkNoAssignmentIDs = "no-assignment-ids"
	QuirkDuplicates      = "duplicates"
	QuirkStaleTime       = "stale-ts"
	QuirkWrongSecret     = "wrong-secret"
	QuirkNoSignature     = "no-signature"
)

const (
	sourceAuth   = "docs: authentication (Toloka/docs@c28c2aca)"
	sourceDraft  = "an anonymous draft of the format"
	sourceSilent = "looked for in the docs' history, toloka-kit@e5e0450 and toloka-java-sdk@61aba14; the house policy stands in"
)

func quirks() []payloads.Quirk { return slices.Concat(shapeQuirks(), refusalQuirks()) }

// shapeQuirks are other forms that an honest request could have.
func shapeQuirks() []payloads.Quirk {
	return []payloads.Quirk{
		{
			Name: QuirkKeyOrder, Fidelity: payloads.Documented, Source: sourceAuth,
			Summary: "Prints uuid after pool_id, as the signed sample does; otherwise the order of the format page, which begins with uuid.",
		},
		{
			Name: QuirkMillis, Fidelity: payloads.Assumed, Source: "docs: info-description (Toloka/docs@c28c2aca) allows them in all times",
			Summary: "Prints event_time with milliseconds; every sample has seconds only.",
		},
		{
			Name: QuirkShortHex, Fidelity: payloads.Assumed, Source: "SignatureValidator of toloka-java-sdk@61aba14; the server is not known to do it",
			Summary: "Drops the leading zeros of the signature as the Java SDK does, so one signature in sixteen has fewer than 64 digits.",
		},
		{
			Name: QuirkHeaderOrder, Fidelity: payloads.Assumed, Source: "inferred: the field is the text of a Java Map, and a HashMap prints v, sign, ts",
			Summary: "Prints the parts of the signature field in the order v, sign, ts.",
		},
		{
			Name: QuirkNoAssignmentIDs, Fidelity: payloads.Assumed, Source: sourceDraft,
			Summary: "Leaves assignment_ids out of DYNAMIC_OVERLAP_COMPLETED, as an older draft of the format does.",
		},
		{
			Name: QuirkDuplicates, Fidelity: payloads.Assumed, Source: sourceSilent + ": whether an event comes once or at least once is not published",
			Summary: "Sends each event twice with the same uuid, in one request or in two where max_events cuts between them. Test events come once.",
		},
	}
}

// refusalQuirks make requests that a careful listener refuses, or would if the documents gave it a bound.
func refusalQuirks() []payloads.Quirk {
	const source = "our own, for testing listeners; Toloka is not known to do it"
	return []payloads.Quirk{
		{
			Name: QuirkStaleTime, Fidelity: payloads.Assumed, Source: source,
			Summary: "Signs with a ts of an hour ago; the signature is right. No bound for its age is documented.",
		},
		{
			Name: QuirkWrongSecret, Fidelity: payloads.Assumed, Source: source,
			Summary: "Signs with another secret, so a listener that checks must refuse.",
		},
		{
			Name: QuirkNoSignature, Fidelity: payloads.Assumed, Source: source,
			Summary: "Leaves the signature out although there is a secret, so a listener that checks must refuse.",
		},
	}
}

func facts() []payloads.Fact {
	return slices.Concat(bodyFacts(), headerFacts(), deliveryFacts(), worldFacts(), registrationFacts(), answerFacts())
}

func bodyFacts() []payloads.Fact {
	return []payloads.Fact{
		{
			Topic: "envelope", Fidelity: payloads.Documented, Source: sourceFormat,
			Text: "The body is {\"events\":[…]}, an array even for one event.",
		},
		{
			Topic: "body", Fidelity: payloads.Observed, Source: "the documented signature verifies over the compact form of 273 bytes and over no other",
			Text: "Compact JSON in UTF-8, as Java's Jackson prints it.",
		},
		{
			Topic: "key order", Fidelity: payloads.Documented, Source: sourceFormat,
			Text: "Keys come as on the format page; the signed sample has another order, so order is no contract.",
		},
		{
			Topic: "event_time", Fidelity: payloads.Documented, Source: sourceFormat,
			Text: "UTC without zone, seconds in every sample; the API's times may have milliseconds, so accept both.",
		},
		{
			Topic: "ids", Fidelity: payloads.Observed, Source: "docs: assignment-id.yaml, aggregated-solution-id.yaml (Toloka/docs@c28c2aca)",
			Text: "Suites, tasks and assignments are named by the pool's number in ten hex digits, two hyphens and 24 hex digits.",
		},
		{
			Topic: "uuid", Fidelity: payloads.Assumed, Source: sourceFormat + " calls it the unique event ID; that a retry keeps it is inferred",
			Text: "The id of the event and all that a repetition can be told by: a retry repeats it, and subscriptions to the same pool get the same one.",
		},
		{
			Topic: "what is missing", Fidelity: payloads.Documented, Source: sourceFormat,
			Text: "No event carries user_id, status, reward or answers, although the documents promise all data: a listener asks GET /api/v1/assignments/{id}.",
		},
		{
			Topic: "test event", Fidelity: payloads.Documented, Source: sourceTest,
			Text: "TEST_EVENT has no webhook_subscription_id. That it travels in the same envelope is inferred.",
		},
	}
}

func headerFacts() []payloads.Fact {
	return []payloads.Fact{
		{
			Topic: "signature", Fidelity: payloads.Documented, Source: sourceAuth + ", SignatureValidator of toloka-java-sdk@61aba14",
			Text: "Toloka-Signature: {v=1, ts=<ms>, sign=<hex>}; sign is HMAC-SHA256 with the secret as text over \"<ts>.<v>.\" and the body. ts comes first there, v first in the field.",
		},
		{
			Topic: "no secret", Fidelity: payloads.Documented, Source: sourceFormat,
			Text: "Without secret_key the field is not sent at all.",
		},
		{
			Topic: "signature age", Fidelity: payloads.Documented, Source: sourceAuth + " names no bound",
			Text: "No tolerance for ts is documented, and no second signature while a secret changes.",
		},
		{
			Topic: "headers", Fidelity: payloads.Documented, Source: sourceAuth,
			Text: "Toloka-Signature, Content-Type: application/json and Content-Length are all that the sample shows; no User-Agent, no delivery id.",
		},
	}
}

// deliveryFacts are what decides about the next attempt; nearly nothing of it is published.
func deliveryFacts() []payloads.Fact {
	return []payloads.Fact{
		{
			Topic: "success", Fidelity: payloads.Assumed, Source: "inferred from the error class WRONG_STATUS_CODE in fullApi.yaml; which codes are right is not published",
			Text: "Any 2xx is success; one status judges the whole batch.",
		},
		{
			Topic: "redirects", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "A redirect is not followed and is a wrong status.",
		},
		{
			Topic: "target", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "Path and query of the URL go out as written; what no URL may hold is escaped.",
		},
		{
			Topic: "timeout", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "20 seconds for the whole exchange.",
		},
		{
			Topic: "retry", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "Three retries, after 10, 60 and 180 seconds: same bytes and uuids, new ts and sign.",
		},
		{
			Topic: "batching", Fidelity: payloads.Assumed, Source: "an anonymous draft of the format shows mixed types in one request; window and size are published nowhere",
			Text: "Events of one subscription are held for a window of 1s, at most 50 a request; types mix.",
		},
		{
			Topic: "disabling", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "Failures never switch a subscription off.",
		},
	}
}

func recipe() []string {
	return []string{
		"Keep the exact bytes of the body.",
		"Read Toloka-Signature: strip the braces, split at commas, trim spaces, split each part at =. Do not rely on the order of v, ts and sign.",
		"Refuse any v but 1.",
		"Build the signed string: ts, a point, v, a point, then the body.",
		"Compute HMAC-SHA256 with the secret as text, and print it as 64 lower-case hex digits.",
		"Compare with sign in constant time; pad sign with zeros on the left to 64 digits first, because one SDK drops them.",
		"Use each event's uuid to recognise what you have seen: a retry repeats it.",
	}
}
