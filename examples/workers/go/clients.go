package airflow

import (
	"context"
	"errors"
)

// ErrNotFound says that there is no variable, connection or XCom of that name.
var ErrNotFound = errors.New("not found")

// ReturnValue is the key of the XCom that holds what a task returned.
const ReturnValue = "return_value"

// Variables are texts that all Dags share.
type Variables interface {
	// Get returns the value of a variable, or ErrNotFound.
	Get(ctx context.Context, key string) (string, error)
	Set(ctx context.Context, key, value, description string) error
	Delete(ctx context.Context, key string) error
}

// Connections say how to reach other systems.
type Connections interface {
	// Get returns a connection, or ErrNotFound.
	Get(ctx context.Context, id string) (Connection, error)
}

// Connection says how to reach another system. What is not set is empty.
type Connection struct {
	ID       string
	Type     string
	Host     string
	Port     int
	Login    string
	Password string
	Schema   string
	Extra    string // JSON
}

// XComs are the values that the tasks of one run hand to each other.
type XComs interface {
	// Get decodes the value that a task of this run has pushed, as json.Unmarshal does, or returns ErrNotFound.
	Get(ctx context.Context, taskID, key string, value any) error
	// GetMapped decodes the values of all instances of a mapped task into a slice, in the order of their map indexes.
	GetMapped(ctx context.Context, taskID, key string, values any) error
	// Count returns how many instances of a mapped task have pushed a value.
	Count(ctx context.Context, taskID, key string) (int, error)
	// Push hands a value on as an XCom of this task.
	Push(ctx context.Context, key string, value any) error
}
