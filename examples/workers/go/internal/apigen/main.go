// Apigen writes the Go types and methods of one OpenAPI document, and nothing that the document lacks.
//
//	go run ./internal/apigen -document ../../execution_api/contracts/2025-04-11.json -out api/api.gen.go
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("apigen: ")
	document := flag.String("document", "", "the OpenAPI document to read")
	out := flag.String("out", "", "the Go file to write")
	flag.Parse()
	if err := generate(*document, *out); err != nil {
		log.Fatal(err)
	}
}

func generate(document, out string) error {
	content, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	var doc openAPI
	if err := json.Unmarshal(content, &doc); err != nil {
		return fmt.Errorf("%s: %w", document, err)
	}
	source, err := format.Source(render(doc))
	if err != nil {
		return fmt.Errorf("%s: the generated code is not Go: %w", document, err)
	}
	return os.WriteFile(out, source, 0o644)
}
