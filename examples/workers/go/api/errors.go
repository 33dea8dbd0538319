package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Error is a response with a status from 400.
type Error struct {
	Method  string
	Path    string
	Status  int
	Reason  string // what the server calls it, if it names a reason
	Message string
	// After is how long the server asks to wait before the request is sent again; zero where it does not say.
	After time.Duration
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %d %s", e.Method, e.Path, e.Status, http.StatusText(e.Status))
	if e.Message == "" { // a response to HEAD has no content
		return text
	}
	return text + ": " + e.Message
}

// HasStatus reports whether an error is a response with one of the statuses.
func HasStatus(err error, statuses ...int) bool {
	var refused *Error
	if !errors.As(err, &refused) {
		return false
	}
	for _, status := range statuses {
		if refused.Status == status {
			return true
		}
	}
	return false
}

func newError(request *http.Request, response *http.Response) *Error {
	content, _ := io.ReadAll(io.LimitReader(response.Body, largestError))
	e := &Error{Method: request.Method, Path: request.URL.Path, Status: response.StatusCode, Message: string(content)}
	if seconds, err := strconv.ParseUint(response.Header.Get("Retry-After"), 10, 16); err == nil {
		e.After = time.Duration(seconds) * time.Second
	}
	var body struct{ Detail json.RawMessage }
	if json.Unmarshal(content, &body) != nil || body.Detail == nil {
		return e
	}
	e.Message = string(body.Detail)
	var text string
	var reasoned struct{ Reason, Message string }
	if json.Unmarshal(body.Detail, &text) == nil {
		e.Message = text
	} else if json.Unmarshal(body.Detail, &reasoned) == nil && reasoned.Message != "" {
		e.Reason, e.Message = reasoned.Reason, reasoned.Message
	}
	return e
}

// isTemporary reports whether the same request may succeed a moment later.
func isTemporary(err error) bool {
	var refused *Error
	return !errors.As(err, &refused) || refused.Status >= http.StatusInternalServerError ||
		refused.Status == http.StatusTooManyRequests
}
