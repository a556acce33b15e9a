package datasaur

import (
	"slices"

	"github.com/annohook/annohook/payloads"
)

const (
	sourceSignature = "docs: Webhook Signature (docs.datasaur.ai/integrations/webhook-notifications/webhook-signature)"
	sourceCustom    = "docs: Custom Headers (docs.datasaur.ai/integrations/webhook-notifications/custom-headers)"
	sourceGraphQL   = "src/generated/graphql.ts of datasaur-ai/robosaur@004d838"
	sourceSilent    = "looked for in the docs, their release notes and datasaur-ai's repositories; the house policy stands in"
)

// facts2023 are the facts of the profile 2023.
func facts2023() []payloads.Fact {
	return slices.Concat(sharedFacts(), []payloads.Fact{targetFact()}, []payloads.Fact{
		{
			Topic: "headers", Fidelity: payloads.Documented, Source: sourceEvents,
			Text: "Accept, Accept-Encoding: gzip, compress, deflate, br, Content-Type: application/json and User-Agent: Datasaur, without a version.",
		},
		{
			Topic: "header case", Fidelity: payloads.Observed, Source: "axios 1.6.2 on Node 20 against a socket; the docs show lower case, as a Node listener sees it",
			Text: "Names in axios's case and order, Connection: keep-alive last. That Datasaur sends with axios is inferred from the set of fields.",
		},
		{
			Topic: "custom headers", Fidelity: payloads.Documented, Source: sourceCustom,
			Text: "The customer's own fields are added and not signed. That they replace the built-in ones, the signature excepted, is how axios works.",
		},
		{
			Topic: "ids", Fidelity: payloads.Documented, Source: sourceEvents,
			Text: "Project ids are unpadded base64 of eight hex digits. Ids of users and teams are strings, but labeledByUserId is the same user's number.",
		},
		{
			Topic: "empty names", Fidelity: payloads.Documented, Source: sourceEvents,
			Text: "username and name are empty strings, not null, when they are not set.",
		},
		{
			Topic: "team name", Fidelity: payloads.Documented, Source: sourceEvents,
			Text: "Only PROJECT_CREATED prints the team's name; BEFORE_UPDATE_LABELS prints no project.",
		},
		{
			Topic: "label positions", Fidelity: payloads.Observed, Source: "inferred from the sample: a token of three characters is 0 to 2",
			Text: "The end index of a label is inclusive and counts inside the token.",
		},
		{
			Topic: "stale document", Fidelity: payloads.Observed, Source: "inferred from the sample: lastSavedAt is 73 seconds before the event",
			Text: "BEFORE_UPDATE_LABELS shows the document as it was saved before the edit, and comes once for each edit.",
		},
		{
			Topic: "document copies", Fidelity: payloads.Assumed, Source: "inferred from the sample, where id and originId differ; cabinets of labelers and reviewers in " + sourceGraphQL,
			Text: "Each labeler and the reviewer label a copy of their own: ids differ, originId is the same. isReviewDocument marks the reviewer's.",
		},
		{
			Topic: "deleted labels", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "The items of toDeleteList have the keys of labels that are put.",
		},
		{
			Topic: "clash of documents", Fidelity: payloads.Documented, Source: sourceEvents,
			Text: "The section on PROJECT_REVIEWED says \"project completed event\"; the sample, and what is sent, says PROJECT_REVIEWED. The printed lengths and signatures belong to bodies before they were redacted.",
		},
		{
			Topic: "veto", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "The answer to BEFORE_UPDATE_LABELS changes nothing; no contract for it is documented.",
		},
		{
			Topic: "export method", Fidelity: payloads.Documented, Source: sourceExport,
			Text: "The export webhook is a PUT with a flat body and no eventType; 200 with {} is the expected answer. It is signed the same way.",
		},
		{
			Topic: "export target", Fidelity: payloads.FromSource, Source: sourceGraphQL,
			Text: "URL and secret are inputs of the export call, optional on four queries; delivery ends as DELIVERED or FAILED.",
		},
	})
}

// targetFact is how the client of 2023 writes URLs.
func targetFact() payloads.Fact {
	return payloads.Fact{
		Topic: "target", Fidelity: payloads.Assumed, Source: "inferred: the accept fields are those of axios 1.2 to 1.6; some 160 URLs sent to a loopback socket by axios 1.6.2 on Node 20",
		Text: "The request line is that of axios, whose URLs are those of browsers: dot segments go, escaped ones too, escapes stay as written, an empty query and the usual " +
			"port go. user:pass@ becomes an Authorization field with the escapes left in.",
	}
}

// facts2020 are the facts of the profile 2020.
func facts2020() []payloads.Fact {
	return slices.Concat(sharedFacts(), []payloads.Fact{
		{
			Topic: "target", Fidelity: payloads.Assumed, Source: "axios 0.19.2, which the content type points at, reads URLs with Node's older parser; not imitated",
			Text: "Path and query go out as written; what no URL may hold is escaped.",
		},
		{
			Topic: "headers", Fidelity: payloads.Documented, Source: sourceEvents2020,
			Text: "Accept, Content-Type: application/json;charset=utf-8 and User-Agent: Datasaur; no Accept-Encoding.",
		},
		{
			Topic: "header case", Fidelity: payloads.Observed, Source: "axios 0.19.2 against a socket sends this content type",
			Text: "Names in axios's case and order, Connection: close last, as older Node does.",
		},
		{
			Topic: "project type", Fidelity: payloads.Documented, Source: sourceEvents2020,
			Text: "A project has a type and no tags. The sample has CONSTITUENCY; the other types are plausible, not documented.",
		},
		{
			Topic: "usernames", Fidelity: payloads.Documented, Source: sourceEvents2020,
			Text: "Everybody has a username, in the samples the address before the @; name may be empty.",
		},
		{
			Topic: "ids", Fidelity: payloads.Documented, Source: sourceEvents2020,
			Text: "Project ids have eleven letters and digits (1Ceayaa9989); ids of users and teams are strings.",
		},
	})
}

// sharedFacts are those that no generation of the documents contradicts.
func sharedFacts() []payloads.Fact {
	return []payloads.Fact{
		{
			Topic: "registration", Fidelity: payloads.Documented, Source: "docs: Webhook Notifications (docs.datasaur.ai/integrations/webhook-notifications)",
			Text: "An endpoint is registered by Datasaur's support, by mail; there is no API for it.",
		},
		{
			Topic: "method", Fidelity: payloads.Assumed, Source: "inferred: the docs name no method, the fields are those of a body sent with POST",
			Text: "Notifications are POST requests; see the quirk put-notifications.",
		},
		{
			Topic: "body", Fidelity: payloads.Observed, Source: "the documented content lengths fit minified samples but for what was redacted",
			Text: "JSON.stringify of the event: no spaces, keys in the order of the samples, text as raw UTF-8.",
		},
		{
			Topic: "completion", Fidelity: payloads.Assumed, Source: sourceStatus,
			Text: "Each labeler completes a project on their own, so one project has as many PROJECT_COMPLETED as labelers. A completion can be undone, without an event, and repeated.",
		},
		{
			Topic: "review", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "The reviewer can complete a project at any time; no rule that waits for the labelers is published.",
		},
		{
			Topic: "order", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "Events of one action are sent 25 milliseconds apart, in the order in which they happen, without waiting for answers.",
		},
		{
			Topic: "timestamp", Fidelity: payloads.Documented, Source: sourceEvents,
			Text: "UTC with milliseconds and Z, inside the body; there is no delivery id, so type, time and ids are all that tells events apart.",
		},
		{
			Topic: "signature", Fidelity: payloads.Documented, Source: sourceSignature,
			Text: "X-Datasaur-Signature is the HMAC-SHA256 of the exact body with the secret as text, 64 lower-case hex digits without a prefix.",
		},
		{
			Topic: "no secret", Fidelity: payloads.Assumed, Source: sourceSignature + " says nothing of it",
			Text: "Without a secret the field is not sent; see the quirk sign-without-secret.",
		},
		{
			Topic: "success", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "Any 2xx is success; the answer's body is ignored.",
		},
		{
			Topic: "redirects", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "A redirect is not followed and is a failure.",
		},
		{
			Topic: "timeout", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "20 seconds for the whole exchange.",
		},
		{
			Topic: "retry", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "Three retries, after 10, 60 and 180 seconds, with the same bytes and the same signature.",
		},
		{
			Topic: "disabling", Fidelity: payloads.Assumed, Source: sourceSilent,
			Text: "Failures never switch a subscription off.",
		},
	}
}

func recipe() []string {
	return []string{
		"Keep the exact bytes of the body; parsing and printing it again changes them.",
		"Compute HMAC-SHA256 of the body with the secret as text, and print it as 64 lower-case hex digits.",
		"Compare with X-Datasaur-Signature in constant time.",
		"Accept POST for notifications and PUT for exports; only notifications have eventType.",
		"Remember what you have seen by eventType, data.timestamp and the ids: there is no delivery id, and nothing else stops a replay.",
	}
}
