package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/annohook/annohook/payloads"
	"github.com/annohook/annohook/web/api"
	"github.com/annohook/annohook/web/client"
)

// storyFlags are the flags of the story command.
type storyFlags struct {
	origin        eventFlags
	waiting       waitFlags
	subscriptions []string
	speed         string
}

func (p *process) storyCommand(registry *payloads.Registry) *cobra.Command {
	f := &storyFlags{}
	cmd := &cobra.Command{
		Use:   "story PLATFORM [NAME]",
		Short: "Play a ready-made sequence of actions",
		Long: `Play a ready-made sequence of actions on the server, with the pauses that people make. Without NAME the stories are
listed. Each step is printed with the events it raised; Ctrl-C ends the story between two steps.`,
		Example: `  annohook story argilla
  annohook story argilla first-annotations --speed 10
  annohook story toloka first-pool --speed max --wait settled`,
		Args: takes(0, 2), ValidArgsFunction: platformThenStories(registry),
		RunE: p.do(func(cmd *cobra.Command, args []string) error {
			pl, err := findPlatform(registry, first(args), f.origin.profile)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				return p.listStories(cmd, pl)
			}
			return p.story(cmd, f, pl, args[1])
		}),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.origin.profile, "profile", "", "behaviour of the platform, for example a server version")
	flags.StringVar(&f.origin.seed, "seed", "", "whole number of the first step; it grows by one each step")
	flags.StringVar(&f.speed, "speed", "1", "how much faster than people: a number above 0, or max for no pauses")
	f.waiting.add(cmd, "how long to wait after the last step (default 30s)")
	flags.StringArrayVar(&f.subscriptions, "subscription", nil, "id of a subscription, instead of all that match; can be repeated")
	settingFlags(cmd, clientSettings()...)
	profilesOf(cmd, registry)
	values(cmd, "speed", func() []string { return []string{"1", "10", "max"} })
	return cmd
}

// listStories prints the stories of a platform with their steps.
func (p *process) listStories(cmd *cobra.Command, pl payloads.Platform) error {
	if len(pl.Stories) == 0 {
		return &usageError{pl.Name + " has no stories"}
	}
	if name := changed(cmd, "seed", "speed", "wait", "timeout", "expect", "subscription"); name != "" {
		return &usageError{fmt.Sprintf("--%s needs a story; one of: %s", name, strings.Join(storyNames(pl), ", "))}
	}
	stories := api.Catalogue(pl, []payloads.Platform{pl}).Stories
	if p.output != formatText {
		return showList(p, stories, nil, nil)
	}
	var b strings.Builder
	for _, s := range stories {
		fmt.Fprintf(&b, "%s  %s (%s)\n  %s\n", s.Name, s.Title, s.Fidelity, s.Summary)
		for i, step := range s.Steps {
			fmt.Fprintf(&b, "  %d. %s%s  %s\n", i+1, step.Action, afterText(step.After), step.Note)
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(p.out, b.String())
	return err
}

func afterText(pause client.Duration) string {
	if pause == 0 {
		return ""
	}
	return " after " + pause.String()
}

// findStory looks a story up, or says what there is.
func findStory(pl payloads.Platform, name string) (payloads.Story, error) {
	story, ok := pl.Story(name)
	if !ok {
		return story, &usageError{fmt.Sprintf("unknown story %q of %s; one of: %s", name, pl.ID, cmp.Or(strings.Join(storyNames(pl), ", "), "none"))}
	}
	return story, nil
}

func storyNames(pl payloads.Platform) []string {
	names := make([]string, len(pl.Stories))
	for i, s := range pl.Stories {
		names[i] = s.Name
	}
	return names
}

// parseSpeed reads --speed; 0 means no pauses.
func parseSpeed(text string) (float64, error) {
	if text == "max" {
		return 0, nil
	}
	speed, err := strconv.ParseFloat(text, 64)
	if err != nil || !(speed >= 0.001 && speed <= 1e6) {
		return 0, &usageError{fmt.Sprintf("--speed: %q is neither a number from 0.001 to 1000000 nor max", text)}
	}
	return speed, nil
}

// playing is one run of a story.
type playing struct {
	process       *process
	client        *client.Client
	platform      payloads.Platform
	story         payloads.Story
	profile       string
	seed          *uint64
	speed         float64 // 0: no pauses
	subscriptions []string
	results       map[string]*payloads.Object // of the steps that were saved
	steps         []playedStep
}

// playedStep is one step as it was played.
type playedStep struct {
	Step   int             `json:"step"` // from 1
	Note   string          `json:"note"`
	Params json.RawMessage `json:"params"`
	client.Acted
}

// playedStory is a whole story as JSON.
type playedStory struct {
	Platform  string            `json:"platform"`
	Story     string            `json:"story"`
	Steps     []playedStep      `json:"steps"`
	Delivered []client.Delivery `json:"delivered,omitempty"`
}

func (p *process) story(cmd *cobra.Command, f *storyFlags, pl payloads.Platform, name string) error {
	story, err := findStory(pl, name)
	if err != nil {
		return err
	}
	origin, err := f.origin.read(p)
	if err != nil {
		return err
	}
	s := &playing{
		process: p, platform: pl, story: story, profile: origin.profile, seed: origin.seed, subscriptions: f.subscriptions, results: map[string]*payloads.Object{},
	}
	if s.speed, err = parseSpeed(f.speed); err != nil {
		return err
	}
	w, err := f.waiting.read(false)
	if err != nil {
		return err
	}
	if s.client, err = p.client(cmd); err != nil {
		return err
	}
	for i, step := range story.Steps {
		if err := s.play(cmd.Context(), i, step); err != nil {
			err = fmt.Errorf("step %d of %d (%s): %w", i+1, len(story.Steps), step.Action, err)
			if len(s.steps) == 0 {
				return err
			}
			return errors.Join(err, s.tell(nil)) // what was played has happened
		}
	}
	return s.finish(cmd.Context(), w)
}

// storyGap is the shortest pause between two steps, for what lies between an event's due time and its arrival.
const storyGap = 100 * time.Millisecond

// before is the pause before a step: as long as people take, and never so short that its events overtake those of the step before, which
// become due one after another.
func (s *playing) before(step payloads.StoryStep) time.Duration {
	var wait, least time.Duration
	if s.speed > 0 {
		wait = time.Duration(float64(step.After) / s.speed)
	}
	if n := len(s.steps); n > 0 {
		least = min(time.Duration(len(s.steps[n-1].Events))*s.platform.Spacing, payloads.MaxSpread) + storyGap
	}
	return max(wait, least)
}

// play waits as long as people would and performs one step.
func (s *playing) play(ctx context.Context, i int, step payloads.StoryStep) error {
	if err := pause(ctx, s.before(step)); err != nil {
		return err
	}
	given, err := step.Params(s.results)
	if err != nil {
		return &usageError{err.Error()}
	}
	request := client.Act{Platform: s.platform.ID, Action: step.Action, Profile: s.profile, SubscriptionIDs: s.subscriptions}
	if request.Params, err = payloads.JSON(given); err != nil {
		return err
	}
	if s.seed != nil {
		seed := (*s.seed + uint64(i)) % (maxSeed + 1) //nolint:gosec // i counts from 0
		request.Seed = &seed
	}
	done, err := s.client.Act(ctx, request, client.TriggerOptions{})
	if err != nil {
		return err
	}
	if step.As != "" {
		v, err := payloads.ParseValue(done.Result)
		result, ok := v.(*payloads.Object)
		if err != nil || !ok {
			return fmt.Errorf("%w: the result is no object", client.ErrUnreachable)
		}
		s.results[step.As] = result
	}
	return s.show(playedStep{Step: i + 1, Note: step.Note, Params: request.Params, Acted: done.Acted})
}

// show prints a step as soon as it is played, unless all of it becomes one JSON value.
func (s *playing) show(step playedStep) error {
	s.steps = append(s.steps, step)
	switch s.process.output {
	case formatJSON:
		return nil
	case formatJSONL:
		return s.process.encode(step, false)
	default:
		types := make([]string, len(step.Raised))
		for i, e := range step.Raised {
			types[i] = e.Type
		}
		text := fmt.Sprintf("%d/%d  %s\n     %s: %s, %s", step.Step, len(s.story.Steps), visibleLine(cmp.Or(step.Note, step.Action)), step.Action,
			cmp.Or(counted(types), "nothing raised"), plural(len(step.Deliveries), "delivery"))
		_, err := fmt.Fprintln(s.process.out, visible(text))
		return err
	}
}

// finish waits for the deliveries of all steps where that is asked for, and judges them.
func (s *playing) finish(ctx context.Context, w waiting) error {
	p, all := s.process, make([]client.Acted, len(s.steps))
	for i, step := range s.steps {
		all[i] = step.Acted
	}
	settling := settling{process: p, client: s.client, waiting: w.withServer(p.now())}
	report, open := &deliveryReport{process: p}, 0
	if w.wait {
		var err error
		if open, err = settling.collect(ctx, deliveryIDs(all...), report.add); err != nil {
			return err
		}
	}
	if err := s.tell(report.all); err != nil {
		return err
	}
	if err := nothingSent(s.platform.ID, all...); err != nil || !w.wait {
		return err
	}
	return settling.verdict(report.all, open)
}

// tell prints the whole story where all of it becomes one JSON value.
func (s *playing) tell(delivered []client.Delivery) error {
	if s.process.output != formatJSON {
		return nil
	}
	return s.process.encode(playedStory{Platform: s.platform.ID, Story: s.story.Name, Steps: s.steps, Delivered: delivered}, true)
}
