package worker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"timegate.example/airflow"
	"timegate.example/airflow/api"
	"timegate.example/airflow/worker"
)

// server answers each "METHOD /path" with the responses it has for it, in turn; the last one stays. What is not set is
// 204. It keeps what it got.
type server struct {
	started func() // called when a task starts, before the response

	mu        sync.Mutex
	responses map[string][]response
	got       []string
	bodies    map[string]string
	tokens    []string
}

type response struct {
	status int
	body   string
	token  string // sent as Refreshed-API-Token
	length int    // sent as Content-Length, where it is not the body's
	after  string // sent as Retry-After
}

const started = `{"dag_run": {}, "max_tries": 1, "upstream_map_indexes": {}, "should_retry": %t, "xcom_keys_to_clear": [%s]}`

func (s *server) ServeHTTP(out http.ResponseWriter, request *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	call := request.Method + " " + strings.TrimPrefix(request.URL.Path, "/task-instances/ti-1")
	content, _ := io.ReadAll(request.Body)
	s.got = append(s.got, call)
	s.bodies[call] = string(content)
	s.tokens = append(s.tokens, request.Header.Get("Authorization"))
	if call == "PATCH /run" && s.started != nil {
		s.started()
	}
	given := response{status: http.StatusNoContent}
	if left := s.responses[call]; len(left) > 0 {
		given = left[0]
		if len(left) > 1 {
			s.responses[call] = left[1:]
		}
	}
	if given.token != "" {
		out.Header().Set("Refreshed-API-Token", given.token)
	}
	if given.after != "" {
		out.Header().Set("Retry-After", given.after)
	}
	if given.length != 0 {
		out.Header().Set("Content-Length", strconv.Itoa(given.length))
	}
	out.WriteHeader(given.status)
	_, _ = io.WriteString(out, given.body)
}

func (s *server) calls(call string) (count int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.got {
		if one == call {
			count++
		}
	}
	return count
}

func (s *server) state(t *testing.T) map[string]any {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var body map[string]any
	if err := json.Unmarshal([]byte(s.bodies["PATCH /state"]), &body); err != nil {
		t.Fatalf("no state was reported: %v in %v", err, s.got)
	}
	return body
}

func newServer(responses map[string][]response) *server {
	s := &server{responses: map[string][]response{"PATCH /run": {{status: 200, body: fmt.Sprintf(started, false, "")}}}, bodies: map[string]string{}}
	for call, given := range responses {
		s.responses[call] = given
	}
	return s
}

// run runs one task against a server.
func run(t *testing.T, s *server, task any) (worker.State, error) {
	t.Helper()
	return runIn(context.Background(), t, s, task)
}

func runIn(ctx context.Context, t *testing.T, s *server, task any) (worker.State, error) {
	t.Helper()
	listening := httptest.NewServer(s)
	defer listening.Close()
	var bag airflow.DagBag
	bag.AddDag("dag").AddTaskNamed("task", task).OnResume("resume", func(kwargs airflow.Kwargs) (airflow.Kwargs, error) { return kwargs, nil })
	w := worker.Worker{Server: listening.URL, Bag: &bag, Heartbeat: 5 * time.Millisecond, OpenLog: discard}
	return w.Run(ctx, workload())
}

func discard(api.ExecuteTask) (io.WriteCloser, error) { return nopCloser{io.Discard}, nil }

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func workload() api.ExecuteTask {
	return api.ExecuteTask{Token: "first", TI: api.TaskInstance{ID: "ti-1", DagID: "dag", RunID: "run", TaskID: "task", TryNumber: 1}}
}

func TestHowATaskEndsIsReported(t *testing.T) {
	minute := map[string]any{"__classname__": "datetime.timedelta", "__version__": 2.0, "__data__": "60"}
	retries := []response{{status: 200, body: fmt.Sprintf(started, true, "")}}
	tests := map[string]struct {
		task     any
		run      []response
		want     worker.State
		reported map[string]any
	}{
		"success":    {task: func() error { return nil }, want: worker.Success},
		"error":      {task: func() error { return errors.New("no") }, want: worker.Failed},
		"panic":      {task: func() error { panic("no") }, want: worker.Failed},
		"retry":      {task: func() error { return errors.New("no") }, run: retries, want: worker.UpForRetry},
		"skip":       {task: func() error { return fmt.Errorf("weekend: %w", airflow.ErrSkipped) }, run: retries, want: worker.Skipped},
		"reschedule": {task: func() error { return &airflow.Reschedule{At: time.Unix(0, 0)} }, want: worker.UpForReschedule},
		"deferral": {
			task: func() error {
				kwargs := map[string]any{"d": time.Minute, "nested": map[string]any{"list": []any{time.Minute, 1}}}
				return &airflow.Deferral{Trigger: "a.B", Timeout: 14 * 24 * time.Hour, Resume: "resume", Kwargs: kwargs}
			},
			want: worker.Deferred,
			reported: map[string]any{
				"classpath": "a.B", "next_method": "resume", "trigger_timeout": "PT1209600S",
				"next_kwargs": map[string]any{"d": minute, "nested": map[string]any{"list": []any{minute, 1.0}}},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newServer(map[string][]response{})
			if test.run != nil {
				s.responses["PATCH /run"] = test.run
			}
			got, err := run(t, s, test.task)
			if err != nil || got != test.want {
				t.Fatalf("got %q and %v, want %q", got, err, test.want)
			}
			body := s.state(t)
			if body["state"] != string(test.want) {
				t.Errorf("reported %v, want %q", body["state"], test.want)
			}
			for key, want := range test.reported {
				if !reflect.DeepEqual(body[key], want) {
					t.Errorf("%s is %v, want %v", key, body[key], want)
				}
			}
		})
	}
}

func TestATaskThatStartsWhileTheWorkerEndsIsReported(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := newServer(nil)
	s.started = cancel
	got, err := runIn(ctx, t, s, func(ctx context.Context) error { return ctx.Err() })
	if err != nil || got != worker.Failed {
		t.Fatalf("got %q and %v", got, err)
	}
	if s.state(t)["state"] != "failed" {
		t.Error("the server was not told")
	}
}

func TestATaskThatWindsDownStillHasItsHeartbeats(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s := newServer(nil)
	got, err := runIn(ctx, t, s, func(ctx context.Context) error {
		cancel()
		<-ctx.Done()
		before := s.calls("PUT /heartbeat")
		for until := time.Now().Add(10 * time.Second); s.calls("PUT /heartbeat") < before+2; time.Sleep(time.Millisecond) {
			if time.Now().After(until) {
				return errors.New("no heartbeat")
			}
		}
		return nil
	})
	if err != nil || got != worker.Success {
		t.Fatalf("got %q and %v", got, err)
	}
}

func TestANilPointerIsNoResult(t *testing.T) {
	s := newServer(nil)
	if got, err := run(t, s, func() (*int, error) { return nil, nil }); err != nil || got != worker.Success {
		t.Fatalf("got %q and %v", got, err)
	}
	if got := s.calls("POST /xcoms/dag/run/task/return_value"); got != 0 {
		t.Errorf("pushed %d results, want none", got)
	}
}

func TestAnXComOfAnotherTypeIsNamedInTheError(t *testing.T) {
	s := newServer(map[string][]response{"GET /xcoms/dag/run/other/key": {{status: 200, body: `{"key": "key", "value": "text"}`}}})
	var got error
	_, err := run(t, s, func(ctx context.Context, xcoms airflow.XComs) error {
		var number int
		got = xcoms.Get(ctx, "other", "key", &number)
		return nil
	})
	if err != nil || got == nil || !strings.Contains(got.Error(), `XCom "other.key": json: cannot unmarshal string`) {
		t.Errorf("got %v and %v", got, err)
	}
}

func TestAResultIsPushedAsAnXCom(t *testing.T) {
	s := newServer(map[string][]response{"POST /xcoms/dag/run/task/return_value": {{status: 201, body: "{}"}}})
	if got, err := run(t, s, func() (int, error) { return 42, nil }); err != nil || got != worker.Success {
		t.Fatalf("got %q and %v", got, err)
	}
	if got := s.bodies["POST /xcoms/dag/run/task/return_value"]; got != "42" {
		t.Errorf("pushed %q, want 42", got)
	}
}

func TestTheServerStopsATask(t *testing.T) {
	for _, status := range []int{401, 403, 404, 409, 410} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			s := newServer(map[string][]response{"PUT /heartbeat": {{status: 204}, {status: status}}})
			got, err := run(t, s, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
			if err != nil || got != worker.Stopped {
				t.Fatalf("got %q and %v", got, err)
			}
			if s.calls("PATCH /state") != 0 {
				t.Error("a state was reported that is no longer this worker's to report")
			}
		})
	}
}

func TestATaskThatIsGoneIsNotStarted(t *testing.T) {
	for _, status := range []int{404, 409, 410} {
		s := newServer(map[string][]response{"PATCH /run": {{status: status}}})
		got, err := run(t, s, func() error { t.Error("the task ran"); return nil })
		if err != nil || got != worker.Stopped {
			t.Errorf("%d: got %q and %v", status, got, err)
		}
	}
}

func TestARefusedTokenIsAnError(t *testing.T) {
	s := newServer(map[string][]response{"PATCH /run": {{status: 401, body: `{"detail": "Missing auth token"}`}}})
	_, err := run(t, s, func() error { t.Error("the task ran"); return nil })
	if err == nil || !strings.Contains(err.Error(), "401 Unauthorized: Missing auth token") {
		t.Errorf("got %v", err)
	}
}

func TestARequestIsSentAgainAfterA5xx(t *testing.T) {
	s := newServer(map[string][]response{"PATCH /state": {{status: 503}, {status: 204}}})
	if got, err := run(t, s, func() error { return nil }); err != nil || got != worker.Success {
		t.Fatalf("got %q and %v", got, err)
	}
	if got := s.calls("PATCH /state"); got != 2 {
		t.Errorf("sent %d times, want 2", got)
	}
}

func TestARequestIsSentAgainAfterA429NoEarlierThanTheServerAsks(t *testing.T) {
	s := newServer(map[string][]response{"PATCH /state": {{status: 429, after: "1"}, {status: 204}}})
	began := time.Now()
	if got, err := run(t, s, func() error { return nil }); err != nil || got != worker.Success {
		t.Fatalf("got %q and %v", got, err)
	}
	if got := s.calls("PATCH /state"); got != 2 {
		t.Errorf("sent %d times, want 2", got)
	}
	if took := time.Since(began); took < time.Second {
		t.Errorf("sent again after %v, want a second", took)
	}
}

func TestARequestIsSentAgainWhereItsResponseBreaksOff(t *testing.T) {
	s := newServer(nil)
	whole := s.responses["PATCH /run"][0]
	broken := whole
	broken.length = len(whole.body) + 1
	s.responses["PATCH /run"] = []response{broken, whole}
	if got, err := run(t, s, func() error { return nil }); err != nil || got != worker.Success {
		t.Fatalf("got %q and %v", got, err)
	}
	if got := s.calls("PATCH /run"); got != 2 {
		t.Errorf("sent %d times, want 2", got)
	}
}

func TestARenewedTokenIsUsedFromThenOn(t *testing.T) {
	s := newServer(nil)
	s.responses["PATCH /run"][0].token = "second"
	if _, err := run(t, s, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"Bearer first", "Bearer second"}; !reflect.DeepEqual(s.tokens, want) {
		t.Errorf("tokens %v, want %v", s.tokens, want)
	}
}

func TestWhatAnEarlierTryHasPushedIsCleared(t *testing.T) {
	s := newServer(map[string][]response{
		"PATCH /run":                     {{status: 200, body: fmt.Sprintf(started, false, `"old"`)}},
		"DELETE /xcoms/dag/run/task/old": {{status: 200, body: "{}"}},
	})
	if got, err := run(t, s, func() error { return nil }); err != nil || got != worker.Success {
		t.Fatalf("got %q and %v", got, err)
	}
	if got := s.calls("DELETE /xcoms/dag/run/task/old"); got != 1 {
		t.Errorf("cleared %d times, want once", got)
	}
}

func TestATaskResumesWithEitherFormOfArguments(t *testing.T) {
	forms := map[string]string{
		"tagged": `{"__type": "dict", "__var": {"at": {"__type": "datetime", "__var": 1.000001}, "for": {"__type": "timedelta", "__var": 1.001}, "n": {"__type": "tuple", "__var": [1, 2]}}}`,
		"plain":  `{"at": {"__classname__": "datetime.datetime", "__version__": 2, "__data__": {"timestamp": 1.000001, "tz": null}}, "for": {"__classname__": "datetime.timedelta", "__version__": 2, "__data__": 1.001}, "n": [1, 2]}`,
	}
	for name, kwargs := range forms {
		t.Run(name, func(t *testing.T) {
			body := fmt.Sprintf(`{"dag_run": {}, "max_tries": 0, "upstream_map_indexes": {}, "next_method": "resume", "next_kwargs": %s}`, kwargs)
			s := newServer(map[string][]response{
				"PATCH /run":                            {{status: 200, body: body}},
				"POST /xcoms/dag/run/task/return_value": {{status: 201, body: "{}"}},
			})
			if got, err := run(t, s, func() error { return nil }); err != nil || got != worker.Success {
				t.Fatalf("got %q and %v", got, err)
			}
			want := `{"at":"1970-01-01T00:00:01.000001Z","for":1001000000,"n":[1,2]}`
			if got := s.bodies["POST /xcoms/dag/run/task/return_value"]; got != want {
				t.Errorf("resumed with %s, want %s", got, want)
			}
		})
	}
}

func TestAPollingWorkerRunsWhatItGetsAndEndsWithItsContext(t *testing.T) {
	one, err := json.Marshal(api.Workloads{Workloads: []api.ExecuteTask{workload()}})
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(map[string][]response{"GET /workloads": {{status: 200, body: string(one)}, {status: 200, body: `{"workloads": []}`}}})
	listening := httptest.NewServer(s)
	defer listening.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var bag airflow.DagBag
	bag.AddDag("dag").AddTaskNamed("task", func() error { cancel(); return nil })
	var said bytes.Buffer
	w := worker.Worker{Server: listening.URL, Bag: &bag, OpenLog: discard, Log: log.New(&said, "", 0)}
	if err := w.Poll(ctx, "queue", 2); err != nil {
		t.Fatal(err)
	}
	if want := "dag.task of run: success\n"; said.String() != want {
		t.Errorf("said %q, want %q", said.String(), want)
	}
}

func TestAHandlerTakesWorkloads(t *testing.T) {
	s := newServer(nil)
	listening := httptest.NewServer(s)
	defer listening.Close()
	var bag airflow.DagBag
	bag.AddDag("dag").AddTaskNamed("task", func() error { return nil })
	w := &worker.Worker{Server: listening.URL, Bag: &bag, OpenLog: discard, Log: log.New(io.Discard, "", 0)}
	handler := worker.NewHandler(context.Background(), w)
	known, _ := json.Marshal(workload())
	for body, want := range map[string]int{string(known): 202, `{"ti": {"dag_id": "other"}}`: 404, "{": 400} {
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
		if response.Code != want {
			t.Errorf("%s: %d, want %d", body, response.Code, want)
		}
	}
	handler.Wait()
	if got := s.calls("PATCH /state"); got != 1 {
		t.Errorf("%d tasks ran, want 1", got)
	}
}
