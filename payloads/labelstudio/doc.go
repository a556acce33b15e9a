// Package labelstudio emulates Label Studio (open source): its webhooks, and the API that its SDK registers them through, in three
// profiles: what the server 1.22 sends, what the server of July 2026 sends, and what the vendor's webhook reference prints.
//
// The profiles differ in their projects, in their policy and in which actions exist:
//
//	                          1.22 (default)         2026-07                  documented
//	actions                   12                     12                       12 + TASK_CREATED, TASK_DELETED, ANNOTATION_DELETED
//	project                   49 keys                50 keys                  31 keys of 2021, no counters
//	task in annotation event  yes                    yes                      no
//	timeout                   1 s                    10 s                     20 s (assumed)
//	attempts                  1                      1                        1 + 3, after 10, 60, 180 s (assumed)
//	a status outside 2xx      ignored                failed, counted          failed, tried again (assumed)
//	switched off              never                  after 50 failures        never (assumed)
//
// Every fact has its source and certainty in Platform.Facts, so that the catalogue shows them; sources name files of
// HumanSignal/label-studio (paths below label_studio/) or of its public fork OpenCSGs/label-studio, each with a commit.
//
// Shape of the code. What a trigger tells: a world (world.go) is the organization, project, tasks, annotation and labels of one seed;
// events.go puts its parts together as each action does. What an action tells: a state (state.go, tasks.go, fresh.go, forget.go) is what
// users have made so far; action_*.go change it and leave subjects (subject.go), which depict.go puts together. Both print through the
// same code: project.go, task.go, annotation.go and label.go. message.go cuts long lists into requests. native*.go is the API, with Python's
// ways of reading and printing in python_*.go.
//
// # Decisions
//
//  1. 2026-11-21. An event is the whole body, with "action" and all keys, so overrides are rooted at what the listener sees. The option
//     send_payload takes the rest away in Compose, because it belongs to the subscription and not to the event.
//  2. 2026-11-21. Each part of a world has a Source of its own, derived from the seeds and a number. A part can draw more without moving
//     another, and all actions of one seed speak of the same project, tasks and annotation.
//  3. 2026-11-21. Times that lie before the event hang on the day of the event and not on its second, so that events of one seed some
//     seconds apart agree about when the project was made.
//  4. 2026-11-21. The database is SQLite, what `label-studio start` uses when nothing else is said, so JSON columns keep the order they were
//     stored in and search_vector is null. Quirk "postgresql" gives the other one: jsonb's key order, a text vector, custom headers by
//     length. Rejected: PostgreSQL as the default, which contradicts the key order of every example in the vendor's documents.
//  5. 2026-11-21. The spans of text regions count code points. Label Studio's editor is JavaScript; which unit it stores for characters
//     beyond the basic plane is not established.
//  6. 2026-11-21. Text projects label answers (control "answer", key "ner") and image projects aircraft and cars (control "label", key
//     "image"), as the documents' examples do, so that even keys that are names of labels are those a reader of the documents expects.
//     The server profiles add further labels.
//  7. 2026-11-21. Quirk "flat-id" replaces the list in TASK_DELETED and ANNOTATION_DELETED, and the project in PROJECT_DELETED, by the
//     top-level id of the documents' key tables. The plural actions keep their lists, as their examples print them: one id cannot name
//     several tasks.
//  8. 2026-11-21. An event whose list is empty (a user's override) goes out as one request. The real server would send nothing, which
//     would leave a trigger without any delivery to look at.
//  9. 2026-11-21. A custom Authorization, Proxy-Authorization or Cookie header is marked secret: on this platform a static header is the
//     only way to authenticate. Other custom headers are shown as they are.
//  10. 2026-11-21. An import of 12,000 tasks is one record: first id, count, seed, and runs of tasks that the same happened to. Data and
//     times of a task follow from seed and place, so the world stays small and still counts exactly. Rejected: a record for each task.
//  11. 2026-11-21. A subject holds records and seeds, not printed JSON, because each profile prints other keys, labels and tokens from it.
//  12. 2026-11-21. Where a person would simply go on, an action does: it works in the project worked on last, makes one where there is none,
//     imports three tasks where all are finished, annotates where there is nothing to update. What that raises is raised first. Deleting
//     what is not there raises nothing, as on the server; predictions are made silently, because the server tells nobody of them.
//  13. 2026-11-21. Where the released 1.23.2 prints something else than the sources of 1.22 were read to say, its bytes won in both server
//     profiles (result_count, project token, key order of inputs). The key annotator_evaluation_enabled, which sources of 1.22 lack, is a
//     quirk of that profile. LABEL_LINK_CREATED is sent although 1.23.2 fails there: a listener must be testable for it.
//  14. 2026-11-21. The native API keeps no state. A webhook is a subscription: send_for_all_actions is "events absent", so our API's events
//     are always the truth of what is sent; the actions of a webhook that is for all of them lie in the option "actions".
//  15. 2026-11-21. Package golang-jwt makes and checks tokens, because the vendor's SDK decodes them before it sends anything. In an open
//     API nobody's signature is checked, but an expired token or a refresh token shown as Bearer is refused, as users of the server know.
//  16. 2026-11-21. Request bodies are read by a scanner that follows Python's json module, because its words, and its indulgence for
//     doubled keys, are what clients of the server see. Rejected: encoding/json with its own errors.
//  17. 2026-11-21. The native API was compared with a running 1.23.2, some 1200 requests of every kind. What differs on purpose is in the
//     facts: no forms, no headers that cannot be sent, no answer of 500 to hostile JSON.
//  18. 2026-11-21. 429 is the framework's own Throttled with its Retry-After; 503 has the same envelope. The vendor's SDK honours both.
//  19. 2026-11-22. Titles, descriptions, instructions, models and picture addresses come from lists for each kind of project (theme.go), so that
//     nobody draws boxes around cars in a project of support tickets. Lists of one kind are as long as those of the other: one draw serves both.
//  20. 2026-11-22. The deadline is 180 s in all profiles, where DESIGN 3 says "elsewhere equal to timeout". That would make of the timeout,
//     which is for each silence here, one for the whole exchange, and of a listener that drips for two seconds a failure that no server sees.
//  21. 2026-11-22. An action ends at its moment; what it changes is dated 20 ms before, so that no body holds a time that is still to come. What
//     had to happen first (12) is dated half-way back to what it follows, two minutes at most, so that nothing is older than its task or project.
package labelstudio
