package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// compose is what the tests read of docker-compose.yml.
type compose struct {
	Services map[string]service
	Volumes  map[string]any
}

type service struct {
	Image string
	Build struct{ Context, Dockerfile string }

	Command     []string
	Environment map[string]string
	Ports       []string
	Volumes     []string
	Healthcheck struct{ Test []string }
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Deploy      struct{ Replicas int }
	Container   string `yaml:"container_name"`
}

func readCompose(t *testing.T) compose {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "docker-compose.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var c compose
	if err := yaml.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"redis", "api", "worker"} {
		if _, ok := c.Services[name]; !ok {
			t.Fatalf("no service %s", name)
		}
	}
	return c
}

// TestComposeRedisKeepsEverything: what annohook promises rests on an append-only file on a volume and on no eviction.
func TestComposeRedisKeepsEverything(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	redis := c.Services["redis"]
	if !pinned(redis.Image) {
		t.Errorf("image %q floats", redis.Image)
	}
	for flag, want := range map[string]string{"--appendonly": "yes", "--appendfsync": "everysec", "--maxmemory-policy": "noeviction"} {
		at := slices.Index(redis.Command, flag)
		if at < 0 || at+1 == len(redis.Command) || redis.Command[at+1] != want {
			t.Errorf("redis runs with %q, want %s %s", redis.Command, flag, want)
		}
	}
	volume, dir, _ := strings.Cut(strings.Join(redis.Volumes, " "), ":")
	if _, declared := c.Volumes[volume]; !declared || dir != "/data" {
		t.Errorf("volumes %q: want a declared volume on /data, where the image keeps its files", redis.Volumes)
	}
	if len(redis.Ports) > 0 {
		t.Errorf("redis is published: %q", redis.Ports)
	}
}

func TestComposeAPIIsGuarded(t *testing.T) {
	t.Parallel()
	api := readCompose(t).Services["api"]
	if len(api.Ports) != 1 || api.Ports[0] != "127.0.0.1:8080:8080" {
		t.Errorf("ports %q, want 8080 on loopback only", api.Ports)
	}
	if !strings.HasPrefix(api.Environment["ANNOHOOK_TOKEN"], "${ANNOHOOK_TOKEN:?") {
		t.Errorf("ANNOHOOK_TOKEN is %q, want one that must come from the environment", api.Environment["ANNOHOOK_TOKEN"])
	}
	if got := api.Environment["ANNOHOOK_ADDR"]; got != "0.0.0.0:8080" {
		t.Errorf("ANNOHOOK_ADDR is %q, which the published port does not reach", got)
	}
}

func TestComposeSplitsTheRoles(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	for name, s := range c.Services {
		if name == "redis" {
			continue
		}
		if !slices.Equal(s.Command, []string{"serve", "--roles", name}) {
			t.Errorf("%s runs %q", name, s.Command)
		}
		checkCommand(t, name, append([]string{"/annohook"}, s.Command...))
		if s.Build.Context != "." || s.Build.Dockerfile != "configs/Dockerfile" {
			t.Errorf("%s is built by %+v", name, s.Build)
		}
		if s.DependsOn["redis"].Condition != "service_healthy" {
			t.Errorf("%s does not wait for a healthy redis", name)
		}
		if s.Environment["ANNOHOOK_REDIS"] != "redis://redis:6379/0" {
			t.Errorf("%s uses %q", name, s.Environment["ANNOHOOK_REDIS"])
		}
		for setting := range s.Environment {
			checkSetting(t, setting)
		}
		if len(s.Healthcheck.Test) < 2 || s.Healthcheck.Test[0] != "CMD" {
			t.Errorf("%s has the health check %q; the image has no shell", name, s.Healthcheck.Test)
			continue
		}
		checkCommand(t, name+" health check", s.Healthcheck.Test[1:])
	}
	worker := c.Services["worker"]
	if worker.Deploy.Replicas < 1 || worker.Container != "" || len(worker.Ports) > 0 {
		t.Errorf("worker cannot be scaled: %+v", worker)
	}
}

// TestFilesUseKnownSettingsOnly reads both files as text, so that comments and interpolations count too.
func TestFilesUseKnownSettingsOnly(t *testing.T) {
	t.Parallel()
	setting := regexp.MustCompile(`ANNOHOOK_[A-Z_]+`)
	for _, name := range []string{"docker-compose.yml", filepath.Join("configs", "Dockerfile")} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		found := setting.FindAllString(string(data), -1)
		if len(found) == 0 {
			t.Errorf("%s uses no setting at all", name)
		}
		for _, s := range found {
			checkSetting(t, s)
		}
	}
}
