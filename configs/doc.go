// Package configs holds the settings of the program: their names, defaults, sources and validation.
//
// One table ([Settings]) drives flags, environment variables, file keys and the output of `annohook config show`. A value comes from the first
// of: flag, environment (ANNOHOOK_*), configuration file, default.
//
// # Decisions
//
//  1. 2026-11-21. Every setting is text until it is parsed by its own row of the table, whichever source it comes from, so that all sources
//     accept the same words and refuse the same mistakes.
//  2. 2026-11-21. Unknown keys and unknown ANNOHOOK_* variables are errors with a suggestion: a misspelt setting that is silently ignored
//     costs more time than any other mistake.
//  3. 2026-11-21. go.yaml.in/yaml/v3 reads the file: the YAML organisation's maintained line of the library everybody uses.
//     github.com/agnivade/levenshtein finds the name that was meant.
//  4. 2026-11-21. The settings of the platforms' own APIs are lists of pairs in one text, P=VALUE,P=VALUE, so that environment and flags need
//     no syntax of their own; the flag may be repeated, and the file may hold a mapping. Platform names are checked by the program, which
//     knows the platforms; this package stays a leaf.
//  5. 2026-11-21. The collector of traces is one address, credentials included as in the other addresses, and shown without them. OTEL_* variables are
//     no settings of ours; package app says which of them count.
package configs
