package labelstudio

import "github.com/annohook/annohook/payloads"

// ours is the source of what this program does and no server.
const ours = "this program"

// observedFacts were seen in the released server 1.23.2, which behaves as 1.22 where nothing else is said.
func observedFacts() []payloads.Fact {
	return []payloads.Fact{
		observed("result count", "result_count is the number of regions of an annotation that a person saved, and 0 of one made from a prediction.", real1232),
		observed("project token", "40 letters and digits; the 16 hex digits of the documents are of 2021.", real1232),
		observed("inputs", "An input of parsed_label_config has the keys type, valueType, value.", real1232),
		observed("finished tasks", "ANNOTATIONS_CREATED, and ANNOTATIONS_DELETED of the Data Manager, are sent before finished_task_number moves; of one deletion through the API it has moved.", real1232),
		observed("project time", "updated_at of the project moves when its settings are saved, not when tasks or annotations are.", real1232),
		observed("inner id", "Counts from 1 within a project, from 2 where its first task was made through POST /api/tasks/.", real1232),
		observed("task ids", "On SQLite the ids of the newest deleted tasks are given again; here no id is.", real1232),
		observed("empty lists", "Deleting all tasks, or annotations, where there are none sends nothing.", real1232),
		observed("prediction", "annotation.prediction holds the prediction of the project's model_version whether the annotator used it or not.", real1232),
		observed("label links", "POST /api/labels/ fails with 500 (list.count() takes exactly one argument) as soon as a webhook wants LABEL_LINK_CREATED: nothing is stored or sent. Here it is sent, unless the quirk label-links-fail says otherwise.", real1232),
		observed("release 1.23.2", "1 s of patience, status ignored, no count of failures, as 1.22; with annotator_evaluation_enabled, and targets on loopback refused unless SSRF_PROTECTION_ENABLED is false.", real1232),
		observed("user agent of a pip install", "Whatever version of requests the package index has, 2.34.2 in November 2026; the container image pins 2.32.4.", real1232),
		sourced("annotation to draft", "Names a deleted annotation by its id alone, finds none and sends nothing.", "fork: tasks/api.py, webhooks/utils.py@32b43996"),
		sourced("silent changes", "Drafts, task PATCH, predictions, comments and imported annotations raise no event of their own.", "fork: grep of emit sites @32b43996"),
	}
}

// nativeFacts are about the platform's own API.
func nativeFacts(gen generation) []payloads.Fact {
	const from = real1232
	version := sourced("api version", "1.22.0.", "fork: label_studio/__init__.py@32b43996")
	if gen == server2607 {
		version = assumed("api version", "1.24.0.dev0: the release that carries this behaviour is not known, and 1.23.2 does not.", "not published")
	}
	return []payloads.Fact{
		version,
		observed("api slashes", "Every path is served with and without its last slash, never by a redirect.", from),
		observed("api errors", "id, status_code, version, detail, exc_info, and validation_errors with a 400 about fields; unknown paths and ids that are no number get a page of HTML.", from),
		observed("api headers", "Allow and Vary with every answer of the framework; WWW-Authenticate: Token with a 401, Bearer realm=\"api\" where tokens are exchanged.", from),
		observed("api order of checks", "Accept, credentials, method, object, body: a bad body for an unknown webhook is a 404, an unknown method without credentials a 401.", from),
		observed("api accept", "An Accept that takes no JSON is a 406, before credentials are asked for; ?format= knows json alone, anything else is a 404.", from),
		observed("api content type", "A body without Content-Type counts as text/plain and is a 415, as with the server that `label-studio start` runs; */* counts as JSON.", from),
		observed("api location", "201 of a new webhook has the webhook's own target as Location, in Latin-1 or as an encoded word.", from),
		observed("api project", "POST without a project is a 404 after everything else was found right; PUT and PATCH pass project over.", from),
		observed("api actions", "PUT and PATCH empty the actions they do not name. A list comes back without doubles, in alphabetical order (of the index; PostgreSQL may differ).", from),
		observed("api organization-only", "POST refuses PROJECT_CREATED and PROJECT_DELETED for a project, PATCH takes them, and they never come.", from),
		observed("api numbers", "A project in text is read as Python's int() does: spaces around it, a sign, digits of any script, underscores between them.", from),
		observed("api booleans", "true and false, 0 and 1, or one of the words t, y, yes, true, on, 1, f, n, no, false, off, 0 in any case, without spaces.", from),
		observed("api deleted projects", "DELETE of a project deletes its webhooks as well. The action delete-project leaves them, because actions touch no subscription.", from),
		observed("api urls", "Django's rule: hosts of one word only as localhost, no underscores, ftp allowed, at most 2048 characters, which is told twice.", from),
		observed("api headers of webhooks", "At most ten, names of letters, digits, - and _, values strings; anything else is told as Python prints it.", from),
		observed("api json errors", "Worded by Python's json module with line, column and character; of equal keys the last counts; NaN is refused, 1e400 is infinite.", from),
		assumed("api half characters", "Half of a surrogate pair becomes U+FFFD here; the server refuses it in a url, and fails with 500 where it stands in a header.", ours),
		observed("api filter", "?project= takes a number, null for the organization's webhooks, or nothing; anything else is a 400.", from),
		observed("api tokens", "A refresh token lasts 200 years, an access token 5 minutes. A Bearer that does not hold, a refresh token among them, counts as no credentials.", from),
		observed("api health", "/health answers JSON as text/html; /api/version is printed with spaces, unlike all else.", from),
		sourced("api failures", "consecutive_failures, between is_active and actions, on webhooks of the profile 2026-07; set to 0 by is_active true, another url, other headers.", "label_studio/webhooks/serializers.py@f3e7459a"),
		sourced("api legacy tokens", "A new organization does not accept old-style tokens; here it does.", "fork: jwt_auth/models.py@32b43996"),
		sourced("api targets", "SSRF_PROTECTION_ENABLED refuses local targets with 403, by default since 1.23; here it is off.", "label_studio/core/utils/io.py of 1.23.2"),
		observed("api update time", "updated_at of a webhook moves with every save, also of one that changes nothing.", from),
		assumed("api unsendable headers", "Host, Content-Length and other headers of the connection, line breaks in a value, names beyond 256 or values beyond 4096 bytes are a 400 here; the server stores them.", ours),
		assumed("api bodies", "Only JSON is read here, a form is a 415. The server reads forms too, and takes a boolean that a form lacks for false, is_active among them. OPTIONS lists no fields here.", ours),
		assumed("api imports", "An import is counted and its tasks are made up; what stands in them is not kept. Token lists are empty, and a second token is made where the server answers 409.", ours),
		assumed("api projects", "A project keeps title, description, interface, instruction, color, overlap, sampling, skip_queue and model_version; other settings are passed over, and null becomes blank.", ours),
		assumed("api known projects", "A project exists here when the world has it or a webhook looks at it.", ours),
		assumed("spacing", "10 ms between the due times of one action's events; the server sends them within the user's request.", ours),
		assumed("forgotten", "The world keeps the newest 500 annotations, 200 predictions and 250 imports; what is older still counts in its project.", ours),
	}
}
