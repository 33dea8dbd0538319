package worker

import (
	"context"
	"fmt"
	"sync"
	"time"

	"timegate.example/airflow/api"
)

// Between two attempts to reach a server that does not respond.
const pause = 5 * time.Second

// Poll takes workloads from the queue that the token names, and runs up to slots of them at a time, until ctx ends. It
// returns when all that it has begun is over.
func (w *Worker) Poll(ctx context.Context, token string, slots int) error {
	queue := api.NewClient(w.Server, token, w.HTTP)
	free := make(chan struct{}, slots)
	var running sync.WaitGroup
	defer running.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case free <- struct{}{}:
		}
		workload, err := next(ctx, queue)
		switch {
		case ctx.Err() != nil:
			return nil
		case isRefused(err):
			return err
		case err != nil:
			w.logger().Print(err)
			sleep(ctx, pause)
		}
		if workload == nil {
			<-free
			continue
		}
		running.Add(1)
		go func() {
			defer running.Done()
			defer func() { <-free }()
			w.runAndLog(ctx, *workload)
		}()
	}
}

// RunNext waits for one workload of the queue that the token names, and runs it.
func (w *Worker) RunNext(ctx context.Context, token string) (State, error) {
	queue := api.NewClient(w.Server, token, w.HTTP)
	for {
		workload, err := next(ctx, queue)
		if err != nil {
			return "", err
		}
		if workload != nil {
			return w.Run(ctx, *workload)
		}
	}
}

// next waits for a workload; it returns nil if none came in time.
func next(ctx context.Context, queue *api.Client) (*api.ExecuteTask, error) {
	got, err := queue.GetWorkloads(ctx, api.GetWorkloadsQuery{})
	if err != nil {
		return nil, fmt.Errorf("waiting for workloads: %w", err)
	}
	if len(got.Workloads) == 0 {
		return nil, nil
	}
	return &got.Workloads[0], nil
}

func sleep(ctx context.Context, duration time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(duration):
	}
}
