package worker

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"timegate.example/airflow"
)

// The arguments of a deferral come in one of two forms; the server sends each worker one that its version can read.
// Tagged, up to 2025-11-05: every object is {"__type": T, "__var": V}. Plain, later: JSON as it is, and
// {"__classname__": C, "__data__": D} where JSON has no type.

// decodeKwargs reads the arguments of a deferral in either form.
func decodeKwargs(given any) (airflow.Kwargs, error) {
	if given == nil {
		return nil, nil
	}
	decoded, err := decodeValue(given)
	if err != nil {
		return nil, fmt.Errorf("arguments to resume with: %w", err)
	}
	kwargs, ok := decoded.(map[string]any)
	if !ok {
		return nil, errors.New("arguments to resume with: no object")
	}
	return kwargs, nil
}

// encodeValue writes what JSON has no type for in the plain form, which the server turns into the other one for those who
// need it.
func encodeValue(value any) any {
	switch value := value.(type) {
	case time.Duration:
		// As text: Python refuses an integer here, and JSON would make one of whole seconds.
		return instance{"datetime.timedelta", 2, secondsText(value)}
	case time.Time:
		moment := map[string]any{"timestamp": float64(value.UnixMicro()) / 1e6, "tz": utc}
		return instance{"datetime.datetime", 2, moment}
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = encodeValue(item)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for key, item := range value {
			object[key] = encodeValue(item)
		}
		return object
	}
	return value
}

// secondsText writes seconds without an exponent, which ISO 8601 does not have.
func secondsText(duration time.Duration) string {
	return strconv.FormatFloat(duration.Seconds(), 'f', -1, 64)
}

// utc is the time zone UTC, as a moment in the plain form names it.
var utc = instance{"builtins.tuple", 1, []any{"UTC", "pendulum.tz.timezone.Timezone", 1, true}}

type instance struct {
	Class   string `json:"__classname__"`
	Version int    `json:"__version__"`
	Data    any    `json:"__data__"`
}

func decodeValue(value any) (any, error) {
	switch value := value.(type) {
	case []any:
		return decodeList(value)
	case map[string]any:
		if kind, ok := value["__type"].(string); ok {
			return decodeTyped(kind, value["__var"])
		}
		if kind, ok := value["__classname__"].(string); ok {
			return decodeTyped(kind, value["__data__"])
		}
		return decodeObject(value)
	}
	return value, nil
}

func decodeTyped(kind string, data any) (any, error) {
	switch kind {
	case "dict":
		if object, ok := data.(map[string]any); ok {
			return decodeObject(object)
		}
	case "tuple", "set", "builtins.tuple", "builtins.set", "builtins.frozenset":
		if list, ok := data.([]any); ok {
			return decodeList(list)
		}
	case "datetime", "datetime.datetime", "pendulum.datetime.DateTime":
		if object, ok := data.(map[string]any); ok {
			data = object["timestamp"]
		}
		if seconds, ok := secondsOf(data); ok {
			return time.UnixMicro(int64(math.Round(seconds * 1e6))).UTC(), nil
		}
	case "timedelta", "datetime.timedelta":
		if seconds, ok := secondsOf(data); ok {
			return time.Duration(math.Round(seconds*1e6)) * time.Microsecond, nil // Python has no finer one
		}
	}
	return nil, fmt.Errorf("no form for a %s here", kind)
}

// secondsOf reads a number, or a text that is one.
func secondsOf(data any) (seconds float64, ok bool) {
	if text, isText := data.(string); isText {
		seconds, err := strconv.ParseFloat(text, 64)
		return seconds, err == nil
	}
	seconds, ok = data.(float64)
	return seconds, ok
}

func decodeList(list []any) (any, error) {
	out := make([]any, len(list))
	for i, item := range list {
		var err error
		if out[i], err = decodeValue(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func decodeObject(object map[string]any) (any, error) {
	out := make(map[string]any, len(object))
	for key, item := range object {
		var err error
		if out[key], err = decodeValue(item); err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
	}
	return out, nil
}
