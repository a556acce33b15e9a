package argilla

import "github.com/annohook/annohook/payloads"

// Where the facts of this profile were read: the server's and the client package's source at the revision whose version file says 2.8.0.
const (
	sourceCommons   = "argilla-server webhooks/v1/commons.py@77f5c57c"
	sourceSchemas   = "argilla-server webhooks/v1/schemas.py@77f5c57c"
	sourceJobs      = "argilla-server jobs/webhook_jobs.py@77f5c57c"
	sourceDatasets  = "argilla-server contexts/datasets.py@77f5c57c"
	sourceRecords   = "argilla-server contexts/records.py@77f5c57c"
	sourceRecalc    = "argilla-server contexts/distribution.py@77f5c57c"
	sourceBulk      = "argilla-server bulk/records_bulk.py@77f5c57c"
	sourceResponses = "argilla-server webhooks/v1/responses.py@77f5c57c"
	sourcePing      = "argilla-server webhooks/v1/ping.py@77f5c57c"
	sourceHandlers  = "argilla-server api/handlers/v1/webhooks.py@77f5c57c"
	sourceModels    = "argilla-server models/database.py@77f5c57c"
	sourceClient    = "httpx 0.27.2 _api.py and _models.py@609df7ec, run against a loopback server"
	sourceQueue     = "rq 1.16.2 queue.py and job.py@0e15b2a9"
	sourceLibrary   = "standard-webhooks libraries/python/standardwebhooks/webhooks.py@2ad47f0"
	sourceSDK       = "argilla 2.8.0 webhooks/_handler.py, run against a stub server"
	sourceDocs      = "docs: Webhooks internal"
)

// facts lists what is known about the wire, the policy, the actions and the API, without the payloads, whose sources stand in the catalogue.
func facts() []payloads.Fact {
	all := append(bodyFacts(), headerFacts()...)
	all = append(all, policyFacts()...)
	all = append(all, actionFacts()...)
	all = append(all, nativeFacts()...)
	return append(all, listenerFacts()...)
}

func fact(topic, source string, fidelity payloads.Fidelity, text string) payloads.Fact {
	return payloads.Fact{Topic: topic, Text: text, Source: source, Fidelity: fidelity}
}

func bodyFacts() []payloads.Fact {
	return []payloads.Fact{
		fact("envelope", sourceCommons, payloads.FromSource,
			"Four keys in this order: type, version (always 1), timestamp, data."),
		fact("envelope time", sourceCommons, payloads.FromSource,
			"The timestamp of the envelope is UTC with always six fraction digits and Z. It is the time of the event and stays when the attempt is repeated."),
		fact("data times", sourceJobs, payloads.Observed,
			"Times inside data are UTC without zone, six fraction digits, or no fraction at all when the microseconds are zero; one body mixes both forms."),
		fact("json", sourceCommons, payloads.Observed,
			`Python's default dump: ", " and ": ", one line, ASCII only with lower-case \u escapes, floats in repr form.`),
		fact("key order", sourceSchemas, payloads.FromSource,
			"Keys always appear in the order of the schema and none is ever left out; what is unknown is null. Deleted objects are printed in full."),
		fact("dropped keys", sourceJobs, payloads.Observed,
			"Object keys that begin with _sa vanish anywhere in data, for example in a record's fields or metadata: the encoder takes them for its ORM's own."),
		fact("settings order", "argilla-server api/schemas/v1/questions.py, fields.py, metadata_properties.py@77f5c57c", payloads.FromSource,
			"Settings begin with type, except those of integer and float metadata properties, which are min, max, type."),
		fact("size", "docs: Webhooks internal, example sizes; Standard Webhooks specification", payloads.Documented,
			"Record and response events carry the whole dataset with its settings, about 4 kB; there is no cap."),
		fact("stale record", sourceResponses, payloads.Observed,
			"response.created and response.updated print the record as it was before the response was counted, while record.updated and record.completed of the same "+
				"submission print the new state; last_activity_at of the dataset is already the new one."),
		fact("order of events", sourceDatasets, payloads.FromSource,
			"Submitting a response raises record.updated, record.completed when enough responses are submitted, then response.created; deleting one raises "+
				"response.deleted last, with an earlier timestamp."),
		fact("completion", sourceRecalc, payloads.FromSource,
			"A record is completed when the number of submitted responses reaches distribution.min_submitted; it is counted again after every change and may go back to pending."),
		fact("documents differ", sourceDocs, payloads.Documented,
			"The documents' samples were captured before the release: there the response event comes first, dataset.updated_at moves with each response, and the sample of "+
				"dataset.updated lacks a comma. This profile prints what the released server sends."),
	}
}

func headerFacts() []payloads.Fact {
	return []payloads.Fact{
		fact("method", sourceCommons, payloads.FromSource, "Always POST."),
		fact("headers", sourceClient, payloads.Observed,
			"Accept, Accept-Encoding, Connection and User-Agent in title case from the HTTP client, then webhook-id, webhook-timestamp, webhook-signature and content-type in "+
				"lower case; no header names the event type or the attempt."),
		fact("user agent", sourceClient, payloads.Observed, "python-httpx/0.27.2; nothing in it says Argilla."),
		fact("accept encoding", "argilla-server pdm.lock@77f5c57c; httpx 0.27.2 _decoders.py@609df7ec", payloads.FromSource,
			"br is offered because a normal install has the brotli package; zstd is not."),
		fact("content type", sourceCommons, payloads.FromSource, "application/json without charset."),
		fact("custom headers", "github.com/argilla-io/argilla issue 5750", payloads.Documented,
			"Argilla cannot add headers to deliveries. Those of a subscription here are our addition; they replace the HTTP client's own of the same name and otherwise come last."),
		fact("credentials", sourceClient, payloads.Observed, "user:pass@ in the URL becomes an Authorization: Basic header, the only way to add a credential."),
		fact("webhook-id", sourceCommons, payloads.FromSource,
			"msg_ and 22 URL-safe base64 characters of 16 random bytes, new at every attempt, so it is no idempotency key; the standard wants it kept."),
		fact("webhook-timestamp", sourceCommons, payloads.FromSource, "Time of the attempt in whole Unix seconds, rounded down."),
		fact("signature", sourceLibrary, payloads.Observed,
			"HMAC-SHA256 over id, timestamp and raw body joined by dots; the header is v1, and standard base64. Exactly one signature."),
		fact("secret", sourceModels, payloads.FromSource,
			"64 random bytes in standard base64, 88 characters, no whsec_ prefix, made by the server for each webhook; it can neither be set nor rotated there."),
	}
}

func policyFacts() []payloads.Fact {
	return []payloads.Fact{
		fact("fan-out", sourceJobs, payloads.FromSource,
			"Every enabled webhook whose events contain the type gets one job, oldest webhook first; two webhooks with one URL get two. There is no filter by workspace or dataset."),
		fact("order of deliveries", "argilla-server docker/argilla-hf-spaces/Procfile@77f5c57c", payloads.FromSource,
			"Not guaranteed: two workers serve the queue."),
		fact("timeout", sourceCommons, payloads.FromSource,
			"20 seconds each for connecting and for every silence while reading or writing, not in total."),
		fact("deadline", sourceQueue, payloads.FromSource, "180 seconds, the time a job may take; a dripping listener is cut off there."),
		fact("success", sourceClient, payloads.Observed, "Any status from 200 to 299, whatever the body. 410, 429 and Retry-After mean nothing special."),
		fact("redirects", sourceClient, payloads.Observed, "Not followed; a 3xx is a failure."),
		fact("target", "httpx 0.27.2 _urlparse.py@609df7ec, some 160 URLs sent to a loopback socket", payloads.Observed,
			"The request line is httpx's: dot segments go, escapes stay as written, most punctuation goes out bare, an empty query stays, the usual port goes. "+
				"user:pass@ becomes an Authorization field in UTF-8. The server's API has normalised the URL before, as browsers do."),
		fact("retry", sourceJobs, payloads.FromSource,
			"Three more attempts, 10, 60 and 180 seconds after the end of the one before, without jitter; the poll of the queue can add a second."),
		fact("retried request", sourceJobs, payloads.FromSource, "Same body; new webhook-id, webhook-timestamp and webhook-signature."),
		fact("pending retries", sourceJobs, payloads.FromSource,
			"Each attempt reads the webhook again, so a new URL or secret acts at once; enabled=false and another event list stop new events only."),
		fact("final failure", "rq 1.16.2 worker.py@0e15b2a9", payloads.FromSource,
			"The job is kept aside for a year; the webhook stays enabled, nobody is told, and nothing sends it again."),
		fact("tls", sourceClient, payloads.FromSource, "Certificates are always checked."),
		fact("connections", sourceClient, payloads.FromSource, "A new connection for each request, HTTP/1.1, no cookies."),
		fact("ping", sourcePing, payloads.FromSource,
			"Sent within the API call, once, also to disabled webhooks and whatever their events; the listener's status is ignored and only a transport error shows."),
		fact("misnamed events", sourceBulk, payloads.FromSource,
			"The bulk upsert tells new from changed records by comparing inserted_at with updated_at, so a new record that arrives with enough responses raises record.updated, "+
				"and an old untouched one can raise record.created again."),
		fact("limit", sourceHandlers, payloads.FromSource, "At most ten webhooks on a server, disabled ones included."),
	}
}

func listenerFacts() []payloads.Fact {
	return []payloads.Fact{
		fact("sdk listener", sourceSDK, payloads.Observed,
			"The SDK's listener answers 500 to a bad signature and to a ping, and 200 with null to an event the webhook did not ask for."),
		fact("sdk registration", "argilla 2.8.0 webhooks/_helpers.py, run against this program", payloads.Observed,
			"The SDK registers a listener when its function is defined. It takes a webhook over only where URL and list of events are equal, order included; then it patches the description and enables it. "+
				"Otherwise it makes another, until the limit of ten."),
		fact("sdk ids", "argilla 2.8.0 records/_resource.py and webhooks/_resource.py", payloads.FromSource,
			"record.id is the external_id, or a random id where that is null; the server's is record._server_id. The SDK cannot get one webhook by its id."),
		fact("sdk nulls", sourceSDK, payloads.Observed, "The SDK's listener answers 500 to a response event with values null; see the quirk null-values."),
		fact("sdk workspace", sourceSDK, payloads.Observed,
			"The SDK's listener answers 500 to every event of a workspace whose name has a space, although the server allows one; see the quirk spaced-workspace."),
		fact("tolerance", sourceLibrary, payloads.Observed, "The library refuses timestamps more than five minutes off in either direction."),
	}
}

// Names of the quirks.
const (
	quirkNullValues      = "null-values"
	quirkWholeSeconds    = "whole-seconds"
	quirkNoExternalID    = "no-external-id"
	quirkSpacedWorkspace = "spaced-workspace"
	quirkStaleRecord     = "stale-record"
	quirkNaiveTimes      = "naive-times"
	quirkNewMessageID    = "new-message-id"
	quirkDroppedKeys     = "dropped-keys"
)

func quirks() []payloads.Quirk {
	return []payloads.Quirk{
		{
			Name: quirkNullValues, Fidelity: payloads.FromSource, Source: "argilla-server api/schemas/v1/responses.py@77f5c57c",
			Summary: "Drafts and discarded responses carry values null, which the server allows and the SDK's listener stumbles over.",
		},
		{
			Name: quirkWholeSeconds, Fidelity: payloads.Observed, Source: sourceJobs,
			Summary: "All times inside data fall on whole seconds, so they are printed without fraction.",
		},
		{
			Name: quirkNoExternalID, Fidelity: payloads.FromSource, Source: sourceSchemas,
			Summary: "Records have external_id null, for which the SDK invents an id.",
		},
		{
			Name: quirkSpacedWorkspace, Fidelity: payloads.FromSource, Source: "argilla-server CHANGELOG.md@77f5c57c (pull request 5575)",
			Summary: "The workspace has a space in its name, which the server allows since 2.4 and the SDK's listener does not.",
		},
		{
			Name: quirkStaleRecord, Default: true, Fidelity: payloads.Observed, Source: sourceResponses,
			Summary: "Response events nest the record as it was before the response was counted. Off: as it is after the count.",
		},
		{
			Name: quirkNaiveTimes, Default: true, Fidelity: payloads.Observed, Source: sourceJobs,
			Summary: "Times inside data have no zone, unlike the envelope's. Off: they end in Z, too.",
		},
		{
			Name: quirkNewMessageID, Default: true, Fidelity: payloads.FromSource, Source: sourceJobs,
			Summary: "webhook-id is new at every attempt. Off: it stays the same for a delivery, as the Standard Webhooks specification wants it.",
		},
		{
			Name: quirkDroppedKeys, Default: true, Fidelity: payloads.Observed, Source: sourceJobs,
			Summary: "Object keys that begin with _sa vanish from data. Off: they are sent.",
		},
	}
}

// recipe tells a listener how to verify a request.
func recipe() []string {
	return []string{
		"Take the raw body, before any JSON parsing.",
		"Read webhook-id, webhook-timestamp and webhook-signature; all three must be there.",
		"Refuse a webhook-timestamp more than 300 seconds away from now.",
		"Decode the secret from standard base64 (a whsec_ prefix, if any, is cut off first): that is the key.",
		"Compute HMAC-SHA256 of webhook-id + \".\" + webhook-timestamp + \".\" + body and encode it in standard base64.",
		"Split webhook-signature at spaces; one entry must be \"v1,\" followed by that text, compared in constant time.",
		"Do not use webhook-id to recognise repeats: it is new at every attempt. Use type, data.id and timestamp.",
	}
}
