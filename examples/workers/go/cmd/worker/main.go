// Worker runs the tasks of first_worker that are written in Go, on any server of the Task Execution API.
//
//	worker -server URL run workload.json   # one workload from a file
//	worker -server URL next                # the next one of a queue, whose token is in WORKER_TOKEN
//	worker -server URL poll                # one after the other, until it is interrupted
//	worker -server URL serve 127.0.0.1:8081 # as a web service: POST /workloads beside its own pages
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"timegate.example/airflow/api"
	"timegate.example/airflow/worker"
)

const slots = 4

func main() {
	log.SetPrefix("worker: ")
	server := flag.String("server", "http://127.0.0.1:8080", "the base URL of the Task Execution API")
	heartbeat := flag.Duration("heartbeat", 5*time.Second, "the time between two heartbeats")
	logs := flag.String("logs", "", "the folder for the logs of tasks; standard error if empty")
	trace := flag.String("trace", "", "the file to which each exchange with the server is appended")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
	}()
	w := &worker.Worker{Server: *server, Bag: bundle(), Heartbeat: *heartbeat}
	if *logs != "" {
		w.OpenLog = func(workload api.ExecuteTask) (io.WriteCloser, error) { return openLog(*logs, workload) }
	}
	if *trace != "" {
		file, err := os.OpenFile(*trace, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			log.Fatal(err)
		}
		defer file.Close()
		w.HTTP = &http.Client{Transport: &tracer{next: http.DefaultTransport, out: json.NewEncoder(file)}}
	}
	if err := command(ctx, w, flag.Args()); err != nil {
		stop()
		log.Fatal(err)
	}
}

func command(ctx context.Context, w *worker.Worker, arguments []string) error {
	switch {
	case len(arguments) == 2 && arguments[0] == "run":
		return runFile(ctx, w, arguments[1])
	case len(arguments) == 1 && arguments[0] == "next":
		return say(w.RunNext(ctx, os.Getenv("WORKER_TOKEN")))
	case len(arguments) == 1 && arguments[0] == "poll":
		return w.Poll(ctx, os.Getenv("WORKER_TOKEN"), slots)
	case len(arguments) == 2 && arguments[0] == "serve":
		return serve(ctx, w, arguments[1])
	}
	flag.Usage()
	return errors.New("one of: run FILE, next, poll, serve ADDRESS")
}

func runFile(ctx context.Context, w *worker.Worker, name string) error {
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var workload api.ExecuteTask
	if err := json.Unmarshal(content, &workload); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return say(w.Run(ctx, workload))
}

func say(state worker.State, err error) error {
	if err == nil {
		log.Print(state)
	}
	return err
}

// serve is a web service of its own that runs tasks as well.
func serve(ctx context.Context, w *worker.Worker, address string) error {
	tasks := worker.NewHandler(ctx, w)
	mux := http.NewServeMux()
	mux.Handle("/workloads", tasks)
	mux.HandleFunc("/", func(response http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(response, "The weather is fine.")
	})
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	log.Printf("listening at http://%s", listener.Addr())
	service := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	drained := make(chan error, 1)
	go func() {
		<-ctx.Done()
		drained <- service.Shutdown(context.Background())
	}()
	if err := service.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	err = <-drained // a request that is under way may still bring a task
	tasks.Wait()
	return err
}

func openLog(folder string, workload api.ExecuteTask) (io.WriteCloser, error) {
	name := fmt.Sprintf("%s.%d.log", workload.TI.ID, workload.TI.TryNumber)
	return os.OpenFile(filepath.Join(folder, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
}
