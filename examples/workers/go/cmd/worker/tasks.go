package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"timegate.example/airflow"
)

// bundle returns the tasks of first_worker that are written in Go. Its other tasks are written in Python.
func bundle() *airflow.DagBag {
	var bag airflow.DagBag
	dag := bag.AddDag("first_worker")
	dag.AddTask(reply)
	dag.AddTask(fail)
	dag.AddTask(retry)
	dag.AddTask(wait).OnResume("resume", resume)
	dag.AddTask(linger)
	dag.AddTask(hold)
	return &bag
}

type question struct {
	From string `json:"from"`
	Text string `json:"text"`
}

type answer struct {
	To          string `json:"to"`
	Greeting    string `json:"greeting"`
	Warehouse   string `json:"warehouse"`
	HasPassword bool   `json:"has_password"`
	Nowhere     string `json:"nowhere"`
	Parts       []int  `json:"parts"`
}

// reply answers what a task in Python has asked, with a variable, a connection and the values of a mapped task.
func reply(ctx context.Context, variables airflow.Variables, connections airflow.Connections, xcoms airflow.XComs) (*answer, error) {
	var asked question
	if err := xcoms.Get(ctx, "ask", "question", &asked); err != nil {
		return nil, err
	}
	greeting, err := variables.Get(ctx, "greeting")
	if err != nil {
		return nil, err
	}
	nowhere, err := variables.Get(ctx, "nowhere")
	if errors.Is(err, airflow.ErrNotFound) {
		nowhere = "not there"
	} else if err != nil {
		return nil, err
	}
	warehouse, err := connections.Get(ctx, "warehouse")
	if err != nil {
		return nil, err
	}
	var parts []int
	if err := xcoms.GetMapped(ctx, "part", airflow.ReturnValue, &parts); err != nil {
		return nil, err
	}
	if err := xcoms.Push(ctx, "echo", asked.Text); err != nil {
		return nil, err
	}
	return &answer{
		To:          asked.From,
		Greeting:    greeting,
		Warehouse:   fmt.Sprintf("%s@%s:%d", warehouse.Login, warehouse.Host, warehouse.Port),
		HasPassword: warehouse.Password != "",
		Nowhere:     nowhere,
		Parts:       parts,
	}, nil
}

func fail() error {
	return errors.New("this task fails on purpose")
}

// retry succeeds the second time.
func retry(ti airflow.TaskInstance, log *log.Logger) (int, error) {
	if ti.TryNumber < 2 {
		return 0, fmt.Errorf("try %d fails on purpose", ti.TryNumber)
	}
	log.Printf("try %d succeeds", ti.TryNumber)
	return ti.TryNumber, nil
}

var noon = time.Date(2026, time.January, 2, 12, 0, 0, 0, time.UTC)

// wait defers; a worker in any language goes on.
func wait() error {
	return &airflow.Deferral{
		Trigger: "first_worker.Bell",
		Args:    map[string]any{"at": noon.Format(time.RFC3339)},
		Timeout: time.Hour,
		Resume:  "resume",
		Kwargs:  map[string]any{"since": noon, "patience": 90 * time.Second, "visits": []int{1, 2}},
	}
}

type waited struct {
	Event    string    `json:"event"`
	Until    time.Time `json:"until"`
	Patience float64   `json:"patience"`
	Visits   []int     `json:"visits"`
}

// resume goes on with what was left behind by wait, here or in Python.
func resume(kwargs airflow.Kwargs) (*waited, error) {
	var left struct {
		Event    string
		Since    time.Time
		Patience time.Duration
		Visits   []int
	}
	if err := kwargs.Decode(&left); err != nil {
		return nil, err
	}
	return &waited{
		Event: left.Event, Until: left.Since.Add(left.Patience), Patience: left.Patience.Seconds(), Visits: left.Visits,
	}, nil
}

// hold is wait for a worker in Python to go on with.
func hold() error {
	return wait()
}

// linger runs until somebody wants it to stop.
func linger(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Minute):
		return errors.New("nobody has stopped this task")
	}
}
