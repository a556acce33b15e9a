// Package synth makes the seeded synthetic material that platforms build their events from: ids, texts, people, numbers and times.
//
// # Decisions
//
//  1. 2026-11-21. A [Source] has two independent streams of random numbers, one for ids and one for content. A replay that wants new ids
//     takes a new id seed and keeps the content seed, and every text, name and number stays as it was. Rejected: one stream, where a
//     single further id would change all that follows.
//  2. 2026-11-21. github.com/brianvoe/gofakeit/v7 gives names of people: it is kept up, has no dependencies, takes a math/rand/v2 source
//     of ours, so it is deterministic, and its start costs nothing per Source. Its texts are word salad, so ours are written here.
//  3. 2026-11-21. The texts are original, from six domains and over a dozen languages and scripts, and hold the characters that break
//     careless listeners: accents, CJK, Cyrillic, Arabic, emoji outside the basic plane, quotes, backslashes, line breaks. Entities are
//     marked inside the text, so that a span can never disagree with it.
//  4. 2026-11-21. All hosts are under example.com, example.org or example.net, which RFC 2606 keeps free, so nothing made here can reach
//     a real person or server.
//  5. 2026-11-21. math/rand/v2's PCG, because its output for a seed is promised not to change between Go releases.
package synth
