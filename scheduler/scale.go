package scheduler

import "time"

// Scaled is how long a platform's delay or window lasts on this server: as long as the platform says, times the time scale.
func (s *Scheduler) Scaled(d time.Duration) time.Duration { return s.scaled(d) }
