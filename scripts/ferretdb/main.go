// A MongoDB-protocol server for tests: FerretDB on SQLite, on loopback and a port of its own choosing. Keeps its data in
// the folder it is given, prints its address, and ends when its input does or when it is told to.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: holdfast-ferretdb FOLDER")
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:   "sqlite",
		// Survives the end of any process, and not of the machine: nobody will look for a test's data then.
		SQLiteURL: "file:" + strings.TrimSuffix(os.Args[1], "/") + "/?_pragma=synchronous(off)",
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		// Whoever started it keeps its input open, and can't leave it behind however that one ends.
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	done := make(chan error)
	go func() { done <- server.Run(ctx) }()
	fmt.Println(server.MongoDBURI())
	if err := <-done; err != nil {
		log.Fatal(err)
	}
}
