package app_test

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// process is the bot as a process of its own.
type process struct {
	t   *testing.T
	cmd *exec.Cmd
	url string // of its health and endpoint
}

// launch starts the bot and waits until it is up.
func (w *world) launch() *process {
	w.t.Helper()
	return w.launchIn(w.conf.DataDir)
}

// launchIn starts a bot with a data directory of its own, and more in its environment.
func (w *world) launchIn(dir string, more ...string) *process {
	w.t.Helper()
	cmd := w.botProgram(dir, more...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	p := &process{t: w.t, cmd: cmd}
	w.t.Cleanup(p.kill)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url, ok := strings.CutPrefix(lines.Text(), "up "); ok {
			p.url = url
			return p
		}
	}
	w.t.Fatal("the bot did not come up")
	return nil
}

// takesLong makes resources of a bot that is launched take so long that something can
// be done to it in the meantime, on a busy machine too.
const takesLong = "TEST_SANDBOX_SECONDS=8"

// botProgram is the bot's program, ready to start, with a data directory and with
// what else its environment is to say.
func (w *world) botProgram(dir string, more ...string) *exec.Cmd {
	w.t.Helper()
	cmd := exec.Command(os.Args[0], botCommand)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.t.TempDir(),
		"DISCORD_TOKEN=" + w.conf.DiscordToken.Reveal(), "CLOUDENGINE_DISCORD_API=" + w.conf.DiscordAPI, "CLOUDENGINE_GUILDS=" + strings.Join(w.conf.Guilds, ","),
		"DATABASE_URL=" + w.conf.DatabaseURL.Reveal(), "CLOUDENGINE_KEY=" + hex.EncodeToString([]byte(w.conf.Key.Reveal())),
		"CLOUDENGINE_DATA=" + dir, "DISCORD_PUBLIC_KEY=" + hex.EncodeToString(w.conf.PublicKey), "CLOUDENGINE_LISTEN=127.0.0.1:0", "CLOUDENGINE_TERRAFORM_USER=root", "CLOUDENGINE_STREAM_INTERVAL=" + w.conf.StreamInterval.String(),
		"TEST_SANDBOX_SECONDS=2", "TEST_SANDBOX_COUNTER=" + w.counter,
	}
	cmd.Env = append(cmd.Env, more...)
	cmd.Stderr = w.logs
	return cmd
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// openStore reads the database beside the bot.
func (w *world) openStore() *store.Store {
	w.t.Helper()
	sealer, err := store.NewSealer([]byte(w.conf.Key.Reveal()))
	if err != nil {
		w.t.Fatal(err)
	}
	s, err := store.Open(w.ctx, store.Options{URL: w.conf.DatabaseURL.Reveal(), Sealer: sealer, Logger: discard})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(s.Close)
	return s
}

func TestBotIsKilledInTheMiddleOfAnApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := w.launch()
	w.project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"})
	w.add(w.grace, lobby, "database", discordsim.Fields{"name": "db"})
	w.ready(lobby, "3 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	thread := w.threadOf(lobby)
	w.await(thread, w.grace, "the first resource", discordsim.Containing("vpc.main: Creating"))
	bot.kill()

	// Terraform goes on: it creates what is left while nobody watches.
	w.awaitCreated(3)
	w.launch()
	result := w.await(thread, w.grace, "the result with the log", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	w.lobby(lobby, "Applied")
	if c := w.created(); c["vpc.main"] != 1 || c["compute_vm.web"] != 1 || c["database.db"] != 1 || len(c) != 3 {
		t.Errorf("created: %v", c)
	}
	w.readStore = w.openStore()
	if s := w.session(); s.State != session.Applied {
		t.Errorf("the session is %s", s.State)
	}
	w.checkThread(thread, result)
	w.noJobsAreLeft()
	left, err := os.ReadDir(filepath.Join(w.conf.DataDir, "runs"))
	if err != nil || len(left) != 0 {
		t.Errorf("run directories are left: %v, %v", left, err)
	}
}

// noJobsAreLeft: the queue does not believe that a dead bot's work goes on.
func (w *world) noJobsAreLeft() {
	w.t.Helper()
	conn, err := pgx.Connect(w.ctx, w.conf.DatabaseURL.Reveal())
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close(w.ctx)
	var stuck int
	if err := conn.QueryRow(w.ctx, "select count(*) from river_job where state = 'running' and attempted_at < now() - interval '3 seconds'").Scan(&stuck); err != nil {
		w.t.Fatal(err)
	}
	if stuck > 0 {
		w.t.Errorf("%d jobs of the dead bot are left", stuck)
	}
}

func TestBotIsKilledWhilePlanning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := w.launch()
	w.project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.lobby(lobby, "vpc.main")
	bot.kill()
	w.launch()
	w.ready(lobby, "1 to add")
	// Buttons of before the restart work.
	w.click(w.grace, lobby, "Approve & Deploy")
	w.lobby(lobby, "Applied")
}

// supervisor finds the process that supervises an apply of this world's bot.
func (w *world) supervisor() int {
	w.t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range processes {
		raw, err := os.ReadFile(p)
		args := strings.Split(string(raw), "\x00")
		if err == nil && len(args) > 2 && args[1] == terraform.SuperviseCommand && strings.HasPrefix(args[2], w.conf.DataDir) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(p)))
			if err != nil {
				w.t.Fatal(err)
			}
			return pid
		}
	}
	w.t.Fatal("no supervisor runs")
	return 0
}

func TestSupervisorIsKilledInTheMiddleOfAnApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t, slow(8)).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"})
	w.ready(lobby, "2 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	thread := w.threadOf(lobby)
	w.await(thread, w.grace, "the second resource", discordsim.Containing("compute_vm.web: Creating"))
	if err := syscall.Kill(w.supervisor(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}

	ended := w.lobby(lobby, "Interrupted", "compute_vm.web", "Plan again")
	mention(t, ended.Text(), "1 created and kept")
	s := w.session()
	if s.State != session.Failed || s.Failure == nil || !s.Failure.Interrupted || strings.Join(s.Failure.Unfinished, " ") != "module.compute_vm-web.terraform_data.this" {
		t.Errorf("the session is %s, %+v", s.State, s.Failure)
	}
	// Never an automatic second apply; one button plans what is left.
	before := w.created()
	w.click(w.grace, lobby, "Plan again")
	w.ready(lobby, "Plan ready")
	if diff := cmp.Diff(before, w.created()); diff != "" {
		t.Errorf("something was created without an approval: %s", diff)
	}
	if before["vpc.main"] != 1 {
		t.Errorf("created: %v", before)
	}
}

// A deploy of the bot itself: it stops by a signal in the middle of an apply and
// comes back.
func TestBotIsStoppedInTheMiddleOfAnApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := w.launch()
	w.project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "bucket", discordsim.Fields{"name": "files"})
	w.ready(lobby, "2 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	thread := w.threadOf(lobby)
	w.await(thread, w.grace, "the first resource", discordsim.Containing("vpc.main: Creating"))
	if err := bot.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := bot.cmd.Wait(); err != nil {
		t.Errorf("it did not end well: %v", err)
	}
	w.launch()
	result := w.await(thread, w.grace, "the result with the log", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	w.lobby(lobby, "Applied")
	w.readStore = w.openStore()
	w.checkThread(thread, result)
	if c := w.created(); c["vpc.main"] != 1 || c["bucket.files"] != 1 {
		t.Errorf("created: %v", c)
	}
}

// The host's disk was lost, under Terraform that goes on: it is ended, as nobody
// could stop it or keep what it writes, and what was copied of the state is all
// there is.
func TestRunDirectoryIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := w.launchIn(w.conf.DataDir, takesLong)
	w.project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"})
	w.ready(lobby, "2 to add")
	w.click(w.grace, lobby, "Approve & Deploy")
	w.await(w.threadOf(lobby), w.grace, "the second resource", discordsim.Containing("compute_vm.web: Creating"))
	bot.kill()
	supervisor := w.supervisor()
	if err := os.RemoveAll(filepath.Join(w.conf.DataDir, "runs")); err != nil {
		t.Fatal(err)
	}
	w.launch()
	mention(t, w.lobby(lobby, "Interrupted").Text(), "directory of this run is gone", "Plan again")
	if raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", supervisor)); len(raw) > 0 { // what has ended has none
		t.Errorf("its supervisor is still there: %q", raw)
	}
	w.click(w.grace, lobby, "Plan again")
	// The network is in the state that was copied while Terraform ran.
	mention(t, w.ready(lobby, "1 to add").Text(), "compute_vm.web")
}
