// Package aquarium is Aquarium Learning as a listener sees it: the webhooks of its projects.
//
// Its documents are known in part: the pages were read up to the schemas of the events, of which one is repeated elsewhere. So what is sent here is exact for the envelope, the names, the secret and issue-exported, and a guess for the rest; every
// guess is marked assumed in the catalogue and can be replaced by the user.
//
//	fact                                             source                                                certainty
//	method, content type, envelope, secret header    docs: Webhooks                                        documented
//	names of the five events                         docs: Exporting data, Webhooks                        documented
//	keys of issue-exported, in order                 docs: Integrating with labeling using webhooks        documented
//	label_coordinate_frame, not label_coorindate_…   aquariumlearning 1.0.7 labels.py                      source
//	values of frames and labels                      aquariumlearning 1.0.7 frames.py, labels.py           source
//	entities of the other four events                field names of client.py and issues.py, put together  assumed
//	test payload                                     nothing published; the bare envelope                  assumed
//	JSON form, other headers                         the vendor's stack is Python                          assumed
//	timeout, success, redirects, retries             house policy                                          assumed
//
// The complete list is in [Platforms], under Facts.
//
// # Decisions
//
//  1. 2026-11-21. Two profiles that differ in one key. Real traffic almost surely had the spelling of the client library, so that is the
//     default; documented prints the documents' misspelling to the letter.
//  2. 2026-11-21. The reconstructed entities are small and use only field names that the client library has. Where two readings are equally
//     likely (one issue or a list, inference sets under their own key or glued to the dataset) the second is a quirk. Rejected: rich
//     guesses, which listeners would come to rely on.
//  3. 2026-11-21. An event whose place the trigger does not state is in the project of the subscription's scope. The name is put in after
//     all draws, so two subscriptions with different scopes see the same frames and issues.
//  4. 2026-11-21. A subscription without scope gets the events of all projects. The real service has no such webhook; it is what a listener
//     on one endpoint for several projects sees.
//  5. 2026-11-21. The secret is a header and no signature, so Verify can judge nothing else. The header is marked secret and shown as stars
//     everywhere; a subscription's own header of that name is ignored.
//  6. 2026-11-21. Switching a subscription off cancels its pending retries: the documents say it is for silencing an endpoint quickly.
//  7. 2026-11-21. One world per seed, each part drawn from a source of its own in a fixed order, as in package argilla; so issues-created,
//     issue-update and issue-exported of one seed are about one issue.
//  8. 2026-11-21. All labels are BBOX_2D: it is the only type whose attributes are known.
//  9. 2026-11-21. Triggers and actions print through the same functions: a trigger draws a subject, an action takes one from its world, and
//     nothing else reaches a printer.
//  10. 2026-11-21. The elements of an issue are not kept, only the seeds they are drawn from: the n-th element is the same one in every export,
//     and two hundred of them weigh nothing in worlds and histories. Rejected: frames in the world, half a megabyte for one issue.
//  11. 2026-11-21. Datasets and issues can be made in a project by any name, and the project is there: a subscription's scope is a name that
//     its user made up, and no event tells of new projects. Changing and exporting want a project that exists.
//  12. 2026-11-21. The spelling of label_coordinate_frame is a quirk whose default is all that sets the profiles apart, so either profile can
//     be had with either spelling.
//  13. 2026-11-21. updated_at lies a little before its event, by a drawn time, and after the change before: two changes within that time would
//     otherwise come in the wrong order, and before the issue was made.
//  14. 2026-11-21. github.com/google/uuid prints native ids. Their form is a guess, as webhooks have no public API.
package aquarium
