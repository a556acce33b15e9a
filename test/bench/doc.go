// Package bench holds the benchmarks of the whole program, seen from outside: how soon a first attempt arrives, how many deliveries a second
// can be sustained with the full log, how soon an attempt arrives at a steady rate, how exactly retries are made, what a bad endpoint costs a
// healthy one beside it, and what composing costs. "./test/run bench" runs them; each prints its numbers as metrics.
//
// # Decisions
//
//  1. 2026-11-21. Every speed is given with its ratio to the plainest loop that does the same work, measured in the same run: a figure alone
//     tells about the machine, a ratio tells about the program. First attempts are compared with http.Client.Post in a loop, sustained
//     deliveries with a bare Asynq loop over the same requests on an engine of the same kind.
//  2. 2026-11-21. One operation of a benchmark is a whole series, because a percentile needs one; ns/op is therefore not shown.
//  3. 2026-11-21. A first attempt is measured from the moment the trigger call begins, not from its answer: that is what a user waits. The
//     pauses between the samples are random, so that no poll interval of the program is met in step.
//  4. 2026-11-21. The bare loop runs in a process of its own (this test binary, started again), so that its CPU time can be told from that of
//     the listener; it has as many Asynq servers and handlers as the program has.
//  5. 2026-11-21. The neighbour of BenchmarkFair begins with 500 deliveries at once and goes on with 20 a second. Where it refuses, its burst and the
//     burst of its retries are work for the machine, and the few samples that meet them are the 99th percentile of 300; slow and hanging
//     neighbours show what waiting alone costs.
//  6. 2026-11-21. The event is Argilla's dataset.created, signed, of about 690 bytes, and sustained deliveries go to a listener in a process of
//     its own (this test binary, started again), the same for annohook and the bare loop. They take turns in two rounds: a machine that
//     becomes busy meanwhile spoils a rate, but hardly the ratio.
//  7. 2026-11-21. CPU seconds are printed beside rates, those of Redis and the listener too: they move least with what else the machine does.
//  8. 2026-11-21. At a steady rate each latency is counted from the time at which its call was to be made, and no call waits for another. A loop that
//     waits for answers leaves out the calls it could not make meanwhile, which are the slow ones.
package bench
