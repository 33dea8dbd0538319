package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"timegate.example/airflow"
	"timegate.example/airflow/api"
)

// outcome returns the state that a task's error stands for, and the body that reports it.
func outcome(failure error, shouldRetry bool) (State, api.TIUpdateStateBody) {
	now := time.Now()
	var deferral *airflow.Deferral
	var reschedule *airflow.Reschedule
	switch {
	case failure == nil:
		return Success, api.TISuccessStatePayload{State: api.TISuccessStatePayloadStateSuccess, EndDate: now}
	case errors.As(failure, &deferral):
		body, err := deferred(deferral)
		if err != nil {
			return outcome(err, shouldRetry)
		}
		return Deferred, body
	case errors.As(failure, &reschedule):
		return UpForReschedule, api.TIRescheduleStatePayload{
			State: api.TIRescheduleStatePayloadStateUpForReschedule, EndDate: now, RescheduleDate: reschedule.At,
		}
	case errors.Is(failure, airflow.ErrSkipped):
		return Skipped, api.TITerminalStatePayload{State: api.TerminalStateNonSuccessSkipped, EndDate: now}
	case shouldRetry:
		return UpForRetry, api.TIRetryStatePayload{State: api.TIRetryStatePayloadStateUpForRetry, EndDate: now}
	default:
		return Failed, api.TITerminalStatePayload{State: api.TerminalStateNonSuccessFailed, EndDate: now}
	}
}

func deferred(d *airflow.Deferral) (api.TIDeferredStatePayload, error) {
	body := api.TIDeferredStatePayload{
		State:         api.TIDeferredStatePayloadStateDeferred,
		Classpath:     d.Trigger,
		TriggerKwargs: d.Args,
		NextMethod:    d.Resume,
		NextKwargs:    make(map[string]api.JSONValue, len(d.Kwargs)),
	}
	if d.Timeout != 0 {
		timeout := "PT" + secondsText(d.Timeout) + "S" // ISO 8601
		body.TriggerTimeout = &timeout
	}
	for name, value := range d.Kwargs {
		content, err := json.Marshal(encodeValue(value))
		if err != nil {
			return body, fmt.Errorf("argument %s to resume with: %w", name, err)
		}
		body.NextKwargs[name] = content
	}
	return body, nil
}
