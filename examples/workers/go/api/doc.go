// Package api speaks one version of the Task Execution API.
//
// Its types and its methods, one for each operation, are generated from the document of that version. So a program
// that compiles uses nothing that the document lacks.
package api

//go:generate go run timegate.example/airflow/internal/apigen -document ../../../execution_api/contracts/2025-04-11.json -out api.gen.go
