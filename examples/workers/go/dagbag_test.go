package airflow_test

import (
	"context"
	"strings"
	"testing"

	"timegate.example/airflow"
)

func extract(context.Context, airflow.Variables) (string, error) { return "", nil }

func wantsNumber(int) error { return nil }

func textOnly() string { return "" }

func TestATaskIsNamedByItsFunction(t *testing.T) {
	var bag airflow.DagBag
	added := bag.AddDag("tutorial").AddTask(extract)
	if bag.Task("tutorial", "extract") != added {
		t.Error("the task is not found under the name of its function")
	}
	if bag.Task("tutorial", "load") != nil || bag.Task("other", "extract") != nil {
		t.Error("a task is found that nobody added")
	}
}

func TestAFunctionThatIsNoTaskIsRefused(t *testing.T) {
	tests := map[string]struct {
		function any
		want     string
	}{
		"no function":       {42, "a task is a function, not a int"},
		"no name":           {func() error { return nil }, "a function literal has no name"},
		"unknown parameter": {wantsNumber, "asks for a int, which no worker has"},
		"no error":          {textOnly, "must return an error, or a value and an error"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if cause, _ := recover().(string); !strings.Contains(cause, test.want) {
					t.Errorf("panicked with %q, want %q", cause, test.want)
				}
			}()
			var bag airflow.DagBag
			bag.AddDag("dag").AddTask(test.function)
		})
	}
}
