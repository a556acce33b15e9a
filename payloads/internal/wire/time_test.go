package wire_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads/internal/wire"
)

func TestTimePrinters(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 2*60*60)
	tests := []struct {
		name                                      string
		at                                        time.Time
		microZ, naive, shortZ, milliZ, secondText string
	}{
		{
			"micros", time.Date(2024, 9, 26, 14, 17, 20, 45678, time.UTC),
			"2024-09-26T14:17:20.000045Z", "2024-09-26T14:17:20.000045", "2024-09-26T14:17:20.000045Z", "2024-09-26T14:17:20.000Z", "2024-09-26T14:17:20",
		},
		{
			"zero micros", time.Date(2024, 9, 26, 14, 17, 20, 999, time.UTC),
			"2024-09-26T14:17:20.000000Z", "2024-09-26T14:17:20", "2024-09-26T14:17:20Z", "2024-09-26T14:17:20.000Z", "2024-09-26T14:17:20",
		},
		{
			"another zone, cut and not rounded", time.Date(2026, 1, 1, 1, 59, 59, 999999999, east),
			"2025-12-31T23:59:59.999999Z", "2025-12-31T23:59:59.999999", "2025-12-31T23:59:59.999999Z", "2025-12-31T23:59:59.999Z", "2025-12-31T23:59:59",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := []string{
				wire.ISOMicroZ(test.at), wire.ISOMicroNaive(test.at), wire.ISOMicroShortZ(test.at), wire.ISOMilliZ(test.at), wire.ISOSeconds(test.at),
			}
			if diff := cmp.Diff(got, []string{test.microZ, test.naive, test.shortZ, test.milliZ, test.secondText}); diff != "" {
				t.Errorf("(-got +want):\n%s", diff)
			}
		})
	}
}
