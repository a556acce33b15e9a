package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/cmd/app"
	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/client"
)

// process is one run of the program and everything it takes from outside.
type process struct {
	in          io.Reader
	out, errOut io.Writer
	environ     []string
	dir, home   string // where the search for the configuration file begins; where state lies by default
	now         func() time.Time
	random      io.Reader
	version     string

	// Set while the command line is read.
	configFile string
	output     string
	ran        bool // the command itself was reached; errors before that are the caller's
	jsonNotes  bool // what is said about the run is lines of a JSON log
}

func (p *process) run(ctx context.Context, args []string) int {
	registry, err := app.Platforms()
	if err != nil {
		p.notef("internal error: %v\n", err)
		return exitInternal
	}
	root := p.root(registry) //nolint:contextcheck // commands get the context from cobra, which ExecuteContextC gives it
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	code := exitUsage
	if p.ran {
		code = exitCode(err)
	}
	if code != exitInterrupted {
		p.complain(visible(message(cmd, err)))
	}
	if errors.Is(err, client.ErrUnreachable) {
		p.notef("Start a server with \"annohook serve\", name another with --server, or send without one: annohook trigger PLATFORM EVENT --to URL\n")
	}
	if problem, ok := errors.AsType[*client.Problem](err); ok && problem.Status == http.StatusUnauthorized {
		p.notef("Give the server's token with --token or ANNOHOOK_TOKEN.\n")
	}
	if code == exitUsage && !p.ran {
		p.notef("Run %q for usage.\n", cmd.CommandPath()+" --help")
	}
	return code
}

// message drops what says nothing to a person.
func message(cmd *cobra.Command, err error) string {
	if errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, errTimedOut) && !errors.Is(err, app.ErrUnreachable) {
		return fmt.Sprintf("timed out: %v", err)
	}
	return refusalText(cmd, err)
}

func (p *process) root(registry *payloads.Registry) *cobra.Command {
	root := &cobra.Command{
		Use:   "annohook",
		Short: "Send webhooks exactly as annotation platforms send them",
		Long: `annohook sends webhooks exactly as annotation platforms send them, so that listeners can be built, tested and
loaded without an account on any of them.

Settings come from flags, ANNOHOOK_* variables, annohook.yaml (here or above, up to the repository root), defaults,
in this order. Exit codes: 0 ok, 1 expectation not met, 2 usage, 3 unreachable, 4 local environment, 5 timed out,
20 internal, 130 interrupted.`,
		Example: `  annohook serve --demo
  annohook dev http://127.0.0.1:3000/hook --platform argilla
  annohook trigger argilla record.completed --to http://127.0.0.1:3000/hook --secret S
  annohook story argilla first-annotations --speed 10`,
		Version:       p.versionText(),
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.errOut)
	root.PersistentFlags().StringVar(&p.configFile, "config", "", "configuration file (default: annohook.yaml here or above)")
	root.PersistentFlags().StringVarP(&p.output, "output", "o", formatText, "output format: "+strings.Join(formats(), ", "))
	root.AddGroup(&cobra.Group{ID: groupRun, Title: "Run:"}, &cobra.Group{ID: groupSend, Title: "Send and receive:"},
		&cobra.Group{ID: groupServer, Title: "Talk to a server:"}, &cobra.Group{ID: groupKnow, Title: "Know:"})
	root.SetCompletionCommandGroupID(groupKnow)
	root.SetHelpCommandGroupID(groupKnow)
	grouped(root, groupRun, p.serveCommand(registry), p.devCommand(registry), p.readyCommand(), p.doctorCommand())
	grouped(root, groupSend, p.triggerCommand(registry), p.listenCommand(registry), p.signCommand(registry), p.verifyCommand(registry))
	grouped(root, groupServer, p.actCommand(registry), p.storyCommand(registry), p.subscriptionsCommand(registry),
		p.deliveriesCommand(registry))
	grouped(root, groupKnow, p.platformsCommand(registry), p.tokenCommand(registry), p.configCommand(), p.versionCommand())
	values(root, "output", formats)
	root.SetFlagErrorFunc(flagError)
	help := helpCommand(root)
	help.GroupID = groupKnow
	root.SetHelpCommand(help)
	strictCompletion(root)
	return root
}

// The groups of the help text.
const (
	groupRun    = "run"
	groupSend   = "send"
	groupServer = "server"
	groupKnow   = "know"
)

func grouped(root *cobra.Command, id string, commands ...*cobra.Command) {
	for _, c := range commands {
		c.GroupID = id
		root.AddCommand(c)
	}
}

// group is a command that only holds others; whatever else stands behind it is refused with their names.
func group(use, short string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs, RunE: needsChild}
	c.AddCommand(commands...)
	return c
}

func childNames(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return names
}

// do wraps the body of a command: from here on its errors are its own.
func (p *process) do(body func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if err := checkFormat(p.output); err != nil {
			return err
		}
		if err := checkFilled(cmd); err != nil {
			return err
		}
		p.ran = true
		return body(cmd, args)
	}
}

// notef says something about the run on standard error. There is nobody to tell when that fails.
func (p *process) notef(format string, args ...any) {
	if !p.jsonNotes {
		_, _ = fmt.Fprintf(p.errOut, format, args...)
		return
	}
	for line := range strings.Lines(fmt.Sprintf(format, args...)) {
		p.noteLog().Info(strings.TrimSpace(line)) //nolint:sloglint // what is told in words is the message
	}
}

// complain says why the run ends.
func (p *process) complain(text string) {
	if p.jsonNotes {
		p.noteLog().Error(text) //nolint:sloglint // as above
		return
	}
	p.notef("annohook: %s\n", text)
}

// noteLog is where notes go when the log is JSON. It knows no level: what a person is told in words is told here too.
func (p *process) noteLog() *slog.Logger { return slog.New(slog.NewJSONHandler(p.errOut, nil)) }
