package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sync"
)

// tracer writes each exchange with the server as a line of JSON.
type tracer struct {
	next http.RoundTripper

	mu  sync.Mutex
	out *json.Encoder
}

type exchange struct {
	Method        string `json:"method"`
	Path          string `json:"path"`
	Query         string `json:"query"`
	APIVersion    string `json:"api_version"`
	CorrelationID string `json:"correlation_id"`
	Request       any    `json:"request"`
	Status        int    `json:"status"`
	Response      any    `json:"response"`
}

func (t *tracer) RoundTrip(request *http.Request) (*http.Response, error) {
	sent := &bytes.Buffer{}
	traced := request.Clone(request.Context())
	if request.Body != nil {
		traced.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(request.Body, sent), request.Body}
	}
	response, err := t.next.RoundTrip(traced)
	if err != nil {
		return nil, err
	}
	received, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(received))
	t.mu.Lock()
	defer t.mu.Unlock()
	return response, t.out.Encode(exchange{
		Method:        request.Method,
		Path:          request.URL.EscapedPath(),
		Query:         request.URL.RawQuery,
		APIVersion:    request.Header.Get("Airflow-API-Version"),
		CorrelationID: request.Header.Get("Correlation-ID"),
		Request:       decoded(sent.Bytes()),
		Status:        response.StatusCode,
		Response:      decoded(received),
	})
}

// decoded returns JSON as it is, nothing as null, and anything else as text.
func decoded(content []byte) any {
	if len(content) == 0 {
		return nil
	}
	if json.Valid(content) {
		return json.RawMessage(content)
	}
	return string(content)
}
