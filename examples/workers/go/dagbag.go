// Package airflow is what tasks are written against.
//
// A bundle adds its Dags and tasks to a DagBag. A task is a plain function: it asks for what it needs by the types of its
// parameters, and returns an error, or a value and an error.
//
//	func transform(ctx context.Context, xcoms airflow.XComs, log *log.Logger) (any, error) { … }
//
//	var bag airflow.DagBag
//	bag.AddDag("tutorial").AddTask(transform)
package airflow

import (
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
)

// DagBag holds the Dags of a bundle. Its zero value is empty and ready to use.
type DagBag struct {
	dags map[string]*Dag
}

// AddDag returns the Dag of that name, which is new if it was not there.
func (b *DagBag) AddDag(dagID string) *Dag {
	if b.dags == nil {
		b.dags = make(map[string]*Dag)
	}
	if b.dags[dagID] == nil {
		b.dags[dagID] = &Dag{id: dagID, tasks: make(map[string]*Task)}
	}
	return b.dags[dagID]
}

// Task returns a task, or nil if the bundle does not have it.
func (b *DagBag) Task(dagID, taskID string) *Task {
	if dag := b.dags[dagID]; dag != nil {
		return dag.tasks[taskID]
	}
	return nil
}

// Dag holds the tasks of a Dag that run in this bundle; others may run elsewhere.
type Dag struct {
	id    string
	tasks map[string]*Task
}

// AddTask adds a task under the name of its function. It panics if the function asks for what there is not or has no name,
// or if the name is taken.
func (d *Dag) AddTask(function any) *Task {
	name := functionName(function)
	if anonymous.MatchString(name) {
		panic("airflow: a function literal has no name; write AddTaskNamed(\"…\", func…)")
	}
	return d.AddTaskNamed(name, function)
}

// anonymous matches what the compiler calls a function literal, after the last dot.
var anonymous = regexp.MustCompile(`^(func)?\d+$`)

// AddTaskNamed is AddTask with a name of its own.
func (d *Dag) AddTaskNamed(taskID string, function any) *Task {
	if d.tasks[taskID] != nil {
		panic(fmt.Sprintf("airflow: Dag %s has two tasks %s", d.id, taskID))
	}
	d.tasks[taskID] = &Task{id: taskID, execute: mustBind(function), methods: make(map[string]handler)}
	return d.tasks[taskID]
}

// Task is a task of a Dag.
type Task struct {
	id      string
	execute handler
	methods map[string]handler
}

// OnResume adds the function that goes on, under this name, with what a deferral left behind. The deferral may be of a
// worker in another language.
func (t *Task) OnResume(method string, function any) *Task {
	t.methods[method] = mustBind(function)
	return t
}

// functionName returns the name of a function as its source has it.
func functionName(function any) string {
	value := reflect.ValueOf(function)
	if value.Kind() != reflect.Func {
		panic(fmt.Sprintf("airflow: a task is a function, not a %T", function))
	}
	name := runtime.FuncForPC(value.Pointer()).Name()
	name = name[strings.LastIndex(name, ".")+1:]
	return strings.TrimSuffix(name, "-fm") // a method value
}
