package arch

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// layers is the order of the top folders: a package imports its own folder and folders before it, never one after it.
var layers = []string{"subscriptions", "payloads", "sender", "scheduler", "web", "cmd", "test"}

// helpers are the packages below payloads that platforms build on; every other folder there is a platform.
var helpers = []string{"internal", "payloadtest", "signature"}

// testKits are suites in ordinary files that only tests may import.
var testKits = []string{"payloads/payloadtest", "scheduler/queuetest", "sender/history/historytest", "subscriptions/storetest"}

// owner names the only packages that may import a module outside tests, and why.
type owner struct {
	module   string
	packages []string // relative paths; path.Match patterns
	why      string
}

var owners = []owner{
	{"github.com/hibiken/asynq", []string{"scheduler/queue"}, "the dispatcher can be replaced as long as one package knows it"},
	{
		"github.com/redis/go-redis/v9",
		[]string{"scheduler/queue", "scheduler/redisstore", "sender/history/redisstore", "subscriptions/redisstore", "cmd/app", "cmd/app/redisd"},
		"stores and queue speak Redis, cmd/app builds their clients",
	},
	{"github.com/labstack/echo/v4", []string{"web", "web/*"}, "platform handlers and the engine stay plain net/http"},
	{"github.com/danielgtaylor/huma/v2", []string{"web", "web/*"}, "only the API needs an OpenAPI document"},
	{"github.com/spf13/cobra", []string{"cmd/annohook"}, "only the command line parses flags"},
	{"github.com/standard-webhooks/standard-webhooks/libraries", []string{"payloads/signature"}, "one place signs"},
	{"github.com/brianvoe/gofakeit/v7", []string{"payloads/internal/synth"}, "one place draws synthetic data"},
	{"github.com/golang-jwt/jwt/v5", []string{"payloads/labelstudio"}, "only that platform's tokens are JWTs"},
	{"github.com/agnivade/levenshtein", []string{"configs"}, "only configs needs a plain distance; payloads counts swaps of neighbours too"},
	{"github.com/alicebob/miniredis/v2", []string{"cmd/app", "cmd/app/*"}, "the embedded engine is a choice of composition"},
	{"go.opentelemetry.io/otel/sdk", []string{"cmd/app"}, "where spans go is a choice of composition"},
	{"go.opentelemetry.io/otel/exporters", []string{"cmd/app"}, "where spans go is a choice of composition"},
	{"go.opentelemetry.io/otel", []string{"scheduler", "cmd/app"}, "the trip of an event is the scheduler's, and nothing of a trace goes out with a request"},
	{"go.opentelemetry.io/proto/otlp", []string{"cmd/app"}, "one place speaks to collectors"},
	{"google.golang.org/protobuf", []string{"cmd/app"}, "one place speaks to collectors"},
	{"github.com/go-logr/logr", []string{"cmd/app"}, "only the SDK of traces logs with it"},
	{"github.com/gofrs/flock", []string{"cmd/app", "cmd/app/redisd"}, "only the owner of the state directory locks it"},
	{"github.com/chromedp/chromedp", nil, "browsers belong to tests"},
	{"github.com/google/go-cmp", testKits, "comparing is for tests"},
	{"flag", []string{"cmd/*", "cmd/*/*", "payloads/payloadtest"}, "only cmd touches flags, and the suite that rewrites golden files"},
}

// IsPlatform reports whether rel, a package path relative to the module root, belongs to one platform, and to which folder below payloads.
func IsPlatform(rel string) (folder string, ok bool) {
	rest, found := strings.CutPrefix(rel, "payloads/")
	if !found {
		return "", false
	}
	folder, _, _ = strings.Cut(rest, "/")
	return folder, !slices.Contains(helpers, folder)
}

// Imports returns one sentence for each import that leaves the architecture, in the order of the packages; none means all is well.
func Imports(packages []Package) []string {
	var found []string
	for _, p := range packages {
		for _, to := range p.Imports {
			found = appendFault(found, p.Rel(), to, false)
		}
		for _, to := range slices.Concat(p.TestImports, p.XTestImports) {
			found = appendFault(found, p.Rel(), to, true)
		}
	}
	return found
}

func appendFault(found []string, from, to string, test bool) []string {
	why := ""
	if own, ok := strings.CutPrefix(to, Module+"/"); ok {
		why = ownImport(from, own, test)
	} else if !test {
		why = foreignImport(from, to)
	}
	if why == "" {
		return found
	}
	in := from
	if test {
		in += " (test)"
	}
	return append(found, fmt.Sprintf("%s imports %s: %s", in, to, why))
}

// foreignImport judges an import from outside the module. The tools below test/ may use what they like.
func foreignImport(from, to string) string {
	if top(from) == "test" {
		return ""
	}
	for _, o := range owners {
		if to != o.module && !strings.HasPrefix(to, o.module+"/") {
			continue
		}
		if !matchAny(o.packages, from) {
			return fmt.Sprintf("only %s may, because %s", orNobody(o.packages), o.why)
		}
	}
	return ""
}

// ownImport judges an import inside the module; the empty string is assent.
func ownImport(from, to string, test bool) string {
	if from == to {
		return ""
	}
	if _, ok := IsPlatform(from); ok {
		return platformImport(from, to, test)
	}
	if _, ok := IsPlatform(to); ok && !matchAny([]string{"cmd/app", "test/*", "test/*/*"}, from) {
		return "the core never knows a platform; cmd/app lists them"
	}
	if why := placeImport(from, to, test); why != "" {
		return why
	}
	if test {
		return testDirection(from, to)
	}
	return direction(from, to)
}

// placeImport holds the rules that concern one place rather than a layer.
func placeImport(from, to string, test bool) string {
	outer := top(from) == "cmd" || top(from) == "test"
	switch {
	case from == "configs":
		return "configs is a leaf"
	case to == "configs" && !outer:
		return "only cmd reads settings"
	case !test && inTestKit(to) && top(from) != "test" && !inTestKit(from):
		return "only tests import a test suite"
	case !test && path.Base(to) == "redisstore" && !outer:
		return "stores are chosen in cmd/app"
	case !test && slices.Contains([]string{"scheduler/queue", "scheduler/memqueue", "sender/listener"}, to) && !outer:
		return "implementations are chosen in cmd/app"
	}
	return ""
}

// platformImport judges what a platform folder imports: the contract and its helpers, nothing else of ours.
func platformImport(from, to string, test bool) string {
	mine, _ := IsPlatform(from)
	if theirs, ok := IsPlatform(to); ok {
		if mine == theirs {
			return ""
		}
		return "a platform never knows another"
	}
	allowed := []string{"subscriptions", "payloads", "payloads/signature", "payloads/internal/wire", "payloads/internal/synth"}
	if test {
		allowed = append(allowed, "payloads/payloadtest")
	}
	if slices.Contains(allowed, to) {
		return ""
	}
	return "a platform knows the contract and its helpers only"
}

// direction judges an import by the order of the layers. Within a layer the folder's root is the contract its sub-packages build on,
// so it imports none of them; cmd and web put their parts together and may.
func direction(from, to string) string {
	f, t := slices.Index(layers, top(from)), slices.Index(layers, top(to))
	switch {
	case to == "configs":
		return ""
	case f < 0 || t < 0:
		return "this folder has no place in the layout"
	case t > f:
		return fmt.Sprintf("%s lies above %s", layers[t], layers[f])
	case t == f && from == top(from) && from != "web":
		return "the root of a layer is the contract of its parts, not their user"
	}
	return ""
}

// testDirection lets a test use everything in its own layer and below.
func testDirection(from, to string) string {
	f, t := slices.Index(layers, top(from)), slices.Index(layers, top(to))
	if t > f && f >= 0 {
		return fmt.Sprintf("%s lies above %s", layers[t], layers[f])
	}
	return ""
}

func top(rel string) string {
	first, _, _ := strings.Cut(rel, "/")
	return first
}

// inTestKit says whether rel is a suite or a part of one.
func inTestKit(rel string) bool {
	return slices.ContainsFunc(testKits, func(kit string) bool { return rel == kit || strings.HasPrefix(rel, kit+"/") })
}

func matchAny(patterns []string, rel string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(pattern, rel)
		return err == nil && ok
	})
}

func orNobody(packages []string) string {
	if len(packages) == 0 {
		return "tests"
	}
	return strings.Join(packages, ", ")
}
