// Command annohook sends webhooks exactly as annotation platforms send them. This package is its command line: it reads arguments and
// settings, calls what cmd/app builds or the API of a running server, prints, and picks the exit code.
//
// One file per command; [run] is the whole program with its streams as values, so tests call it in the process. Data goes to standard
// output, everything said about it to standard error.
//
// # Decisions
//
//  1. 2026-11-21. github.com/spf13/cobra parses the command line: nested verbs, completion for four shells with values of our own, and
//     suggestions for mistyped commands. Viper is not used; the table in package configs is the one list of settings.
//  2. 2026-11-21. Exit codes stand in one table (exit.go). What was never asked to run is a usage error, so cobra's own errors need no
//     recognising by text.
//  3. 2026-11-21. A command that was asked to make something happen and found nothing to do fails: a green run that did nothing is the
//     worst mistake a tool for CI can make. Showing an empty list is the exception, because emptiness is its answer.
//  4. 2026-11-21. One-shot sends go through package sender alone; with --retry they go through the same scheduler as the server, on a
//     queue in memory. Both print the delivery in the shape the API has, and expectations read that shape.
//  5. 2026-11-21. Text from outside (bodies, headers, replies) is shown with its control characters made visible: it may come from a
//     hostile listener and must not drive the terminal.
//  6. 2026-11-21. Ctrl-C ends serve, dev and listen with 0 when they could end in order, since that is how servers are meant to end;
//     every other command that is interrupted ends with 130, and so does a second signal. Changed on 2026-11-22: deliveries tail is among
//     the others. It is a client that is cut off, as DESIGN says of 130 and the log followers of other tools do.
//  7. 2026-11-21. act, story and token read the catalogue of this binary, as platforms does, and the server decides: lists and completion
//     work without one, and text given with --set becomes the parameter's kind here, where the kind is known.
//  8. 2026-11-21. A story at --speed max still waits until the events of one step are due before it takes the next, because those are spread
//     to keep their order.
//  9. 2026-11-21. An action that raises nothing by its nature (a draft is saved) ends with 0; one whose events no subscription gets ends with
//     1 and the reasons.
//  10. 2026-11-21. Where the log is JSON, so is everything else that a server says on standard error, banner and last error included: what collects logs
//     would choke on text. The banner is one line with fields, and no log level hides it.
//  11. 2026-11-21. Flags that mean nothing when empty are refused when they are: scripts pass --secret "$SECRET" with a variable that is not set, and
//     a listener that then verifies nothing looks like one that works.
package main
