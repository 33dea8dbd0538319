package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"timegate.example/airflow"
	"timegate.example/airflow/api"
)

// notFound turns a 404 into airflow.ErrNotFound, and says what was not found.
func notFound(kind, name string, err error) error {
	if api.HasStatus(err, http.StatusNotFound) {
		return fmt.Errorf("%s %q: %w", kind, name, airflow.ErrNotFound)
	}
	return err
}

type variables struct{ client *api.Client }

func (v variables) Get(ctx context.Context, key string) (string, error) {
	found, err := v.client.GetVariable(ctx, key)
	return deref(found.Value), notFound("variable", key, err)
}

func (v variables) Set(ctx context.Context, key, value, description string) error {
	_, err := v.client.PutVariable(ctx, key, api.VariablePostBody{Val: &value, Description: &description})
	return err
}

func (v variables) Delete(ctx context.Context, key string) error {
	return v.client.DeleteVariable(ctx, key)
}

type connections struct{ client *api.Client }

func (c connections) Get(ctx context.Context, id string) (airflow.Connection, error) {
	found, err := c.client.GetConnection(ctx, id)
	if err != nil {
		return airflow.Connection{}, notFound("connection", id, err)
	}
	return airflow.Connection{
		ID: found.ConnID, Type: found.ConnType, Host: deref(found.Host), Port: deref(found.Port),
		Login: deref(found.Login), Password: deref(found.Password), Schema: deref(found.Schema), Extra: deref(found.Extra),
	}, nil
}

type xcoms struct {
	client               *api.Client
	dagID, runID, taskID string
	mapIndex             int
}

func (x *xcoms) Get(ctx context.Context, taskID, key string, value any) error {
	found, err := x.client.GetXCom(ctx, x.dagID, x.runID, taskID, key, api.GetXComQuery{})
	if err != nil {
		return notFound("XCom", taskID+"."+key, err)
	}
	return decodeXCom(taskID, key, found.Value, value)
}

func (x *xcoms) GetMapped(ctx context.Context, taskID, key string, values any) error {
	found, err := x.client.GetMappedXComBySlice(ctx, x.dagID, x.runID, taskID, key, api.GetMappedXComBySliceQuery{})
	if err != nil {
		return err
	}
	content, err := json.Marshal(found)
	if err != nil {
		return err
	}
	return decodeXCom(taskID, key, content, values)
}

func decodeXCom(taskID, key string, content []byte, value any) error {
	if err := json.Unmarshal(content, value); err != nil {
		return fmt.Errorf("XCom %q: %w", taskID+"."+key, err)
	}
	return nil
}

func (x *xcoms) Count(ctx context.Context, taskID, key string) (int, error) {
	header, err := x.client.HeadXCom(ctx, x.dagID, x.runID, taskID, key, api.HeadXComQuery{})
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimPrefix(header.Get("Content-Range"), "map_indexes "))
}

func (x *xcoms) Push(ctx context.Context, key string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("XCom %q: %w", key, err)
	}
	query := api.SetXComQuery{MapIndex: &x.mapIndex}
	_, err = x.client.SetXCom(ctx, x.dagID, x.runID, x.taskID, key, content, query)
	return err
}

func (x *xcoms) clear(ctx context.Context, key string) error {
	query := api.DeleteXComQuery{MapIndex: &x.mapIndex}
	_, err := x.client.DeleteXCom(ctx, x.dagID, x.runID, x.taskID, key, query)
	return err
}

// deref returns what a pointer points to, or the zero value.
func deref[T any](pointer *T) (value T) {
	if pointer != nil {
		value = *pointer
	}
	return value
}
