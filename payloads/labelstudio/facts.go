package labelstudio

import (
	"slices"
	"strconv"

	"github.com/annohook/annohook/payloads"
)

// Quirks.
const (
	quirkInlineOrder = "inline-order"
	quirkPostgreSQL  = "postgresql"
	quirkCounters    = "counters"
	quirkFlatID      = "flat-id"
	quirkEvaluation  = "evaluation-key"
	quirkLabelLinks  = "label-links-fail"
)

// Sources that several facts share. A fork is OpenCSGs/label-studio, which declares 1.22.0.
const (
	utils122        = "fork: webhooks/utils.py@32b43996"
	utils2607       = "label_studio/webhooks/utils.py@f3e7459a"
	rawSocket       = "observed: requests 2.34.2 against a raw socket"
	keyTables       = "docs: Webhook event format reference, key tables"
	hookSerializers = "label_studio/webhooks/serializers_for_hooks.py@087bcd8a"
	house           = "house policy: the documents tell none"
)

func options() []payloads.Option {
	return []payloads.Option{
		{
			In: "scope", Name: scopeKey, Kind: "integer", Fidelity: payloads.FromSource,
			Summary: "project that the webhook belongs to; without it, it is the organization's and gets every event",
		},
		{
			In: "options", Name: optionPayload, Kind: "boolean", Default: "true", Fidelity: payloads.FromSource,
			Summary: "false sends the action alone",
		},
		{
			In: "options", Name: optionBatch, Kind: "integer", Default: strconv.Itoa(defaultBatchSize), Fidelity: payloads.FromSource,
			Summary: "most things of one list in a request, 1 to 100000; WEBHOOK_BATCH_SIZE of the server",
		},
		{
			In: "options", Name: optionActions, Kind: "array", Fidelity: payloads.FromSource,
			Summary: "actions that the platform's own API keeps and shows while the webhook is for all of them (events absent); never what is sent",
		},
	}
}

func quirks(gen generation) []payloads.Quirk {
	list := []payloads.Quirk{{
		Name: quirkInlineOrder, Fidelity: payloads.FromSource, Source: utils2607 + ", core/redis.py of the fork @32b43996",
		Summary: "requests of one event go out one after another over all webhooks, as the single-threaded open-source server sends them",
	}}
	if gen == documents {
		return append(list,
			payloads.Quirk{
				Name: quirkCounters, Fidelity: payloads.Documented, Source: keyTables,
				Summary: "the project has the eight counters of the key table behind its id, which the examples lack",
			},
			payloads.Quirk{
				Name: quirkFlatID, Fidelity: payloads.Documented, Source: keyTables,
				Summary: "TASK_DELETED, ANNOTATION_DELETED and PROJECT_DELETED carry a top-level id, as the key tables say, instead of a list or project",
			})
	}
	list = append(list, payloads.Quirk{
		Name: quirkLabelLinks, Fidelity: payloads.Observed, Source: real1232,
		Summary: "LABEL_LINK_CREATED is never sent: the released server 1.23.2 stumbles before it sends, and so do its API's users; off, so that the event can be tested",
	})
	if gen == server122 {
		list = append(list, payloads.Quirk{
			Name: quirkEvaluation, Fidelity: payloads.Observed, Source: real1232,
			Summary: "the project has annotator_evaluation_enabled, as the released 1.23.2 prints it, which otherwise behaves as this profile",
		})
	}
	return append(list, payloads.Quirk{
		Name: quirkPostgreSQL, Fidelity: payloads.Assumed,
		Source:  "inferred: core/settings/label_studio.py@00a4f4d8 (SQLite unless told otherwise) and PostgreSQL's documentation of jsonb",
		Summary: "the server runs on PostgreSQL: keys inside JSON columns by length, search_vector as text, custom headers by length of name",
	})
}

func facts(gen generation) []payloads.Fact {
	switch gen {
	case server2607:
		return slices.Concat(policy2607(), serverFacts(), observedFacts(), commonFacts(), nativeFacts(gen))
	case documents:
		return slices.Concat(documentedFacts(), commonFacts(), nativeFacts(gen))
	default:
		return slices.Concat(policy122(), serverFacts(), observedFacts(), commonFacts(), nativeFacts(gen))
	}
}

// sourced, documented, observed and assumed make a fact of that certainty.
func sourced(topic, text, source string) payloads.Fact {
	return payloads.Fact{Topic: topic, Text: text, Source: source, Fidelity: payloads.FromSource}
}

func documented(topic, text, source string) payloads.Fact {
	return payloads.Fact{Topic: topic, Text: text, Source: source, Fidelity: payloads.Documented}
}

func observed(topic, text, source string) payloads.Fact {
	return payloads.Fact{Topic: topic, Text: text, Source: source, Fidelity: payloads.Observed}
}

func assumed(topic, text, source string) payloads.Fact {
	return payloads.Fact{Topic: topic, Text: text, Source: source, Fidelity: payloads.Assumed}
}

// commonFacts hold in every profile.
func commonFacts() []payloads.Fact {
	return []payloads.Fact{
		sourced("signature", "Nothing is signed. A request is authenticated by whatever custom header the webhook was given.", utils2607),
		sourced("idempotency", "No id of delivery, webhook or event stands in header or body; the annotation's unique_id is the best material there is.", utils2607),
		observed("header", "Host, User-Agent, Accept-Encoding, Accept, Connection, custom headers in stored order, Content-Length, Content-Type.", rawSocket),
		sourced("user agent", userAgent+", the version that the server pins.", "fork: poetry.lock@32b43996"),
		observed("custom headers", "A custom header of a name that the HTTP library also sends takes its place; a custom Content-Type leaves the body as it is.", rawSocket),
		observed("body", "json.dumps with its defaults: comma and colon with a space, ASCII with lower-case escapes, floats as 1.0, one line.", rawSocket),
		observed("numbers", "NaN or an infinity anywhere keeps the request from being sent.", rawSocket),
		observed("times", "UTC with Z and six digits of fraction, without the fraction when it is zero.", "observed: Django REST framework 3.14"),
		sourced("key order", "action, then the thing, then project, then what is nested.", utils2607),
		sourced("payload off", "send_payload false leaves {\"action\": …} with the same headers.", utils2607+", HumanSignal/label-studio#1295"),
		sourced("batching", "Lists go out in slices of WEBHOOK_BATCH_SIZE (5000), each a complete request with the project again, one after another.", "fork: webhooks/utils.py, feature_flags.json, core/settings/base.py@32b43996"),
		sourced("scope", "A webhook of a project never hears of the creation or deletion of projects, nor of the deletion of all tasks at once.", utils2607+", fork: projects/api.py@32b43996"),
		sourced("duplicates", "Nothing keeps a webhook from being registered twice; it is sent to twice then.", "fork: webhooks/models.py@32b43996"),
		assumed("tls", "Certificates are always verified; REQUESTS_CA_BUNDLE, proxies of the environment and .netrc count, as Python requests has it.", "inferred from "+utils2607),
		sourced("review events", "REVIEW_CREATED, REVIEW_UPDATED and REVIEWS_DELETED belong to the Enterprise edition; their bodies are not published, and they are not here.", "label-studio-sdk: types/actions_enum.py@97fcff19"),
		sourced("ml backends", "Connecting an ML backend silently registers a project webhook for its /webhook, for all actions.", "fork: ml/models.py@32b43996"),
		sourced("training", "START_TRAINING goes to ML backends by another client and is no webhook event.", "fork: ml/api_connector.py@32b43996"),
		assumed("deadline", "180 s, the time limit of the job that sends; the open-source server sends inline and has none.", "fork: core/redis.py@32b43996"),
		assumed("span units", "Spans of text count code points here; the unit for characters beyond the basic plane is not established.", "not published"),
	}
}

// serverFacts hold for both servers.
func serverFacts() []payloads.Fact {
	return []payloads.Fact{
		sourced("actions", "Twelve. TASK_CREATED, TASK_DELETED and ANNOTATION_DELETED were never sent: one task is a list of one.", "fork: webhooks/models.py, webhooks/migrations/0001_initial.py@32b43996"),
		sourced("retry", "One attempt, no redelivery.", utils122+", "+utils2607+", docs: Set up webhooks"),
		sourced("serializers", "All fields of a model: id, added fields, plain fields, foreign keys as numbers, lists of ids.", hookSerializers),
		sourced("counters", "Eight counters stand behind project.id, read after the change.", hookSerializers),
		sourced("label_config_hash", "A signed 64-bit number, beyond what a double holds exactly.", "label_studio/projects/models.py@00124457"),
		sourced("credentials", "task_data_login and task_data_password of the project are sent in clear.", "label_studio/projects/models.py@00124457"),
		sourced("stale counters", "ANNOTATIONS_CREATED is sent before the counters of its tasks are updated.", "label_studio/data_manager/actions/predictions_to_annotations.py@04b95459"),
		sourced("task fields", "allow_skip and precomputed_agreement are there since about 1.22.", "fork: tasks/models.py@32b43996, absent in djxqwq/label-studio@18d60e71"),
		assumed("last action", "last_action is null in open source; its history belongs to the Enterprise edition.", "inferred from fork: tasks/choices.py@32b43996"),
		sourced("inline", "The open-source server sends within the user's request, webhook after webhook: a slow listener delays the annotator.", "label_studio/core/settings/base.py@f3e7459a, fork: core/redis.py@32b43996"),
	}
}

// targetText says how Python requests writes a URL on the wire.
const targetText = "As Python requests writes it: dot segments go, escapes become upper case and those of letters, digits and -._~ are undone, two slashes " +
	"at the beginning are one, an empty query and the usual port go. user:pass@ becomes an Authorization field in ISO 8859-1; a user without colon does not."

func policy122() []payloads.Fact {
	return []payloads.Fact{
		observed("target", targetText, "requests 2.32.4 on urllib3 2.6.3, some 160 URLs and 90 Locations sent to a loopback socket"),
		sourced("timeout", "1 s to connect and for each silence of the listener.", "fork: core/settings/base.py@32b43996"),
		observed("redirects", "As Python requests: 301, 302, 303 become GET without body, 307 and 308 repeat the request, 30 hops, the last status counts.", utils122+", observed: requests 2.34.2"),
		sourced("success", "Any complete reply is done with, whatever its status; only the absence of one reaches the log.", utils122),
		sourced("switching off", "Never.", utils122),
		sourced("project keys", "49; annotator_evaluation_enabled is not among them.", "label_studio/projects/models.py@00124457, fork: projects/models.py@32b43996"),
	}
}

func policy2607() []payloads.Fact {
	return []payloads.Fact{
		observed("target", targetText, "as in profile "+profile122+"; its helper ssrf_safe_post still calls Python requests"),
		sourced("timeout", "10 s to connect and for each silence of the listener.", "label_studio/core/settings/base.py@f3e7459a"),
		sourced("redirects", "As in 1.22: its helper ssrf_safe_post still calls Python requests.", "label_studio/core/utils/io.py of 1.23.2"),
		sourced("success", "200 to 299 after redirects; anything else counts as a failure.", utils2607),
		sourced("switching off", "After 50 failures in a row, silently; slices of an event already begun still go out. A success starts the count anew.", utils2607),
		assumed("count within an event", "A webhook whose count was 0 when an event began does not have a success of that event reset it: a failed slice and a good one leave 1. Here it is reset.", "inferred from "+utils2607),
		sourced("project keys", "50, annotator_evaluation_enabled among them.", "label_studio/projects/models.py@00124457"),
		assumed("task model", "The text of the task model of this date was not to be had; its keys are those of 1.22.", "fork: tasks/models.py@32b43996"),
	}
}

func documentedFacts() []payloads.Fact {
	return []payloads.Fact{
		documented("actions", "The twelve of the server, and the singular TASK_CREATED, TASK_DELETED and ANNOTATION_DELETED for one thing.", keyTables),
		assumed("timeout", "20 s.", house),
		assumed("retry", "Three more attempts, after 10, 60 and 180 s. (The setup page says that the server does not retry.)", house),
		assumed("success", "Any 2xx.", house),
		assumed("redirects", "As Python requests does them.", "as in profile "+profile122),
		assumed("target", targetText, "as in profile "+profile122),
		assumed("switching off", "Never.", house),
		documented("project keys", "31, as the examples of 2021 print them; the key table's counters come with a quirk.", "docs: Webhook event format reference, examples"),
		documented("nested task", "The examples of annotation events show none.", "docs: Webhook event format reference, examples"),
	}
}
