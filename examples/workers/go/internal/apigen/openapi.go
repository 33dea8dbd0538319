package main

import (
	"encoding/json"
	"sort"
)

// openAPI is the part of an OpenAPI 3.1 document that code is written from.
type openAPI struct {
	Info struct {
		Version string
	}
	Paths      map[string]map[string]operation
	Components struct {
		Schemas map[string]*schema
	}
}

type operation struct {
	OperationID string `json:"operationId"`
	Parameters  []struct {
		In       string
		Name     string
		Required bool
		Schema   *schema
	}
	RequestBody *body
	Responses   map[string]body
}

type body struct {
	Content map[string]struct {
		Schema *schema
	}
}

// schema returns the schema of the JSON content, or nil.
func (b *body) schema() *schema {
	if b == nil {
		return nil
	}
	return b.Content["application/json"].Schema
}

// success returns the schema of the response that says that all went well, or nil where it has no content.
func (o operation) success() *schema {
	for _, status := range sortedKeys(o.Responses) {
		if status[0] == '2' {
			response := o.Responses[status]
			return response.schema()
		}
	}
	return nil
}

type schema struct {
	Ref                  string `json:"$ref"`
	Type                 string
	Format               string
	Description          string
	Properties           map[string]*schema
	Required             []string
	Items                *schema
	AdditionalProperties json.RawMessage
	AnyOf                []*schema
	OneOf                []*schema
	Const                *string
	Enum                 []string
	Default              any
}

// alternatives returns the arms of a union, and whether null is one of them.
func (s *schema) alternatives() (arms []*schema, nullable bool) {
	for _, arm := range append(s.AnyOf, s.OneOf...) {
		if arm.Type == "null" {
			nullable = true
		} else {
			arms = append(arms, arm)
		}
	}
	return arms, nullable
}

func (s *schema) requires(property string) bool {
	for _, name := range s.Required {
		if name == property {
			return true
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
