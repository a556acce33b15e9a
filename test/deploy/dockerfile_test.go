package deploy_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/test/deploy"
)

func TestParseDockerfile(t *testing.T) {
	t.Parallel()
	got, err := deploy.ParseDockerfile("# comment\nARG V=1\nfrom golang:1.26 AS build\nRUN a && \\\n  # between\n  b\n" +
		"FROM scratch\nCOPY --from=build --chown=1:1 /a /b\nHEALTHCHECK --interval=5s CMD [\"/a\", \"ready now\"]\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []deploy.Instruction{
		{Stage: 0, Name: "ARG", Args: []string{"V=1"}},
		{Stage: 1, Name: "FROM", Args: []string{"golang:1.26", "AS", "build"}},
		{Stage: 1, Name: "RUN", Args: []string{"a", "&&", "b"}},
		{Stage: 2, Name: "FROM", Args: []string{"scratch"}},
		{Stage: 2, Name: "COPY", Flags: []string{"--from=build", "--chown=1:1"}, Args: []string{"/a", "/b"}},
		{Stage: 2, Name: "HEALTHCHECK", Flags: []string{"--interval=5s"}, Args: []string{"/a", "ready now"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("instructions (-want +got):\n%s", diff)
	}
}

func TestParseDockerfileRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"RUN a\n":                            "line 1: RUN before FROM",
		"FROM a\nFORM b\n":                   `line 2: unknown instruction "FORM"`,
		"FROM a\n\nUSER\n":                   `line 3: instruction "USER" has no arguments`,
		"FROM a\nRUN b \\\n":                 "line 2: the instruction does not end",
		"FROM a\nCMD [\"a\"\n":               "line 2: CMD: read the JSON form",
		"FROM a\nHEALTHCHECK CMD ['/a']\n":   "line 2: HEALTHCHECK: read the JSON form",
		"FROM a\nHEALTHCHECK CMD [\"a\", 1]": "line 2: HEALTHCHECK: read the JSON form",
	} {
		if _, err := deploy.ParseDockerfile(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseDockerfile(%q) = %v, want %q", text, err, want)
		}
	}
}

func FuzzParseDockerfile(f *testing.F) {
	f.Add("FROM a\nRUN b \\\n c\n")
	f.Add("FROM a\nCMD [\"a\"]\n")
	f.Fuzz(func(t *testing.T, text string) {
		instructions, err := deploy.ParseDockerfile(text)
		if err == nil && len(instructions) > strings.Count(text, "\n")+1 {
			t.Errorf("%d instructions in %q", len(instructions), text)
		}
	})
}

// image is configs/Dockerfile with questions to it.
type image []deploy.Instruction

func readImage(t *testing.T) image {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "configs", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	instructions, err := deploy.ParseDockerfile(string(data))
	if err != nil {
		t.Fatal(err)
	}
	return instructions
}

// final returns the arguments of every instruction of that name in the stage that becomes the image.
func (m image) final(name string) [][]string {
	var found [][]string
	for _, i := range m {
		if i.Stage == m[len(m)-1].Stage && i.Name == name {
			found = append(found, i.Args)
		}
	}
	return found
}

func TestImageIsSmallAndNotRoot(t *testing.T) {
	t.Parallel()
	m := readImage(t)
	for _, i := range m {
		if i.Name == "FROM" && i.Args[0] != "scratch" && !pinned(i.Args[0]) {
			t.Errorf("FROM %s floats", i.Args[0])
		}
	}
	if diff := cmp.Diff([][]string{{"scratch"}}, m.final("FROM")); diff != "" {
		t.Errorf("final stage (-want +got):\n%s", diff)
	}
	users := m.final("USER")
	if len(users) != 1 || strings.HasPrefix(users[0][0], "0") || strings.HasPrefix(users[0][0], "root") {
		t.Errorf("USER is %v, want one that is not root", users)
	}
	if len(m.final("RUN")) > 0 {
		t.Error("RUN in a stage without a shell")
	}
}

func TestImageStartsTheBinary(t *testing.T) {
	t.Parallel()
	m := readImage(t)
	if diff := cmp.Diff([][]string{{"/annohook"}}, m.final("ENTRYPOINT")); diff != "" {
		t.Errorf("ENTRYPOINT (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"8080"}}, m.final("EXPOSE")); diff != "" {
		t.Errorf("EXPOSE (-want +got):\n%s", diff)
	}
	copied := slices.ContainsFunc(m.final("COPY"), func(args []string) bool { return slices.Equal(args, []string{"/out/annohook", "/annohook"}) })
	if !copied {
		t.Error("the binary is not copied to /annohook")
	}
	health := m.final("HEALTHCHECK")
	if len(health) != 1 {
		t.Fatalf("HEALTHCHECK is %v, want one", health)
	}
	checkCommand(t, "HEALTHCHECK", health[0])
	checkCommand(t, "CMD", append([]string{"/annohook"}, m.final("CMD")[0]...))
	for _, args := range m.final("ENV") {
		for _, pair := range args {
			name, _, _ := strings.Cut(pair, "=")
			checkSetting(t, name)
		}
	}
}

// TestImageBuildsFromWhatItCopies holds that a new top folder with Go code reaches the build.
func TestImageBuildsFromWhatItCopies(t *testing.T) {
	t.Parallel()
	var copied []string
	for _, i := range readImage(t) {
		if i.Name == "COPY" && i.Stage == 1 {
			copied = append(copied, i.Args[:len(i.Args)-1]...)
		}
	}
	for _, dir := range productFolders(t) {
		if !slices.Contains(copied, dir) {
			t.Errorf("%s is needed to build and not copied", dir)
		}
	}
}
