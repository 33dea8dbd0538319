package api

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"time"
)

// queryValues reads the fields of a query by their `url` tags; a pointer that is nil and an empty value are left out
// where the tag says omitempty.
func queryValues(query any) url.Values {
	values := url.Values{}
	fields := reflect.ValueOf(query)
	for i := 0; i < fields.NumField(); i++ {
		name, option, _ := strings.Cut(fields.Type().Field(i).Tag.Get("url"), ",")
		field := fields.Field(i)
		if option == "omitempty" && field.IsZero() {
			continue
		}
		if field.Kind() == reflect.Slice {
			for j := 0; j < field.Len(); j++ {
				values.Add(name, queryText(field.Index(j)))
			}
			continue
		}
		values.Add(name, queryText(field))
	}
	return values
}

func queryText(value reflect.Value) string {
	value = reflect.Indirect(value)
	if !value.IsValid() {
		return ""
	}
	if moment, ok := value.Interface().(time.Time); ok {
		return moment.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(value.Interface())
}
