package terraform

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"
	"golang.org/x/mod/sumdb/dirhash"
)

// Terraform starts a plugin three times for a plan (for its schema, to validate, to
// plan) and once more to show it, and compares its hash with the dependency lock for
// either command. This is most of the time that a plan takes. So the engine starts each
// plugin itself, once, after the same comparison, while "terraform get" runs, and has
// Terraform attach to it, as it does in the acceptance tests that clouds run of their
// plugins.
//
// A plugin that is not right, or cannot be started so, is left to Terraform, which says
// what is wrong in its own words. An apply is Terraform's alone.

const (
	// handshakeName and handshakeValue tell a plugin that it is not run by hand. They
	// are the same for all: github.com/hashicorp/terraform, internal/plugin/serve.go.
	handshakeName  = "TF_PLUGIN_MAGIC_COOKIE"
	handshakeValue = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
	// protocols are the plugin protocols that Terraform speaks since 1.0.
	protocols = "5,6"
	// serveLimit is how long a plugin may take to be ready; Terraform's own limit.
	serveLimit = time.Minute
)

// Platform is what the plugins of this host are built for, as Terraform names it.
const Platform = runtime.GOOS + "_" + runtime.GOARCH

// served are the plugins that run for all commands of a plan.
type served struct {
	dir   Dir
	ended chan struct{} // closed when nobody needs them any more
	ready sync.WaitGroup
	gone  sync.WaitGroup

	mu   sync.Mutex
	info tfexec.ReattachInfo
	left bool // Terraform starts plugins, too
}

// serve starts the plugins of the run, and returns at once.
func (d Dir) serve(ctx context.Context, env map[string]string) *served {
	s := &served{dir: d, ended: make(chan struct{}), info: tfexec.ReattachInfo{}}
	plugins, ok := d.servable(env)
	s.left = !ok
	for _, l := range plugins {
		s.ready.Add(1)
		s.gone.Go(func() {
			told := sync.OnceFunc(s.ready.Done)
			defer told()
			if err := ownThread(func() error { return s.serve(ctx, l, env, told) }); err != nil {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.left = true
			}
		})
	}
	return s
}

// attach waits until the plugins are ready, and returns how Terraform attaches to them.
// alone is whether it starts no plugin itself.
func (s *served) attach() (option *tfexec.ReattachOption, alone bool) {
	s.ready.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return tfexec.Reattach(s.info), !s.left
}

// stop ends the plugins. There is nothing that they would have to finish: a plan
// changes nothing.
func (s *served) stop() {
	close(s.ended)
	s.gone.Wait()
}

// servable are the plugins of the run, where they can be started once for all. One
// process holds one configuration, so it is not so where the run has several for a
// plugin; and its socket has to be where nobody else can reach it.
func (d Dir) servable(env map[string]string) (plugins []Locked, ok bool) {
	if !d.hasPlugins() {
		return nil, d.builtinOnly()
	}
	if env["TMPDIR"] != d.File(tmpDir) || !d.configuresOnce() {
		return nil, false
	}
	lock, err := d.read(LockFile)
	if err != nil {
		return nil, false
	}
	plugins, err = ParseLock(lock)
	return plugins, err == nil
}

// serve is the life of one plugin. It tells when the plugin is ready.
func (s *served) serve(ctx context.Context, l Locked, env map[string]string, told func()) error {
	program, err := s.dir.verified(l)
	if err != nil {
		return err
	}
	cmd := exec.Command(program)
	cmd.Dir = s.dir.path
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Env = []string{handshakeName + "=" + handshakeValue, "PLUGIN_PROTOCOL_VERSIONS=" + protocols}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer cmd.Wait()         //nolint:errcheck // it is killed
	defer cmd.Process.Kill() //nolint:errcheck // it has ended
	waiting, cancel := context.WithTimeout(ctx, serveLimit)
	defer cancel()
	late := context.AfterFunc(waiting, func() { _ = cmd.Process.Kill() })
	said := bufio.NewReader(out)
	line, err := said.ReadString('\n')
	if !late() || err != nil {
		return fmt.Errorf("the plugin did not say where it is: %w", err)
	}
	at, err := parseHandshake(line)
	if err != nil {
		return err
	}
	at.Pid = cmd.Process.Pid
	s.mu.Lock()
	s.info[l.Address] = at
	s.mu.Unlock()
	told()
	s.gone.Go(func() { _, _ = io.Copy(io.Discard, said) }) // lest it wait for somebody to read
	<-s.ended
	return nil
}

// parseHandshake reads what a plugin says first of all: "1|6|unix|/path|grpc|".
func parseHandshake(line string) (tfexec.ReattachConfig, error) {
	parts := strings.Split(strings.TrimSpace(line), "|")
	if len(parts) < 5 || parts[0] != "1" || parts[2] != "unix" || parts[4] != "grpc" {
		return tfexec.ReattachConfig{}, fmt.Errorf("%q is not what a plugin says", line)
	}
	version, err := strconv.Atoi(parts[1])
	if err != nil || !slices.Contains(strings.Split(protocols, ","), parts[1]) {
		return tfexec.ReattachConfig{}, fmt.Errorf("%q is no protocol that Terraform speaks", parts[1])
	}
	return tfexec.ReattachConfig{
		Protocol: parts[4], ProtocolVersion: version,
		Test: true, // Terraform is not to end it
		Addr: tfexec.ReattachConfigAddr{Network: parts[2], String: parts[3]},
	}, nil
}

// verified returns the program of a plugin whose hash is in the lock, as Terraform
// looks for it: all that lies in its folder counts.
func (d Dir) verified(l Locked) (string, error) {
	folder, err := filepath.EvalSymlinks(filepath.Join(d.File(pluginsDir), l.Path(Platform)))
	if err != nil {
		return "", err
	}
	hash, err := dirhash.HashDir(folder, "", dirhash.Hash1)
	if err != nil {
		return "", err
	}
	if !slices.Contains(l.Hashes, hash) {
		return "", errors.New("the plugin is not the one in the dependency lock")
	}
	found, err := filepath.Glob(filepath.Join(folder, "terraform-provider-"+path.Base(l.Address)+"_*"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("the plugin has %d programs", len(found))
	}
	info, err := os.Stat(found[0])
	if err != nil || !info.Mode().IsRegular() {
		return "", errors.New("the plugin has no program")
	}
	return found[0], nil
}
