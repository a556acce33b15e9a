// Package client speaks to the REST API from Go, and holds the JSON types that API and callers share.
//
// [New] makes a [Client]; each method is one route. A refused call returns *[Problem], a server that cannot be reached [ErrUnreachable].
//
// # Decisions
//
//  1. 2026-11-21. The JSON types live here and package web/api fills them, so that what the server writes and what callers read cannot
//     drift apart. Rejected: a package of types only, which would need a third import for nothing.
//  2. 2026-11-21. Types carry encoding/json and schema tags but import no framework: the schema library of the server reads the tags by
//     reflection.
//  3. 2026-11-21. net/http and encoding/json only. A generated client would add a generator to the build for two dozen calls.
package client
