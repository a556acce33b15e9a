package argilla

import "github.com/annohook/annohook/payloads"

// Where the facts about the API were read or tried.
const (
	sourceFramework = "FastAPI 0.115.4, Starlette 0.41.2 and pydantic 2.9.2, the server's locked versions, run with the same schemas"
	sourceErrors    = "argilla-server api/errors/v1/exception_handlers.py@77f5c57c"
	sourceValidator = "argilla-server validators/webhooks.py@77f5c57c"
	sourceOwn       = "a decision of this program, see the package's documentation"
)

// nativeFacts is what the server's API does that its SDK, or whoever calls it, can notice.
func nativeFacts() []payloads.Fact {
	return []payloads.Fact{
		fact("api key", "argilla-server security/authentication/provider.py@77f5c57c", payloads.FromSource,
			"X-Argilla-Api-Key or a bearer token, either will do; without one, or with unknown ones, 401. Here the key itself serves as the token."),
		fact("api roles", "argilla-server api/policies/v1/webhook_policy.py@77f5c57c", payloads.FromSource,
			"Only owners may use webhooks; others get 403. Here every accepted credential is an owner's."),
		fact("api json", sourceFramework, payloads.Observed, "Answers are compact JSON in UTF-8; times are printed as inside data, without zone."),
		fact("api webhook", "argilla-server api/schemas/v1/webhooks.py@77f5c57c", payloads.FromSource,
			"A webhook is id, url, secret, events, enabled, description, inserted_at, updated_at; the secret is shown in every answer and cannot be changed. "+
				"Creating answers 201, changing and deleting 200 with the webhook, a ping 204."),
		fact("api list", sourceHandlers, payloads.FromSource, "All webhooks in one list, the oldest first, without pages; events keep the order in which they were given."),
		fact("api order of checks", sourceFramework, payloads.Observed,
			"A body that is no JSON is 422 (400 where it is not UTF-8) before the credential is looked at; then 401, then validation 422, of the path before the body, then 404 before "+
				"403, and the limit of ten last."),
		fact("api errors", sourceErrors, payloads.FromSource,
			"Two forms: a code with parameters for missing credentials, validation and server errors, and a plain text for what is not found and for the limit of ten."),
		fact("api validation", sourceFramework, payloads.Observed,
			"Every problem is listed with type, loc and msg in pydantic's words; unknown keys are ignored. enabled takes 0, 1 and words such as yes and off."),
		fact("api empty patch", "argilla-server api/schemas/v1/commons.py and models/mixins.py@77f5c57c", payloads.FromSource,
			"A patch may be empty; url, events and enabled may not be null; updated_at moves only when a value really changes."),
		fact("api url", sourceFramework, payloads.Observed,
			"URLs are stored normalised: an empty path becomes /, scheme and host lower case, the usual port is dropped, international names become punycode, the path is escaped. So "+
				"the SDK's listener does not find its webhook again when it registers such a URL, and makes another at each start."),
		fact("api targets", sourceValidator, payloads.FromSource, "Any http or https URL of at most 2083 bytes is accepted, twice the same, too; nothing is tried out."),
		fact("api get by id", sourceFramework, payloads.Observed, "GET of one webhook does not exist: 405 with allow: PATCH."),
		fact("api slash", sourceFramework, payloads.Observed, "A slash at the end is redirected away with 307; the SDK does not follow redirects."),
		fact("api ping", sourcePing, payloads.FromSource,
			"204 whatever the listener answers; 500 with the HTTP client's exception and its message only where no answer came: ConnectError, ConnectTimeout, WriteTimeout, ReadTimeout or "+
				"RemoteProtocolError. The words about a bad certificate or a broken reply are this program's."),
		fact("api reads", "argilla 2.8.0 webhooks/_event.py, run against this program", payloads.Observed,
			"For each event the SDK's listener reads the dataset, its fields, questions, vector and metadata settings, the dataset again, and the record. Failures are swallowed, but then "+
				"the dataset has no settings; after a deletion the server answers 404."),
		fact("api limit at once", sourceOwn, payloads.Assumed,
			"The server counts before it adds, so that requests at the same moment may pass the limit of ten; here they cannot, unless they come through two processes. Our own API has no such limit."),
		fact("api events none", sourceOwn, payloads.Assumed,
			"A subscription of our own API that wants no events is shown with an empty list, which a patch may send back; anybody else's empty list is refused."),
		fact("api reads here", sourceOwn, payloads.Assumed,
			"A thing of the world is shown as it is now, anything else as in the newest body sent that showed it. responses, suggestions and vectors of a record are empty."),
	}
}

// actionFacts is what the server does beside the webhooks when its users work.
func actionFacts() []payloads.Fact {
	return []payloads.Fact{
		fact("dataset patch", "argilla-server jobs/dataset_jobs.py@77f5c57c", payloads.FromSource,
			"dataset.updated comes even if nothing changed. A background job then counts each record once for every response it has, so a record with three responses raises "+
				"record.updated three times."),
		fact("sdk create", "argilla settings/_resource.py and datasets/_resource.py@77f5c57c", payloads.FromSource,
			"The SDK creates a bare draft, patches guidelines and distribution, adds fields and questions without events, and publishes: dataset.created, dataset.updated, dataset.published."),
		fact("record patch", "argilla-server CHANGELOG.md@77f5c57c", payloads.FromSource, "A patch of a record without changes raises nothing, since 2.6."),
		fact("cascades", sourceDatasets, payloads.FromSource,
			"Deleting a dataset or a record raises nothing for what it holds; responses that come with records in a bulk call raise nothing either."),
		fact("repeated events", sourceRecalc, payloads.FromSource,
			"record.updated follows every change of a response, drafts and discarded ones included, even where the record stays as it was, and record.completed as often as the count "+
				"finds the record completed. A listener that wants to act once must remember the record."),
		fact("silent changes", sourceDatasets, payloads.FromSource,
			"Suggestions, users, workspaces, and a dataset's fields, questions, metadata and vector settings raise nothing."),
		fact("dataset names", "argilla-server validators/datasets.py@04e9e925", payloads.FromSource,
			"A name is unique in its workspace; the server answers 409 to a second dataset of that name, and the action is refused."),
		fact("answers", "argilla-server validators/responses.py and response_values.py@0a7bd681", payloads.FromSource,
			"A submission answers every required question and ranks every option; each answer, also of a draft, must fit its question's options. What does not is refused by the action, as by "+
				"the server with 422, and raises nothing."),
		fact("bulk limits", "argilla-server api/schemas/v1/records_bulk.py and api/handlers/v1/datasets/records.py@77f5c57c", payloads.FromSource,
			"At most 500 records are added and 100 deleted in one call; each raises an event of its own, in the order of insertion."),
		fact("pace", "rq 1.16.2 worker.py@0e15b2a9; the length is assumed", payloads.Assumed,
			"Events of one action are put into the queue a few milliseconds apart, and a worker forks for each; here they become due 25 ms apart."),
		fact("world", sourceOwn, payloads.Assumed,
			"A fresh world has one published dataset with twenty records, a draft, an owner and three annotators. Where an action finds nothing to work on, the world provides it without an "+
				"event; beyond 600 records, 400 responses and 40 datasets the oldest are forgotten without one."),
	}
}
