package arch_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/test/arch"
)

// pkg is an invented package of our module that imports the given ones; "own/" marks a package of our module.
func pkg(rel string, imports ...string) arch.Package {
	return arch.Package{ImportPath: arch.Module + "/" + rel, Imports: imports}
}

func own(rel string) string { return arch.Module + "/" + rel }

func TestImportRules(t *testing.T) {
	t.Parallel()
	const redis = "github.com/redis/go-redis/v9"
	tests := []struct {
		name string
		p    arch.Package
		want string // the sentence after "imports …: ", "" for assent
	}{
		{"layers go down", pkg("scheduler", own("sender"), own("sender/history"), own("payloads"), own("subscriptions")), ""},
		{"cmd may use everything", pkg("cmd/app", own("web/api"), own("payloads/toloka"), own("scheduler/queue"), own("configs"), redis), ""},
		{"a platform on the contract", pkg("payloads/toloka", own("payloads"), own("payloads/signature"), own("payloads/internal/wire"), own("subscriptions")), ""},
		{"queue on asynq", pkg("scheduler/queue", own("scheduler"), "github.com/hibiken/asynq", redis), ""},
		{"web root mounts its parts", pkg("web", own("web/api"), "github.com/labstack/echo/v4/middleware"), ""},
		{"subscriptions above itself", pkg("subscriptions", own("payloads")), "payloads lies above subscriptions"},
		{"sender above itself", pkg("sender/listener", own("scheduler")), "scheduler lies above sender"},
		{"scheduler above itself", pkg("scheduler", own("web")), "web lies above scheduler"},
		{"product imports tests", pkg("cmd/app", own("test/arch")), "test lies above cmd"},
		{"contract imports a helper", pkg("payloads", own("payloads/signature")), "the root of a layer is the contract of its parts, not their user"},
		{"sender imports its history", pkg("sender", own("sender/history")), "the root of a layer is the contract of its parts, not their user"},
		{"platform imports a platform", pkg("payloads/toloka", own("payloads/argilla")), "a platform never knows another"},
		{"platform imports a layer above", pkg("payloads/toloka", own("sender")), "a platform knows the contract and its helpers only"},
		{"platform imports a suite", pkg("payloads/toloka", own("payloads/payloadtest")), "a platform knows the contract and its helpers only"},
		{"core imports a platform", pkg("sender", own("payloads/aquarium")), "the core never knows a platform; cmd/app lists them"},
		{"web imports a platform", pkg("web/api", own("payloads/aquarium")), "the core never knows a platform; cmd/app lists them"},
		{"a command imports a platform", pkg("cmd/annohook", own("payloads/aquarium")), "the core never knows a platform; cmd/app lists them"},
		{"core imports settings", pkg("scheduler", own("configs")), "only cmd reads settings"},
		{"settings import anything", pkg("configs", own("subscriptions")), "configs is a leaf"},
		{"product imports a suite", pkg("cmd/app", own("scheduler/queuetest")), "only tests import a test suite"},
		{"product imports a part of a suite", pkg("cmd/app", own("payloads/payloadtest/invented")), "only tests import a test suite"},
		{"a suite imports its part", pkg("payloads/payloadtest", own("payloads/payloadtest/invented")), ""},
		{"core chooses a store", pkg("web/api", own("subscriptions/redisstore")), "stores are chosen in cmd/app"},
		{"core chooses a queue", pkg("web", own("scheduler/memqueue")), "implementations are chosen in cmd/app"},
		{"a new top folder", pkg("internal/x", own("payloads")), "this folder has no place in the layout"},
		{"core on asynq", pkg("scheduler", "github.com/hibiken/asynq"), "only scheduler/queue may, because the dispatcher can be replaced as long as one package knows it"},
		{"platform on echo", pkg("payloads/toloka", "github.com/labstack/echo/v4"), "only web, web/* may, because platform handlers and the engine stay plain net/http"},
		{"tracing beside the scheduler", pkg("web", "go.opentelemetry.io/otel/trace"), "only scheduler, cmd/app may, because the trip of an event is the scheduler's, and nothing of a trace goes out with a request"},
		{"tracing SDK in the core", pkg("scheduler", "go.opentelemetry.io/otel/sdk/trace"), "only cmd/app may, because where spans go is a choice of composition"},
		{"tracing in the scheduler", pkg("scheduler", "go.opentelemetry.io/otel/trace"), ""},
		{"flags below cmd", pkg("sender", "flag"), "only cmd/*, cmd/*/*, payloads/payloadtest may, because only cmd touches flags, and the suite that rewrites golden files"},
		{"browser in product code", pkg("web", "github.com/chromedp/chromedp"), "only tests may, because browsers belong to tests"},
		{"a longer module of the same beginning", pkg("sender", "github.com/hibiken/asynqmon"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var want []string
			if tt.want != "" {
				want = []string{tt.p.Rel() + " imports " + tt.p.Imports[0] + ": " + tt.want}
			}
			if diff := cmp.Diff(want, arch.Imports([]arch.Package{tt.p})); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestImportRulesForTests(t *testing.T) {
	t.Parallel()
	good := arch.Package{
		ImportPath:   own("scheduler"),
		TestImports:  []string{own("scheduler/memqueue"), "github.com/alicebob/miniredis/v2"},
		XTestImports: []string{own("scheduler/queuetest"), own("sender/history"), "flag"},
	}
	bad := []arch.Package{
		{ImportPath: own("scheduler"), XTestImports: []string{own("payloads/toloka")}},
		{ImportPath: own("payloads/toloka"), TestImports: []string{own("payloads/argilla")}},
		{ImportPath: own("sender"), XTestImports: []string{own("web")}},
	}
	want := []string{
		"scheduler (test) imports " + own("payloads/toloka") + ": the core never knows a platform; cmd/app lists them",
		"payloads/toloka (test) imports " + own("payloads/argilla") + ": a platform never knows another",
		"sender (test) imports " + own("web") + ": web lies above sender",
	}
	if diff := cmp.Diff(want, arch.Imports(append(bad, good))); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
