// Package worker runs the tasks of a bundle: it takes workloads from a file, from a queue or as requests, and speaks to the
// server for them.
package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/user"
	"time"

	"timegate.example/airflow"
	"timegate.example/airflow/api"
)

// ErrNoSuchTask says that the bundle lacks the task of a workload. Nothing was sent, so that another worker may take it.
var ErrNoSuchTask = errors.New("no such task in this bundle")

// Worker runs tasks of one bundle against one server. The fields after Bag may be left empty.
type Worker struct {
	Server    string
	Bag       *airflow.DagBag
	Heartbeat time.Duration                                 // between two heartbeats; 5 seconds if zero
	HTTP      *http.Client                                  // http.DefaultClient if nil
	OpenLog   func(api.ExecuteTask) (io.WriteCloser, error) // where a task's log is kept; standard error if nil
	Log       *log.Logger                                   // what the worker itself has to say; log.Default() if nil
}

// State is how a run of a task ended.
type State string

// What a worker reports, and Stopped where the server said that the task is no longer its own.
const (
	Success         State = "success"
	Failed          State = "failed"
	Skipped         State = "skipped"
	UpForRetry      State = "up_for_retry"
	Deferred        State = "deferred"
	UpForReschedule State = "up_for_reschedule"
	Stopped         State = "stopped"
)

// Run runs the task of a workload to its end and reports it.
//
// A task that fails is no error: it ends in Failed or UpForRetry. The error says why the task could not be started or its
// end not be reported. If ctx ends, so does the context of the task, and what the task returns then is reported.
func (w *Worker) Run(ctx context.Context, workload api.ExecuteTask) (State, error) {
	task := w.Bag.Task(workload.TI.DagID, workload.TI.TaskID)
	if task == nil {
		return "", fmt.Errorf("%s.%s: %w", workload.TI.DagID, workload.TI.TaskID, ErrNoSuchTask)
	}
	output, err := w.openLog(workload)
	if err != nil {
		return "", err
	}
	defer output.Close()

	r := newRun(api.NewClient(w.Server, workload.Token, w.HTTP), workload.TI, output)
	state, err := r.execute(ctx, task, w.heartbeat())
	if err != nil {
		r.log.Print(err)
	}
	return state, err
}

func (w *Worker) runAndLog(ctx context.Context, workload api.ExecuteTask) {
	state, err := w.Run(ctx, workload)
	if err != nil {
		w.logger().Printf("%s.%s of %s: %v", workload.TI.DagID, workload.TI.TaskID, workload.TI.RunID, err)
		return
	}
	w.logger().Printf("%s.%s of %s: %s", workload.TI.DagID, workload.TI.TaskID, workload.TI.RunID, state)
}

func (w *Worker) heartbeat() time.Duration {
	if w.Heartbeat == 0 {
		return 5 * time.Second
	}
	return w.Heartbeat
}

func (w *Worker) logger() *log.Logger {
	if w.Log == nil {
		return log.Default()
	}
	return w.Log
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func (w *Worker) openLog(workload api.ExecuteTask) (io.WriteCloser, error) {
	if w.OpenLog == nil {
		return nopCloser{os.Stderr}, nil
	}
	return w.OpenLog(workload)
}

// self is how the server tells this worker from others: only the one that has started a task may go on with it.
var self = func() (self struct{ hostname, unixname string }) {
	self.hostname, self.unixname = "unknown", "unknown"
	if name, err := os.Hostname(); err == nil {
		self.hostname = name
	}
	if current, err := user.Current(); err == nil {
		self.unixname = current.Username
	}
	return self
}()

// isGone reports whether the server says that a task is not this worker's: it is not there any more, it runs elsewhere, or
// it has ended.
func isGone(err error) bool {
	return api.HasStatus(err, http.StatusNotFound, http.StatusConflict, http.StatusGone)
}

// isRefused reports whether the token is not good for what was asked.
func isRefused(err error) bool {
	return api.HasStatus(err, http.StatusUnauthorized, http.StatusForbidden)
}
