package worker

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"timegate.example/airflow"
	"timegate.example/airflow/api"
)

const (
	// A task's beginning, its result and its end are told to the server although the worker is about to end; each has so long.
	timeToTell = 30 * time.Second
	// A heartbeat that hangs makes way for the next one.
	timeToBeat = 10 * time.Second
)

// run is one run of one task instance.
type run struct {
	client *api.Client
	ti     api.TaskInstance
	xcoms  *xcoms
	log    *log.Logger
}

func newRun(client *api.Client, ti api.TaskInstance, output io.Writer) *run {
	mapIndex := -1
	if ti.MapIndex != nil {
		mapIndex = *ti.MapIndex
	}
	return &run{
		client: client,
		ti:     ti,
		xcoms:  &xcoms{client: client, dagID: ti.DagID, runID: ti.RunID, taskID: ti.TaskID, mapIndex: mapIndex},
		log:    log.New(output, "", log.LstdFlags|log.Lmicroseconds|log.LUTC),
	}
}

func (r *run) execute(ctx context.Context, task *airflow.Task, every time.Duration) (State, error) {
	given, err := r.start()
	if isGone(err) {
		r.log.Printf("not started: %v", err)
		return Stopped, nil
	}
	if err != nil {
		return "", fmt.Errorf("starting: %w", err)
	}

	taskContext, cancel := context.WithCancel(ctx)
	defer cancel()
	// A task that winds down since the worker ends still has its heartbeats, or it would be started elsewhere meanwhile.
	beating, stopBeating := context.WithCancel(context.Background())
	lost := r.beat(beating, cancel, every)
	result, failure := r.call(taskContext, task, given)
	stopBeating()
	if err := <-lost; err != nil { // no heartbeat is sent after the state has changed
		r.log.Printf("stopped: %v", err)
		return Stopped, nil
	}
	return r.report(result, failure, given.ShouldRetry)
}

// start tells the server that the task starts. It does not end with the worker's context: a start whose response nobody
// reads leaves a task that nobody runs.
func (r *run) start() (api.TIRunContext, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeToTell)
	defer cancel()
	return r.client.TIRun(ctx, r.ti.ID, api.TIEnterRunningPayload{
		State:     api.TIEnterRunningPayloadStateRunning,
		Hostname:  self.hostname,
		Unixname:  self.unixname,
		PID:       os.Getpid(),
		StartDate: time.Now(),
	})
}

// beat says in turn that the task still runs, until ctx ends. Where the server says that the task is not this worker's, it
// stops the task, and the channel has the reason.
func (r *run) beat(ctx context.Context, stop context.CancelFunc, every time.Duration) <-chan error {
	lost := make(chan error, 1)
	go func() {
		defer close(lost)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			err := r.heartbeat(ctx)
			if isGone(err) || isRefused(err) {
				lost <- err
				stop()
				return
			}
			if err != nil && ctx.Err() == nil {
				r.log.Printf("heartbeat: %v", err) // the next one may be heard
			}
		}
	}()
	return lost
}

func (r *run) heartbeat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, timeToBeat)
	defer cancel()
	return r.client.TIHeartbeat(ctx, r.ti.ID, api.TIHeartbeatInfo{Hostname: self.hostname, PID: os.Getpid()})
}

// call takes back what an earlier try has pushed, and calls the task's function with what it asks for.
func (r *run) call(ctx context.Context, task *airflow.Task, given api.TIRunContext) (any, error) {
	for _, key := range given.XComKeysToClear {
		if err := r.xcoms.clear(ctx, key); err != nil {
			return nil, fmt.Errorf("clearing XCom %q: %w", key, err)
		}
	}
	kwargs, err := decodeKwargs(given.NextKwargs)
	if err != nil {
		return nil, err
	}
	return task.Execute(ctx, deref(given.NextMethod), &airflow.Runtime{
		TaskInstance: airflow.TaskInstance{
			ID: r.ti.ID, DagID: r.ti.DagID, RunID: r.ti.RunID, TaskID: r.ti.TaskID,
			MapIndex: r.xcoms.mapIndex, TryNumber: r.ti.TryNumber,
		},
		DagRun: airflow.DagRun{
			LogicalDate: given.DagRun.LogicalDate, RunAfter: given.DagRun.RunAfter, Conf: given.DagRun.Conf,
		},
		Variables:   variables{r.client},
		Connections: connections{r.client},
		XComs:       r.xcoms,
		Log:         r.log,
		Kwargs:      kwargs,
	})
}

// report pushes the result and tells the server how the task ended, unless somebody else has decided it.
func (r *run) report(result any, failure error, shouldRetry bool) (State, error) {
	if failure == nil && result != nil {
		failure = r.push(result)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeToTell)
	defer cancel()
	state, body := outcome(failure, shouldRetry)
	if failure != nil {
		r.log.Printf("%s: %v", state, failure)
	}
	if err := r.client.TIUpdateState(ctx, r.ti.ID, body); isGone(err) {
		r.log.Printf("not %s: %v", state, err)
		return Stopped, nil
	} else if err != nil {
		return "", fmt.Errorf("reporting %s: %w", state, err)
	}
	return state, nil
}

// push has a time of its own, so that the end of the task is told although its result could not be.
func (r *run) push(result any) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeToTell)
	defer cancel()
	return r.xcoms.Push(ctx, airflow.ReturnValue, result)
}
