package airflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrSkipped is returned by a task that has nothing to do.
var ErrSkipped = errors.New("skipped")

// Deferral is returned as the error of a task that gives its slot back until a trigger fires. Any worker may go on then.
type Deferral struct {
	Trigger string         // the class path of the trigger, which the triggerer runs
	Args    map[string]any // its arguments
	Timeout time.Duration  // zero for none
	Resume  string         // the method to go on with, see Task.OnResume
	Kwargs  map[string]any // what to hand to it: JSON, and time.Time and time.Duration, also in []any and map[string]any
}

func (d *Deferral) Error() string { return "deferred until " + d.Trigger }

// Reschedule is returned as the error of a task that wants to run again from its beginning, later.
type Reschedule struct{ At time.Time }

func (r *Reschedule) Error() string { return "rescheduled for " + r.At.Format(time.RFC3339) }

// Kwargs is what a deferral left behind, and the event that ended it.
//
// Its values are those of JSON, and time.Time and time.Duration where the worker that deferred had such.
type Kwargs map[string]any

// Decode stores the arguments in a struct, as json.Unmarshal does.
func (k Kwargs) Decode(into any) error {
	content, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("arguments to resume with: %w", err)
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("arguments to resume with: %w", err)
	}
	return nil
}
