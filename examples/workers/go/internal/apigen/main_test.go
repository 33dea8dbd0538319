package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const small = `{
  "openapi": "3.1.0",
  "info": {"title": "T", "version": "2025-01-01"},
  "paths": {"/items/{item_id}": {"get": {
    "operationId": "get_item",
    "parameters": [{"name": "item_id", "in": "path", "required": true, "schema": {"type": "string"}}],
    "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}}}
  }}},
  "components": {"schemas": {"Item": {
    "type": "object", "title": "Item", "required": ["sku"],
    "properties": {"sku": {"type": "string"}, "count": {"type": "integer"}}
  }}}
}`

func generated(t *testing.T, document string) (string, error) {
	t.Helper()
	folder := t.TempDir()
	from, out := filepath.Join(folder, "document.json"), filepath.Join(folder, "api.gen.go")
	if err := os.WriteFile(from, []byte(document), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := generate(from, out); err != nil {
		return "", err
	}
	content, err := os.ReadFile(out)
	return string(content), err
}

func TestADocumentBecomesItsTypesMethodsAndVersion(t *testing.T) {
	source, err := generated(t, small)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"2025-01-01"`, "type Item struct", "sends GET /items/{item_id}.", `json:"sku"`, `json:"count,omitempty"`} {
		if !strings.Contains(source, want) {
			t.Errorf("%s is not in\n%s", want, source)
		}
	}
}

func TestWhatTheDocumentLacksIsNotGenerated(t *testing.T) {
	source, err := generated(t, strings.Replace(small, `, "count": {"type": "integer"}`, "", 1))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(source, "ount") {
		t.Errorf("a field of no document:\n%s", source)
	}
}

func TestAFileThatIsNoDocumentIsNamed(t *testing.T) {
	if _, err := generated(t, "{"); err == nil || !strings.Contains(err.Error(), "document.json") {
		t.Errorf("got %v", err)
	}
}
