package configs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// FileName is the configuration file that is looked for.
const FileName = "annohook.yaml"

// maxFileBytes bounds the configuration file.
const maxFileBytes = 1 << 20

// Sources is where Load looks.
type Sources struct {
	Flags   map[string]string // by setting name; only those that were given
	Environ []string          // as os.Environ gives it
	File    string            // "": FileName in Dir or the nearest folder above it, up to the root of a repository
	Dir     string            // where the search for the file begins; "": no search
	Home    string            // the user's home directory, for the default state directory
}

// Error is a value that cannot be used.
type Error struct {
	Where   string // flag, variable or file and key
	Message string
}

// Error names the place and the mistake.
func (e *Error) Error() string { return e.Where + ": " + e.Message }

// Load reads every setting. Its errors are *Error, or tell why the file cannot be read.
func Load(s Sources) (Config, []Value, error) {
	file, path, err := readFile(s)
	if err != nil {
		return Config{}, nil, err
	}
	if err := checkEnvironment(s.Environ); err != nil {
		return Config{}, nil, err
	}
	var config Config
	var values []Value
	for _, setting := range Settings() {
		value := find(setting, s, file, path)
		if value.Text != "" || value.Origin != FromDefault {
			if err := setting.parse(&config, value.Text); err != nil {
				return Config{}, nil, &Error{Where: value.Where, Message: err.Error()}
			}
		}
		values = append(values, value)
		if setting.Name == "addr" {
			config.AddrGiven = value.Origin != FromDefault
		}
	}
	if config.StateDir == "" {
		config.StateDir = defaultStateDir(s)
	}
	for i := range values {
		if values[i].Setting.Name == "state_dir" && values[i].Text == "" {
			values[i].Text = config.StateDir
		}
		if values[i].Setting.Secret && values[i].Text != "" {
			values[i].Text = "********"
		}
	}
	return config, values, nil
}

// find picks the value of one setting from the first source that has it.
func find(setting Setting, s Sources, file map[string]string, path string) Value {
	if text, ok := s.Flags[setting.Name]; ok {
		return Value{Setting: setting, Text: text, Origin: FromFlag, Where: "--" + setting.Flag()}
	}
	if text, ok := lookup(s.Environ, setting.Env()); ok {
		return Value{Setting: setting, Text: text, Origin: FromEnvironment, Where: setting.Env()}
	}
	if text, ok := file[setting.Name]; ok {
		return Value{Setting: setting, Text: text, Origin: FromFile, Where: path + ": " + setting.Name}
	}
	return Value{Setting: setting, Text: setting.Default, Origin: FromDefault}
}

func lookup(environ []string, name string) (string, bool) {
	for _, pair := range slices.Backward(environ) {
		if key, value, ok := strings.Cut(pair, "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// ownVariables are ANNOHOOK_* names that are no settings.
func ownVariable(name string) bool {
	return strings.HasPrefix(name, EnvPrefix+"TEST_") || name == EnvPrefix+"CONFIG" || name == EnvPrefix+"SOAK" || name == EnvPrefix+"CHAOS"
}

func checkEnvironment(environ []string) error {
	var known []string
	for _, s := range Settings() {
		known = append(known, s.Env())
	}
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, EnvPrefix) && !slices.Contains(known, name) && !ownVariable(name) {
			return &Error{Where: name, Message: "unknown variable" + DidYouMean(name, known)}
		}
	}
	return nil
}

func readFile(s Sources) (map[string]string, string, error) {
	path := s.File
	if path == "" {
		if path = search(s.Dir); path == "" {
			return nil, "", nil
		}
	}
	f, err := os.Open(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, "", fmt.Errorf("configuration file: %w", err)
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, "", fmt.Errorf("configuration file %s: %w", path, err)
	}
	if len(text) > maxFileBytes {
		return nil, "", fmt.Errorf("configuration file %s: more than %d bytes", path, maxFileBytes)
	}
	values, err := parseFile(text, path)
	return values, path, err
}

// search finds the nearest file from dir upwards, not beyond the root of a repository.
func search(dir string) string {
	for dir != "" {
		path := filepath.Join(dir, FileName)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return ""
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
	return ""
}

// parseFile reads the YAML: a mapping from setting names to scalars, lists of scalars or, for pairs, mappings of scalars.
func parseFile(text []byte, path string) (map[string]string, error) {
	var nodes map[string]yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&nodes); err != nil && !errors.Is(err, io.EOF) {
		return nil, &Error{Where: path, Message: syntax(err)}
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, &Error{Where: path, Message: "only one YAML document is allowed; there is something behind its end"}
	}
	var known []string
	for _, s := range Settings() {
		known = append(known, s.Name)
	}
	values := map[string]string{}
	for key, node := range nodes {
		if !slices.Contains(known, key) {
			return nil, &Error{Where: path + ": " + key, Message: "unknown setting" + DidYouMean(key, known)}
		}
		value, err := scalar(node, Settings()[slices.Index(known, key)].Pairs)
		if err != nil {
			return nil, &Error{Where: path + ": " + key, Message: err.Error()}
		}
		values[key] = value
	}
	return values, nil
}

// syntax says what is wrong with a file without the words of Go.
func syntax(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.Contains(text, "cannot unmarshal") {
		return "the file must hold settings as NAME: VALUE, one a line"
	}
	return strings.TrimSpace(strings.TrimPrefix(text, "unmarshal errors:"))
}

// scalar is the value of one key as the text that a flag would have; pairs allows a mapping.
func scalar(node yaml.Node, pairs bool) (string, error) {
	switch node.Kind {
	case yaml.ScalarNode:
		if node.Tag == "!!null" {
			return "", nil
		}
		return node.Value, nil
	case yaml.SequenceNode:
		items := make([]string, 0, len(node.Content))
		for _, item := range node.Content {
			if item.Kind != yaml.ScalarNode {
				return "", errors.New("a list may hold plain values only")
			}
			items = append(items, item.Value)
		}
		return strings.Join(items, ","), nil
	case yaml.MappingNode:
		if pairs {
			return mapping(node)
		}
		return "", errors.New("a plain value or a list of plain values is allowed")
	default:
		return "", errors.New("a plain value or a list of plain values is allowed")
	}
}

func mapping(node yaml.Node) (string, error) {
	var items []string
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if key.Kind != yaml.ScalarNode || value.Kind != yaml.ScalarNode {
			return "", errors.New("a mapping may hold plain values only")
		}
		items = append(items, key.Value+"="+value.Value)
	}
	return strings.Join(items, ","), nil
}

func defaultStateDir(s Sources) string {
	if base, ok := lookup(s.Environ, "XDG_STATE_HOME"); ok && filepath.IsAbs(base) {
		return filepath.Join(base, "annohook")
	}
	if s.Home == "" {
		return ""
	}
	return filepath.Join(s.Home, ".local", "state", "annohook")
}
