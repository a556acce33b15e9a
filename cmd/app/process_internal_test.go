package app

import (
	"os"
	"os/exec"
	"runtime"
	"testing"

	"github.com/annohook/annohook/scheduler"
)

func TestProcessGone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux names the place of its process numbers")
	}
	ended := exec.CommandContext(t.Context(), "true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		w    scheduler.Worker
		want bool
	}{
		{"ended here", scheduler.Worker{PID: ended.Process.Pid, PIDSpace: pidSpace()}, true},
		{"this one", scheduler.Worker{PID: os.Getpid(), PIDSpace: pidSpace()}, false},
		{"another place", scheduler.Worker{PID: ended.Process.Pid, PIDSpace: pidSpace() + "x"}, false},
		{"place unknown", scheduler.Worker{PID: ended.Process.Pid}, false},
	}
	for _, tt := range tests {
		if got := processGone(tt.w); got != tt.want {
			t.Errorf("%s: gone %v, want %v", tt.name, got, tt.want)
		}
	}
}
