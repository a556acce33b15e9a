package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/annohook/annohook/test/arch"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	root, err := arch.Root(ctx, ".")
	if err != nil {
		return err
	}
	packages, err := arch.Packages(ctx, root)
	if err != nil {
		return err
	}
	s, err := arch.Measure(root, packages)
	if err != nil {
		return err
	}
	return write(out, s)
}

func write(out io.Writer, s arch.Sizes) error {
	_, err := fmt.Fprintf(out, `source lines          %d
test lines            %d
test:source           %.2f
exported documented   %s
init functions        %d
function lines        p50 %d, p90 %d, max %d
files over %d lines  %d
`, s.SourceLines, s.TestLines, share(s.TestLines, s.SourceLines), percent(s.Documented, s.Exported), s.Inits,
		arch.Quantile(s.Functions, 0.5), arch.Quantile(s.Functions, 0.9), arch.Quantile(s.Functions, 1),
		arch.LongFileLines, len(s.LongFiles))
	if err != nil {
		return err
	}
	for _, f := range s.LongFiles {
		if _, err := fmt.Fprintf(out, "  %5d %s\n", f.Lines, f.Name); err != nil {
			return err
		}
	}
	return nil
}

// share is a/b, 0 where b is 0.
func share(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// percent rounds down, so that 100% means all.
func percent(part, all int) string {
	if all == 0 {
		return "none"
	}
	return fmt.Sprintf("%d%% (%d of %d)", part*100/all, part, all)
}
