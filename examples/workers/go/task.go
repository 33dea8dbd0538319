package airflow

import (
	"context"
	"fmt"
	"log"
	"reflect"
	"runtime/debug"
	"time"
)

// TaskInstance says which task of which run this is.
type TaskInstance struct {
	ID        string
	DagID     string
	RunID     string
	TaskID    string
	MapIndex  int // -1 where the task is not mapped
	TryNumber int
}

// DagRun is the run that the task is of.
type DagRun struct {
	LogicalDate *time.Time // nil where nobody named one
	RunAfter    time.Time
	Conf        map[string]any
}

// Runtime holds what a task may ask for.
type Runtime struct {
	TaskInstance TaskInstance
	DagRun       DagRun
	Variables    Variables
	Connections  Connections
	XComs        XComs
	Log          *log.Logger
	Kwargs       Kwargs // what a deferral left behind
}

// handler runs a task's function with what it asks for.
type handler func(context.Context, *Runtime) (any, error)

// Execute runs the task from its beginning, or from the method that a deferral named.
func (t *Task) Execute(ctx context.Context, method string, runtime *Runtime) (result any, err error) {
	run := t.execute
	if method != "" {
		if run = t.methods[method]; run == nil {
			return nil, fmt.Errorf("task %s has no method %q to resume with", t.id, method)
		}
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("task %s panicked: %v\n%s", t.id, cause, debug.Stack())
		}
	}()
	return run(ctx, runtime)
}

// injectors give each type that a task may ask for.
var injectors = map[reflect.Type]func(context.Context, *Runtime) any{
	typeOf[context.Context](): func(ctx context.Context, _ *Runtime) any { return ctx },
	typeOf[TaskInstance]():    func(_ context.Context, r *Runtime) any { return r.TaskInstance },
	typeOf[DagRun]():          func(_ context.Context, r *Runtime) any { return r.DagRun },
	typeOf[Variables]():       func(_ context.Context, r *Runtime) any { return r.Variables },
	typeOf[Connections]():     func(_ context.Context, r *Runtime) any { return r.Connections },
	typeOf[XComs]():           func(_ context.Context, r *Runtime) any { return r.XComs },
	typeOf[*log.Logger]():     func(_ context.Context, r *Runtime) any { return r.Log },
	typeOf[Kwargs]():          func(_ context.Context, r *Runtime) any { return r.Kwargs },
}

func typeOf[T any]() reflect.Type { return reflect.TypeOf((*T)(nil)).Elem() }

// mustBind turns a function into a handler, once, so that a task asks by type and costs no lookup when it runs.
func mustBind(function any) handler {
	name, value, signature := functionName(function), reflect.ValueOf(function), reflect.TypeOf(function)
	outputs := signature.NumOut()
	if outputs < 1 || outputs > 2 || signature.Out(outputs-1) != typeOf[error]() {
		panic(fmt.Sprintf("airflow: %s must return an error, or a value and an error", name))
	}
	inject := make([]func(context.Context, *Runtime) any, signature.NumIn())
	for i := range inject {
		wanted := signature.In(i)
		if inject[i] = injectors[wanted]; inject[i] == nil {
			panic(fmt.Sprintf("airflow: %s asks for a %s, which no worker has", name, wanted))
		}
	}
	return func(ctx context.Context, runtime *Runtime) (any, error) {
		arguments := make([]reflect.Value, len(inject))
		for i, give := range inject {
			arguments[i] = reflect.ValueOf(give(ctx, runtime))
		}
		results := value.Call(arguments)
		err, _ := results[outputs-1].Interface().(error)
		if outputs == 1 {
			return nil, err
		}
		if results[0].Kind() == reflect.Pointer && results[0].IsNil() {
			return nil, err
		}
		return results[0].Interface(), err
	}
}
