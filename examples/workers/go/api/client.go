package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	attempts = 5
	// The pauses add up to 17 seconds: a short fault costs little time, and a restart of the server is outlasted. Each is
	// up to a quarter longer, so that workers which failed at one moment do not come back at one.
	firstBackoff  = 200 * time.Millisecond
	backoffFactor = 4
	jitter        = 0.25
	// The longest that a server may ask to wait.
	longestPause = time.Minute
	// A request that waits for workloads takes half of it.
	requestTimeout = time.Minute
	largestError   = 64 << 10
)

// Client sends requests to one server under one token, which it replaces whenever the server renews it.
//
// A request that gets no response, a 429 or a 5xx is sent again, no earlier than the server asks by Retry-After, up to five times in all: the server takes a repeated request
// for the same one. Its methods may be called by several goroutines.
type Client struct {
	server string
	http   *http.Client

	mu    sync.Mutex
	token string
}

// NewClient returns a client of the server at a base URL; httpClient may be nil.
func NewClient(server, token string, httpClient *http.Client) *Client {
	if httpClient == nil {
		httpClient = http.DefaultClient
	}
	return &Client{server: strings.TrimSuffix(server, "/"), http: httpClient, token: token}
}

// send sends a request until it has a response that says yes or no, and decodes it into out unless that is nil.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, body, out any) (http.Header, error) {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	target := c.server + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	backoff := firstBackoff
	for attempt := 1; ; attempt++ {
		header, received, err := c.attempt(ctx, method, target, content)
		if err == nil {
			return header, decode(method, path, received, out)
		}
		if attempt == attempts || !isTemporary(err) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause(err, backoff)):
			backoff *= backoffFactor
		}
	}
}

// pause is how long to wait before a request is sent again.
func pause(err error, backoff time.Duration) time.Duration {
	wait := backoff + time.Duration(mathrand.Float64()*jitter*float64(backoff))
	var refused *Error
	if !errors.As(err, &refused) || refused.After <= wait {
		return wait
	}
	if refused.After > longestPause {
		return longestPause
	}
	return refused.After
}

func (c *Client) attempt(ctx context.Context, method, target string, content []byte) (http.Header, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(content))
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Airflow-API-Version", Version)
	request.Header.Set("Authorization", "Bearer "+c.currentToken())
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Correlation-ID", correlationID())
	if content != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	if renewed := response.Header.Get("Refreshed-API-Token"); renewed != "" {
		c.setToken(renewed)
	}
	if response.StatusCode >= http.StatusBadRequest {
		return nil, nil, newError(request, response)
	}
	received, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: the response breaks off: %w", method, request.URL.Path, err)
	}
	return response.Header, received, nil
}

// decode stores the content of a response in out, unless that is nil.
func decode(method, path string, content []byte, out any) error {
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(content, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

func (c *Client) currentToken() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.token
}

func (c *Client) setToken(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token = token
}

// correlationID names a request, so that it is found in the server's log.
func correlationID() string {
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return strconv.FormatInt(time.Now().UnixNano(), 36)
	}
	return hex.EncodeToString(id[:])
}
