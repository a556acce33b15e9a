package toloka

import "github.com/annohook/annohook/payloads"

// Sources of the registration API.
const (
	sourceAPI  = "docs: fullApi.yaml (Toloka/docs@c28c2aca)"
	sourceKit  = "toloka-kit@e5e0450, run against a recording server"
	sourceJava = "toloka-java-sdk@61aba14, read"
)

// worldFacts are about the events of actions.
func worldFacts() []payloads.Fact {
	return []payloads.Fact{
		{
			Topic: "statuses", Fidelity: payloads.Assumed, Source: "toloka-kit@e5e0450 has the statuses; that each one raises its event is inferred",
			Text: "ACTIVE, SUBMITTED, ACCEPTED, REJECTED, SKIPPED and EXPIRED raise CREATED, SUBMITTED, APPROVED, REJECTED, SKIPPED and EXPIRED: the status ACCEPTED is the event ASSIGNMENT_APPROVED.",
		},
		{
			Topic: "automatic acceptance", Fidelity: payloads.Assumed, Source: "docs: assignment-id.yaml has submitted and accepted at the same millisecond; the events are inferred",
			Text: "In a pool with auto_accept ASSIGNMENT_SUBMITTED and ASSIGNMENT_APPROVED come with the same event_time.",
		},
		{
			Topic: "accept after reject", Fidelity: payloads.Assumed, Source: "toloka-kit's changelog names ACCEPT_AFTER_REJECT; the event is inferred",
			Text: "ASSIGNMENT_REJECTED may be followed by ASSIGNMENT_APPROVED for the same assignment.",
		},
		{
			Topic: "closing a pool", Fidelity: payloads.Assumed, Source: "nobody published it",
			Text: "Closing a pool raises POOL_CLOSED alone; assignments that have begun stay active.",
		},
	}
}

// registrationFacts are about what the registration API takes.
func registrationFacts() []payloads.Fact {
	return []payloads.Fact{
		{
			Topic: "api paths", Fidelity: payloads.FromSource, Source: sourceJava + "; " + sourceKit,
			Text: "Every path is served with and without a slash at its end, never by a redirect: Java's SDK sends one, toloka-kit none, and it follows no redirect.",
		},
		{
			Topic: "api credential", Fidelity: payloads.FromSource, Source: sourceJava + "; " + sourceKit,
			Text: "Authorization: OAuth <token>, or ApiKey <key> where the token has the form of a newer key.",
		},
		{
			Topic: "api missing credential", Fidelity: payloads.Assumed, Source: "the code is in both SDKs; the published list has 403 and no 401",
			Text: "AUTHENTICATION_ERROR with 401. toloka-kit 1.2.0 sends the text {self.token} as its token and is told so.",
		},
		{
			Topic: "api rows", Fidelity: payloads.Documented, Source: sourceAPI + "; toloka-kit@e5e0450",
			Text: "A row is one event type in one pool, so a full listener has eight for each pool; no wildcard, and the field is event_type here, type in events.",
		},
		{
			Topic: "api upsert", Fidelity: payloads.FromSource, Source: sourceJava + "; toloka-kit's tests answer 201",
			Text: "PUT with an array answers 200 with items and validation_errors by index; with one object 201 for a new row, 200 for a known one.",
		},
		{
			Topic: "api upsert key", Fidelity: payloads.Assumed, Source: "nobody published it",
			Text: "pool_id, event_type and webhook_url make a row one and the same; id and created stay, secret_key is replaced, also by none.",
		},
		{
			Topic: "api empty upsert", Fidelity: payloads.Observed, Source: sourceKit + "; the answer is inferred",
			Text: "toloka-kit sends an empty list as an empty body without Content-Type: 400 VALIDATION_ERROR with NOT_NULL_BODY.",
		},
		{
			Topic: "api pool as number", Fidelity: payloads.Observed, Source: sourceKit,
			Text: "pool_id may come as a JSON number, since toloka-kit passes plain dicts through; it is answered as a string.",
		},
		{
			Topic: "api validation", Fidelity: payloads.Assumed, Source: "codes of toloka-kit@e5e0450 error_codes.py; which one the server uses where is inferred",
			Text: "VALUE_REQUIRED, STRING_EXPECTED, STRING_LENGTH_GREATER_THAN_MAX, INVALID_URL_SYNTAX, UNKNOWN_ENUM_VALUE, VALUE_NOT_ALLOWED for unknown fields; id and created are passed over. Any pool exists.",
		},
		{
			Topic: "api list", Fidelity: payloads.Documented, Source: sourceAPI + "; info-description",
			Text: "event_type, pool_id, id and created with _lt, _lte, _gt, _gte, sort by id and created, limit 50 and at most 300; items and has_more.",
		},
	}
}

// answerFacts are about what it answers.
func answerFacts() []payloads.Fact {
	return []payloads.Fact{
		{
			Topic: "api created", Fidelity: payloads.Observed, Source: sourceKit + ": five rows of one time, pages of two, two rows came",
			Text: "No two rows share their created, which has milliseconds and no zone: toloka-kit pages by created_gt and fails on a Z before Python 3.11.",
		},
		{
			Topic: "api secret", Fidelity: payloads.Documented, Source: sourceAPI,
			Text: "secret_key is taken and never shown.",
		},
		{
			Topic: "api delete", Fidelity: payloads.Documented, Source: sourceAPI + "; " + sourceJava,
			Text: "204 without a body; 404 DOES_NOT_EXIST for a row that is not there. Its id never comes back.",
		},
		{
			Topic: "api test call", Fidelity: payloads.FromSource, Source: sourceJava + " accepts 200 alone; fullApi.yaml says 201, the prose 200",
			Text: "POST …/test answers 200 and, unlike all the rest, camelCase: success, responseReceivedAt, errorType unless it succeeded, originalStatusCode where a listener answered, uuids.",
		},
		{
			Topic: "api error types", Fidelity: payloads.Documented, Source: sourceAPI + "; which failure has which name is inferred",
			Text: "WRONG_STATUS_CODE, REQUEST_TIMEOUT, CONNECTION_ERROR, INTERNAL_ERROR, UNKNOWN; TOO_MANY_CONNECTIONS never occurs here.",
		},
		{
			Topic: "api errors", Fidelity: payloads.Documented, Source: "docs: info-description, errors (Toloka/docs@c28c2aca); NOT_FOUND, 405, 406 and 415 by the codes of " + sourceJava,
			Text: "request_id, code, message and sometimes payload. toloka-kit chooses the exception by code and fails on an answer without one.",
		},
		{
			Topic: "api limits", Fidelity: payloads.Assumed, Source: "docs: info-description (Toloka/docs@c28c2aca) names 300 requests a second; the answer here is ours",
			Text: "No limit is held and no 429 is sent; toloka-kit 1.2.3 fails on one with Retry-After.",
		},
		{
			Topic: "api neighbours", Fidelity: payloads.Observed, Source: sourceKit + "; shapes: docs",
			Text: "requester, pools (open and close too), tasks and assignments (PATCH accepts and rejects) are answered from the world with the fewest fields that toloka-kit takes; those that only triggers named, from the latest requests.",
		},
	}
}
