// An HTTP server to try Kubernetes on: it takes CPU for each request, hangs when told to, and does on SIGTERM
// what applications do. All of it is set by environment variables, times in milliseconds:
//
//	PORT            8080
//	START_DELAY_MS  0      from the start of the program until it listens
//	SERVICE_CPU_MS  0      CPU time of a request; under a CPU limit it takes longer
//	CONCURRENCY     0      requests at once, the others wait; 0: no limit
//	ON_SIGTERM      exit   exit: stops listening, ends after STOP_MS, whatever is on its way
//	                       drain: stops listening, finishes what is on its way, ends not before STOP_MS
//	                       serve: goes on until STOP_MS is over; ignore: until SIGKILL
//	STOP_MS         0
//	LOOKUP                 a name that GET / looks up anew before it works, by resolv.conf: 503 where nobody answers
//	DNS_LISTEN_PORT        answers DNS queries there besides, each with the loopback address
//
// GET / works, GET /healthz does not. After POST /hang no request is answered, for as long as the program runs.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

var hanging atomic.Bool

// Go's own, which caches nothing.
var resolver = &net.Resolver{PreferGo: true}

func main() {
	stopping := make(chan os.Signal, 1)
	signal.Notify(stopping, syscall.SIGTERM)
	onSigterm := text("ON_SIGTERM", "exit")
	switch onSigterm {
	case "exit", "drain", "serve":
	case "ignore":
		signal.Ignore(syscall.SIGTERM)
	default:
		log.Fatalf("ON_SIGTERM=%s: give exit, drain, serve or ignore", onSigterm)
	}
	stop := milliseconds("STOP_MS")
	if port := text("DNS_LISTEN_PORT", ""); port != "" {
		go answerNames(":" + port)
	}
	server := &http.Server{Handler: handler(milliseconds("SERVICE_CPU_MS"), number("CONCURRENCY", 0))}

	select {
	case <-time.After(milliseconds("START_DELAY_MS")):
	case <-stopping:
		time.Sleep(stop)
		return
	}
	listener, err := net.Listen("tcp", ":"+text("PORT", "8080"))
	if err != nil {
		log.Fatal(err)
	}
	go server.Serve(listener) //nolint:errcheck // it returns when the listener is closed below

	<-stopping
	end := time.Now().Add(stop)
	switch onSigterm {
	case "exit":
		listener.Close()
	case "drain":
		server.Shutdown(context.Background()) //nolint:errcheck // there is no deadline to miss
	}
	time.Sleep(time.Until(end))
}

func handler(service time.Duration, concurrency int) http.Handler {
	slots := make(chan struct{}, concurrency)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(response http.ResponseWriter, request *http.Request) {
		if concurrency > 0 {
			slots <- struct{}{}
			defer func() { <-slots }()
		}
		if name := text("LOOKUP", ""); name != "" {
			if _, err := resolver.LookupHost(request.Context(), name); err != nil {
				http.Error(response, err.Error(), http.StatusServiceUnavailable)
				return
			}
		}
		burn(service)
		fmt.Fprintln(response, "done")
	})
	mux.HandleFunc("GET /healthz", func(response http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(response, "ok")
	})
	mux.HandleFunc("POST /hang", func(response http.ResponseWriter, _ *http.Request) {
		hanging.Store(true)
		fmt.Fprintln(response, "hanging")
	})
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if hanging.Load() {
			select {}
		}
		mux.ServeHTTP(response, request)
	})
}

// burn takes CPU time, not wall-clock time: on a busy node it lasts longer, as real work does.
func burn(work time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for begin := threadTime(); threadTime()-begin < work; {
		for sum, i := 1, 0; i < 10_000; i++ {
			sum = sum*31 + i
			runtime.KeepAlive(sum)
		}
	}
}

func threadTime() time.Duration {
	const rusageThread = 1 // getrusage(2)
	var usage syscall.Rusage
	if err := syscall.Getrusage(rusageThread, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func text(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func number(name string, otherwise int) int {
	value, err := strconv.Atoi(text(name, strconv.Itoa(otherwise)))
	if err != nil || value < 0 {
		log.Fatalf("%s=%s: give a whole number, 0 or more", name, os.Getenv(name))
	}
	return value
}

func milliseconds(name string) time.Duration {
	return time.Duration(number(name, 0)) * time.Millisecond
}
