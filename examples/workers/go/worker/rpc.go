package worker

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"timegate.example/airflow/api"
)

const largestWorkload = 1 << 20

// Handler takes workloads as POST requests, so that a web service that is there anyway runs tasks as well. It responds with
// 202 at once; how the task ends is between the worker and the server.
//
// Who may send a workload is not asked here: the token in it says to the server what it is good for.
type Handler struct {
	worker  *Worker
	ctx     context.Context // of the tasks, which outlive the requests that bring them
	running sync.WaitGroup
}

// NewHandler returns a handler whose tasks end with ctx.
func NewHandler(ctx context.Context, worker *Worker) *Handler {
	return &Handler{worker: worker, ctx: ctx}
}

func (h *Handler) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodPost {
		response.Header().Set("Allow", http.MethodPost)
		http.Error(response, "POST a workload", http.StatusMethodNotAllowed)
		return
	}
	var workload api.ExecuteTask
	if err := json.NewDecoder(http.MaxBytesReader(response, request.Body, largestWorkload)).Decode(&workload); err != nil {
		http.Error(response, "no workload: "+err.Error(), http.StatusBadRequest)
		return
	}
	if h.worker.Bag.Task(workload.TI.DagID, workload.TI.TaskID) == nil {
		http.Error(response, ErrNoSuchTask.Error(), http.StatusNotFound)
		return
	}
	h.running.Add(1)
	go func() {
		defer h.running.Done()
		h.worker.runAndLog(h.ctx, workload)
	}()
	response.WriteHeader(http.StatusAccepted)
}

// Wait returns when all tasks that the handler has begun are over.
func (h *Handler) Wait() { h.running.Wait() }
