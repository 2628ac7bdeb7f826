package terraform

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// Exit codes of the supervisor itself, from sysexits.h: the bot learns a
// refusal through the pipe, a person who starts one by hand through these.
const (
	exitRefused = 75 // EX_TEMPFAIL
	exitFault   = 70 // EX_SOFTWARE
)

// waitDelay is longer than any apply: terraform-exec must never kill on its own.
const waitDelay = 10 * 365 * 24 * time.Hour

// Supervise is the whole life of a supervisor: it takes the run's lock, applies
// the plan file, writes the exit. The hidden command "supervise <dir>" calls it
// and exits with what it returns. SIGINT and SIGTERM interrupt Terraform, once.
func Supervise(dir string) int {
	if os.Getenv(roleVariable) == rolePlanner {
		return servePlan(Dir{path: dir}, os.Stdout)
	}
	logger := log.New(os.Stderr, "", log.LstdFlags|log.LUTC)
	ready := readyPipe()
	s := supervisor{dir: Dir{path: dir}, log: logger}

	// Before the lock, so that no interrupt is missed. The signals are caught,
	// not ignored: Terraform's children would inherit ignored ones.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	unheard := make(chan os.Signal, 1)
	signal.Notify(unheard, syscall.SIGHUP, syscall.SIGPIPE)

	if err := s.takeCharge(); err != nil {
		logger.Printf("refused: %v", err)
		ready(refusal(err))
		return exitRefused
	}
	defer s.lock.Close()
	ready(answerReady)

	exit := s.run(ctx)
	if err := s.dir.writeExit(exit); err != nil {
		logger.Print(err) // the run is then found dead, and is reconciled
		return exitFault
	}
	logger.Printf("ended with code %d", exit.Code)
	return max(exit.Code, 0)
}

type supervisor struct {
	dir  Dir
	log  *log.Logger
	lock *os.File
	spec Spec
	self identity
}

// takeCharge takes the lock and checks, under it, that this plan may be applied
// now. The lock is kept for life: it is never given back, only lost by dying.
func (s *supervisor) takeCharge() error {
	lock, err := takeLock(s.dir.File(lockFile))
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		lock.Close()
		return err
	}
	s.lock = lock
	return nil
}

func (s *supervisor) check() error {
	if s.dir.has(exitFile) || s.dir.has(abandonedFile) || s.dir.has(processFile) {
		return ErrEnded
	}
	raw, err := s.dir.read(specFile)
	if err != nil {
		return fmt.Errorf("read specification: %w", err)
	}
	if err := json.Unmarshal(raw, &s.spec); err != nil {
		return fmt.Errorf("read specification: %w", err)
	}
	planFile, err := s.dir.read(PlanFile)
	if err != nil {
		return fmt.Errorf("read plan file: %w", err)
	}
	if sum(planFile) != s.spec.PlanSHA256 {
		return ErrPlanChanged
	}
	if s.self, err = self(); err != nil {
		return err
	}
	raw, err = json.Marshal(supervised{s.self, s.spec.Mark})
	if err != nil {
		return err
	}
	// Written before Terraform starts: who finds the run dead knows which
	// processes to look for.
	return s.dir.writeDurably(processFile, raw)
}

// supervised is what the supervisor leaves in the directory about itself.
type supervised struct {
	identity
	// Mark is the one that is in Terraform's environment. The specification's
	// may be another by now: of a start that came too late.
	Mark string `json:"mark"`
}

// run applies and says how it ended. Nothing of the run is left alive when
// Terraform did not end by itself.
func (s *supervisor) run(ctx context.Context) Exit {
	exit := Exit{Started: time.Now().UTC()}
	var output counter
	err := ownThread(func() error { return s.apply(ctx, &output) })
	exit.Ended = time.Now().UTC()
	exit.Interrupted = ctx.Err() != nil
	exit.Code, exit.Killed, exit.Cause = outcome(ctx, err, output.n > 0)
	if exit.Killed {
		if err := s.family().eradicate(context.Background()); err != nil {
			s.log.Print(err)
		}
	}
	return exit
}

func (s *supervisor) family() family {
	return family{mark: s.spec.Mark, dir: s.dir.path, supervisor: s.self}
}

// errNotStarted says that Terraform's apply was never started.
var errNotStarted = errors.New("interrupted before Terraform started")

// counter counts what the apply itself wrote.
type counter struct {
	io.Writer
	n int
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += len(p)
	return c.Writer.Write(p)
}

func (s *supervisor) apply(ctx context.Context, counted *counter) error {
	output, err := os.OpenFile(s.dir.File(OutputFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open output: %w", err)
	}
	defer output.Close()
	counted.Writer = output
	binary := Binary{Path: s.spec.Binary, Version: s.spec.Version}
	tf, err := newTerraform(context.WithoutCancel(ctx), s.dir, binary, marked(s.spec.Env, s.spec.Mark), waitDelay)
	if err != nil {
		return err
	}
	if s.dir.needsInit() {
		if err := tf.InitJSON(ctx, output); err != nil {
			return s.stopped(ctx, err)
		}
	}
	// Asked here, as terraform-exec asks with the context of the apply, and an
	// interrupted question would look like an interrupted apply.
	if _, _, err := tf.Version(context.WithoutCancel(ctx), false); err != nil {
		return fmt.Errorf("ask for the version: %w", err)
	}
	if ctx.Err() != nil {
		return errNotStarted
	}
	return tf.ApplyJSON(ctx, counted, tfexec.DirOrPlan(PlanFile))
}

func (s *supervisor) stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errNotStarted
	}
	return fmt.Errorf("init: %w", err)
}

func refusal(err error) string {
	switch {
	case errors.Is(err, ErrRunning):
		return answerRunning
	case errors.Is(err, ErrEnded):
		return answerEnded
	case errors.Is(err, ErrPlanChanged):
		return answerPlanChanged
	default:
		return err.Error()
	}
}

// readyPipe returns how to answer whoever started this supervisor. Started by
// hand, nobody listens.
func readyPipe() func(answer string) {
	fd, err := strconv.Atoi(os.Getenv(readyVariable))
	if err != nil {
		return func(string) {}
	}
	syscall.CloseOnExec(fd)
	pipe := os.NewFile(uintptr(fd), "ready")
	return func(answer string) {
		_, _ = io.WriteString(pipe, answer) // the bot may be dead: then nobody waits
		_ = pipe.Close()
	}
}

func sum(content []byte) string {
	h := sha256.Sum256(content)
	return hex.EncodeToString(h[:])
}
