// Package redisstore keeps the history in Redis, shared by any number of processes.
//
// Every key begins with "<prefix>:h3:" and the prefix holds one hash tag, so all keys of a record lie in one slot. Scripts get the key base
// and derive the other keys from it, which a cluster allows within one slot. Times are microseconds since 1970, written as strings.
//
//	d:<delivery>    string   state of a delivery: the fields of codec.go, a separator between them
//	x:<delivery>    hash     what few deliveries have: "vb" (JSON of the verbatim header), "pin" (JSON of the pinned subscription)
//	b:<delivery>    string   body, raw bytes
//	a:<delivery>    string   attempts that ended, one behind the other: "<number> <length> <scheduled> <started> <duration> <duplicate> <worker>", line
//	                         break, and the detail of that length: one flag byte, then JSON ("j") or deflated JSON ("z"). A running one is in the state.
//	parts:<delivery> list    messages of a batch: method, line break, body
//	e:<event>       string   its member in the indexes, its platform and JSON (deflated behind the flag byte "z" when large), a line each
//	ed:<event>      list     "<delivery> <subscription>" for each of its messages, in the order they were made
//	sub:<id>, platform:<p>, open:<subscription>, events:<p>, status:failed, status:cancelled
//	                zset     score 0, member "<16 digits of microseconds>-<id>": lexical order is time order and a member is a cursor; open has
//	                         what is not settled
//	platforms, opens set     the platforms and subscriptions that have indexes
//	bare            zset     the same members, of events that no delivery names
//	waiting, settled zset    score due or settled, member delivery
//	busy:<subscription> set  deliveries that hold a slot: in flight, or out of the lane and on their way
//	lane:<subscription> list parked deliveries; the set "parked" holds those of all lanes
//	batch:<subscription>     the delivery that collects
//	limits          hash     by subscription with slots in use: the limit of the latest claim
//	turn:<subscription>      the next free turn of the rate limit; expires
//	counts, durations        hash of deliveries by "<platform> <status>" and of attempts in flight (" flying"), ring of 1,000 durations
//	feed            stream   groups of lines, each a field "<place><kind><delivery>", tab, headline of the attempt; its value is the state of the
//	                         delivery without the hidden fields, or nothing where the line before has the same
//	told, marks     number of lines told so far; list of the groups with every hundredth line, by which the feed is trimmed
//	op:<call>                result of an Append or Collect, for a minute
//
// Ids, subscription ids and platform names must not hold spaces, tabs or line breaks.
//
// # Decisions
//
//  1. 2026-11-21. github.com/redis/go-redis/v9, the client the queue brings along. Each write is one Lua script, one round trip, and
//     all of its effects on other deliveries (successor, lane, batch) are in it. Rejected: MULTI with WATCH, which needs two round trips
//     and retries under contention; Redis functions, which the in-process server does not have.
//  2. 2026-11-21. Scripts never read or write JSON. What they need lies in fields of its own; numbers and times travel as strings, since
//     a Lua number prints with 14 digits.
//  3. 2026-11-21. A client may send a command twice when its answer is lost. Append and Collect know a repeated call by an id that lasts a
//     minute, Claim by its token. A repeated Finish, Release, Interrupt, Cancel or Seal answers ErrStale (ErrSettled) and its references
//     are found by the sweep.
//  4. 2026-11-21. A full Redis (maxmemory, noeviction) refuses Append, Collect and Claim at their first write, before anything changed.
//     Finish, Interrupt, Release, Cancel and Trim begin with a command that frees memory and go through, so accepted work can end.
//     Redis decides this at the first write of a script and never in the middle; a read-only or failing Redis refuses all the same way.
//  5. 2026-11-21. A delivery that leaves its lane has a slot reserved at once. Otherwise a newcomer could take the slot between the lane
//     and the claim, and the lane would not be first in, first out.
//  6. 2026-11-21. Indexes are lexical, not scored: pages continue behind a member, wherever it went, and many deliveries made in the same
//     microsecond keep one order.
//  7. 2026-11-21. Feed entries carry the whole summary, so following needs no second read and survives trimming. It is one packed field,
//     which parses faster than 22.
//  8. 2026-11-21. A script reads a delivery once, changes it as a Lua table and writes it once, with everything else it has to write: members of
//     one index in one ZADD, states in one MSET. A command called from Lua costs about as much again as its work, and a delivery took 51.
//  9. 2026-11-21. Details are deflated (standard library, level 1) above 1 kB: half the memory for about 30 µs.
//  10. 2026-11-21. Events that no subscription wanted have an index of their own, or a trim would have to look at all events to find them.
//     Rejected: an expiry, which could not follow the bounds that Trim is given.
//  11. 2026-11-21. Claims that goroutines of one process make at the same time travel in one script call, and so do the ends of attempts
//     (package gather): a call that meets no other goes alone and at once. Each item is judged by itself and answers for itself; the script
//     is atomic, so decision 3 and 4 hold for a whole group: repeated, every token is known again; refused by a full Redis, every claim is
//     refused before anything moved, since whatever a claim writes first is refused; ends free memory first and all go through. An error of
//     Redis is everybody's. Together with 8 and 12, 10,000 deliveries on a busy machine of two cores: CPU of the program 0.51 to 0.35 s
//     per 1,000, of redis-server 0.40 to 0.26.
//  12. 2026-11-21. The state of a delivery is one packed string, the same that the feed carries. As a hash its static part, longer than 64
//     bytes, made Redis keep a real hash table of 24 fields: more memory, and reading and writing it cost three times as much. The number in the
//     key base (3 since 22) keeps each form apart from the former ones, whose records are left alone.
//  13. 2026-11-21. A body above 64 KiB does not travel with its claim, because a group of claims is one answer that Redis holds in memory.
//  14. 2026-11-21. Lists of all deliveries, of all events and of what is not settled merge the indexes of platforms or subscriptions while they
//     read, and succeeded deliveries are found among all: an index costs Redis about 4 us for each member, and five of thirteen steps per
//     delivery went this way (154 to 118 us of Redis for a delivery's three calls). A page of succeeded deliveries may be short where nearly
//     nothing succeeds.
//  15. 2026-11-21. A list walks the index, or the set of indexes, that has the fewest members in the time asked for; Redis counts them in O(log n). A
//     page looks at 1,000 deliveries, then goes on to 5,000 for 30 ms at most; where bodies are read, at 200 and for 120 ms. Rejected: indexes for more
//     fields (see 14), and Redis' own search module, which most installations lack.
//  16. 2026-11-21. Reads of one moment are a MULTI, which a full Redis refuses to queue anything for, reads included. They are made one after
//     another then: pages and workers came to a stop before, in the very moment when they are needed to make room.
//  17. 2026-11-21. A group's states are read with one MGET and so are its bodies, an append asks with one EXISTS whether anything is there
//     already, and the group has at most 24 calls: Redis serves nobody else while a script runs, and one of 64 was what a healthy
//     endpoint waited for beside a busy one. Claims and ends take turns by subscription (package gather).
//  18. 2026-11-21. Details and events are printed by print.go and read by encoding/json; the form is the same as before. encoding/json took an
//     eighth of the program's CPU to print them. Static parts are printed once for a burst.
//  19. 2026-11-21. Small appends gather as claims do (11): where one call names what another of the same script did, the earlier ones are written first, so
//     that each finds what it would have found alone. Large ones go alone. One EXISTS tells for all of them that nothing of theirs is there.
//  20. 2026-11-21. What is due at once while all slots of its subscription are used goes into the lane in the same step, and New.Parked says so. It came
//     there before by way of the queue and a claim, and left by way of both again: a moment's stall doubled the work of each delivery, and a program
//     at half its capacity did not get out of that. 500 single triggers a second, binaries in turns, 99th percentile: 0.3, 3.5 and 3.8 s before,
//     0.1, 0.9 and 2.1 s after on a machine with a load of 22 to 26; 25 and 62 ms after at 12. Only what a claim left in "limits" is known
//     here, so a raised limit lets newcomers through from the next claim on.
//  21. 2026-11-21. What a script tells the feed is one entry of the stream, a group of lines, and not an entry for each line: four XADD cost more than
//     any other command a delivery took from Lua. The id of a line is that of its group with its place in the lower bits (streamid.go), so a reader resumes
//     behind any line. Redis cannot count lines, so marks at every hundredth tell up to where the feed may go; a bound on groups would keep up to
//     48 times as much.
//  22. 2026-11-21. Ended attempts are one string for a delivery, which the MSET of a script writes along with the states; as a hash with a value
//     above 64 bytes they cost a table and a command each. Who is in flight is told by the slots in use and the states, and was kept a second
//     time before. Slots change by one command for a subscription and script, a group that claims asks once who has one already. The 3 in the key
//     base keeps this form apart from the former ones. With 21, instructions of redis-server for a delivery (callgrind, BenchmarkCrowd) 910,000 to
//     809,000, its append-only file 6.6 to 5.4 kB; its CPU under sustained load 0.189 to 0.154 s per 1,000 (medians of three, in
//     turns). Tried and left: taking a state apart with string.find instead of one pattern, 4 % more.
package redisstore
