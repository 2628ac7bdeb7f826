package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/term"

	"github.com/cloud-engine/cloudengine/internal/config"
	playground "github.com/cloud-engine/cloudengine/internal/demo"
)

const demoUsage = "usage: cloudengine demo [--web [--listen ADDRESS] [--open=true|false] | --play]"

// demo shows Cloud Engine on this machine: to people as a page in the browser,
// to whatever else reads as a deployment that plays by itself and ends.
func demo(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	web := flags.Bool("web", false, "the page")
	play := flags.Bool("play", false, "the play")
	listen := flags.String("listen", "127.0.0.1:0", "the page's address")
	browse := flags.Bool("open", isTerminal(out), "open a browser")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || *web && *play {
		return &usageError{demoUsage}
	}
	if _, _, err := net.SplitHostPort(*listen); err != nil {
		return &usageError{fmt.Sprintf("--listen takes an address with a port, such as 127.0.0.1:8080, not %q\n%s", *listen, demoUsage)}
	}
	flags.Visit(func(f *flag.Flag) { // what only the page has asks for it
		*web = *web || f.Name == "listen" || f.Name == "open"
	})
	if *web && *play {
		return &usageError{demoUsage}
	}
	// `demo | head` must not end it before it has stopped what it started.
	signal.Ignore(syscall.SIGPIPE)
	c, err := config.Load(getenv, config.Demo)
	if err != nil {
		return err
	}
	o := playground.Options{Config: c, Out: out, Colour: isTerminal(out) && getenv("NO_COLOR") == "", Version: version}
	if *play || !*web && !isTerminal(out) {
		return playground.Play(ctx, o)
	}
	o.Listen = *listen
	if program := browser(getenv); *browse && program != "" {
		o.Open = func(address string) error { return openBrowser(program, address) }
	}
	return playground.Show(ctx, o)
}

// isTerminal reports whether people look at out as it is written.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// browser is the program that opens an address in the browser of the desktop that
// this runs on; empty where there is none.
func browser(getenv func(string) string) string {
	name := "open"
	if runtime.GOOS != "darwin" {
		if cmp.Or(getenv("DISPLAY"), getenv("WAYLAND_DISPLAY")) == "" {
			return ""
		}
		name = "xdg-open"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// openBrowser tells the browser. Where it is not running yet, the program may become
// it: so nobody waits, and Ctrl-C does not reach it.
func openBrowser(program, address string) error {
	cmd := exec.Command(program, address) //nolint:gosec,noctx // found on the PATH; the address is our own; it outlives us
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
