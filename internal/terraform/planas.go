package terraform

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	tfjson "github.com/hashicorp/terraform-json"
)

// A bot that is root plans as another user through this same binary, started as
// that user with the hidden command "supervise <dir>" in the role of a planner.
// Unlike a supervisor it dies with the bot.

const (
	roleVariable = "CLOUDENGINE_SUPERVISOR_ROLE"
	rolePlanner  = "planner"

	requestFile = "plan-request.json"
	answerFile  = "plan-answer.json"

	// plannerSlack is what the planner may take beyond Terraform's grace.
	plannerSlack = 5 * time.Second
)

type planRequest struct {
	Binary  Binary            `json:"binary"`
	Env     map[string]string `json:"env"`
	Destroy bool              `json:"destroy"`
	Replace []string          `json:"replace"`
	Grace   time.Duration     `json:"grace"`
	Mark    string            `json:"mark"`
}

type planAnswer struct {
	Plan   json.RawMessage `json:"plan,omitempty"` // as Terraform writes it
	Failed *RunError       `json:"failed,omitempty"`
	Error  string          `json:"error,omitempty"`
}

// runAs is run, in a planner.
func (p *planner) runAs(ctx context.Context) error {
	o := p.options
	raw, err := json.Marshal(planRequest{
		Binary: p.binary, Env: o.Env, Destroy: o.Destroy, Replace: o.Replace, Grace: o.Grace, Mark: p.mark,
	})
	if err != nil {
		return err
	}
	_ = os.Remove(p.dir.File(answerFile)) // of an earlier plan
	if err := p.dir.writeDurably(requestFile, raw); err != nil {
		return err
	}
	if err := p.dir.chown(*o.User); err != nil {
		return err
	}
	runErr := p.runPlanner(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	answer, err := p.answer()
	if err != nil {
		return fmt.Errorf("plan as another user: %w", errors.Join(runErr, err))
	}
	switch {
	case answer.Failed != nil:
		answer.Failed.cause = errors.New(answer.Error)
		return answer.Failed
	case answer.Error != "":
		return errors.New(answer.Error)
	case len(answer.Plan) == 0:
		return errors.New("the planner answered without a plan")
	}
	shown := &tfjson.Plan{}
	shown.UseJSONNumber(true) // as terraform-exec does, so that numbers keep their digits either way
	if err := shown.UnmarshalJSON(answer.Plan); err != nil {
		return fmt.Errorf("read the plan of another user: %w", err)
	}
	p.planned.Plan, p.planned.JSON, p.planned.Version = shown, answer.Plan, shown.TerraformVersion
	return p.collect()
}

// runPlanner runs the process and passes its lines on.
func (p *planner) runPlanner(ctx context.Context) error {
	log, err := p.dir.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := p.dir.selfCommand(ctx, p.options.User)
	cmd.Env = append(cmd.Env, roleVariable+"="+rolePlanner)
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = p.options.Grace + plannerSlack
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			_, _ = p.out.Write(line)
		}
		if err != nil {
			break
		}
	}
	return cmd.Wait()
}

func (p *planner) answer() (planAnswer, error) {
	raw, err := p.dir.read(answerFile)
	if err != nil {
		return planAnswer{}, err
	}
	var answer planAnswer
	if err := json.Unmarshal(raw, &answer); err != nil {
		return planAnswer{}, fmt.Errorf("read the planner's answer: %w", err)
	}
	return answer, nil
}

// servePlan is the whole life of a planner.
func servePlan(d Dir, out io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var answer planAnswer
	planned, err := requestedPlan(ctx, d, out)
	if err != nil {
		answer.Error = err.Error()
		errors.As(err, &answer.Failed)
	} else {
		answer.Plan = planned.JSON
	}
	raw, err := json.Marshal(answer)
	if err == nil {
		err = d.writeDurably(answerFile, raw)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, strings.TrimSpace(err.Error()))
		return exitFault
	}
	return 0
}

func requestedPlan(ctx context.Context, d Dir, out io.Writer) (Planned, error) {
	raw, err := d.read(requestFile)
	if err != nil {
		return Planned{}, err
	}
	var r planRequest
	if err := json.Unmarshal(raw, &r); err != nil {
		return Planned{}, err
	}
	return planWith(ctx, r.Binary, d, r.Mark, PlanOptions{
		Env: r.Env, Output: out, Destroy: r.Destroy, Replace: r.Replace, Grace: r.Grace,
	})
}
