package main

import (
	"bytes"
	"encoding/json"
	"strings"
)

// goType returns the Go type of a schema; what no type of Go says is `any`.
func goType(s *schema) string {
	if s.Ref != "" {
		return exported(s.Ref[strings.LastIndex(s.Ref, "/")+1:])
	}
	if arms, nullable := s.alternatives(); len(arms) > 0 {
		if len(arms) > 1 {
			return "any"
		}
		if inner := goType(arms[0]); nullable && !nilable(inner) {
			return "*" + inner
		}
		return goType(arms[0])
	}
	switch s.Type {
	case "string":
		if s.Format == "date-time" {
			return "time.Time"
		}
		return "string"
	case "integer":
		return "int"
	case "number":
		return "float64"
	case "boolean":
		return "bool"
	case "array":
		if s.Items == nil {
			return "[]any"
		}
		return "[]" + goType(s.Items)
	case "object":
		return "map[string]" + goType(s.values())
	}
	return "any"
}

// values returns the schema of the values of an object without properties of its own.
func (s *schema) values() *schema {
	var values schema
	if bytes.HasPrefix(s.AdditionalProperties, []byte("{")) {
		if err := json.Unmarshal(s.AdditionalProperties, &values); err != nil {
			panic(err) // it was valid JSON a moment ago, as a part of the document
		}
	}
	return &values
}

// fieldType returns the type of a field: a pointer where an absent value and Go's zero value are not the same.
func fieldType(s *schema, required bool) string {
	plain := goType(s)
	if required || nilable(plain) || isZero(s.Default) {
		return plain
	}
	return "*" + plain
}

func nilable(goType string) bool {
	return goType == "any" || goType == "JSONValue" || strings.HasPrefix(goType, "[]") || strings.HasPrefix(goType, "map[") || strings.HasPrefix(goType, "*")
}

func isZero(value any) bool {
	switch value {
	case false, 0.0, "":
		return true
	}
	return false
}
