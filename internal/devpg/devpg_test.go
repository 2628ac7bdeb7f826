package devpg

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

// helperVariable makes the test binary a second process: "start DIR" or "shared".
const helperVariable = "DEVPG_TEST_HELPER"

func TestMain(m *testing.M) {
	if verb := os.Getenv(helperVariable); verb != "" {
		helper(verb)
		return
	}
	if _, err := Shared(context.Background()); err != nil { // now, as it may be this process's child, which it reaps at its end
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

type helperAnswer struct {
	URL   string
	PID   int
	Error string
}

// helper starts a server, says so on stdout, and lives until stdin ends.
func helper(verb string) {
	var a helperAnswer
	var err error
	if dir, ok := strings.CutPrefix(verb, "start "); ok {
		var s *Server
		if s, err = Start(context.Background(), Options{Dir: dir, NoSync: true}); err == nil {
			a = helperAnswer{URL: s.URL, PID: s.PID}
		}
	} else {
		a.URL, err = Shared(context.Background())
	}
	if err != nil {
		a.Error = err.Error()
	}
	_ = json.NewEncoder(os.Stdout).Encode(a)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// spawn runs helper as a process of its own, as another user where cred is given.
func spawn(t *testing.T, verb string, cred *syscall.Credential, env ...string) (helperAnswer, *exec.Cmd) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if cred != nil { // the directory that go test builds in is closed to others
		self = copyFile(t, self, filepath.Join(openTemp(t), "helper"))
	}
	cmd := exec.Command(self)
	cmd.Env = append(append(os.Environ(), helperVariable+"="+verb), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred}
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatalf("helper: %v", err)
	}
	var a helperAnswer
	if err := json.Unmarshal(line, &a); err != nil {
		t.Fatal(err)
	}
	return a, cmd
}

// copyFile copies a program that is run next. Another process writes it: a child that
// this one starts meanwhile would hold the file open for writing, and it could not be
// run ("text file busy").
func copyFile(t *testing.T, from, to string) string {
	t.Helper()
	if out, err := exec.Command("cp", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Chmod(to, 0o755); err != nil {
		t.Fatal(err)
	}
	return to
}

// openTemp is a directory that PostgreSQL's account can reach; t.TempDir is
// below one that is closed to it.
func openTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(scratch(), "devpg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustStart(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), Options{Dir: dir, NoSync: true, MaxConnections: 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	return s
}

func mustStop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var v string
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func mustExec(t *testing.T, url, sql string) {
	t.Helper()
	if err := run(t.Context(), url, sql); err != nil {
		t.Fatal(err)
	}
}

func alive(url string) bool { return ping(context.Background(), url) == nil }

// eventually waits for what must happen, however long a loaded machine takes.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestDataSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := openTemp(t)
	s := mustStart(t, dir)
	mustExec(t, s.URL, "CREATE TABLE kept (v text)")
	mustExec(t, s.URL, "INSERT INTO kept VALUES ('still here')")
	mustStop(t, s)
	if alive(s.URL) {
		t.Fatal("the server answers after Stop")
	}
	s = mustStart(t, dir)
	if got := query(t, s.URL, "SELECT v FROM kept"); got != "still here" {
		t.Fatalf("got %q", got)
	}
	if got := query(t, s.URL, "SHOW listen_addresses"); got != "" {
		t.Fatalf("listens on %q, want the unix socket only", got)
	}
	if got := query(t, s.URL, "SHOW max_connections"); got != "20" {
		t.Fatalf("max_connections is %s", got)
	}
}

func TestSyncIsTheDefault(t *testing.T) {
	t.Parallel()
	for _, noSync := range []bool{false, true} {
		args := strings.Join(settings("data", "socket", Options{NoSync: noSync}), " ")
		if strings.Contains(args, "fsync=off") != noSync {
			t.Errorf("NoSync %v: %s", noSync, args)
		}
	}
}

func TestTwoUsersOfOneDirectory(t *testing.T) {
	t.Parallel()
	dir := openTemp(t)
	a, b := mustStart(t, dir), mustStart(t, dir)
	if a.PID != b.PID {
		t.Fatalf("two servers: %d and %d", a.PID, b.PID)
	}
	mustStop(t, a)
	if !alive(b.URL) {
		t.Fatal("the server stopped under its second user")
	}
	mustStop(t, b)
	if alive(b.URL) {
		t.Fatal("the last one to leave did not stop the server")
	}
}

func TestServerOfAKilledProcessIsReused(t *testing.T) {
	t.Parallel()
	dir := openTemp(t)
	first, cmd := spawn(t, "start "+dir, nil)
	if first.Error != "" {
		t.Fatal(first.Error)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_, _ = cmd.Process.Wait()

	s := mustStart(t, dir)
	if s.PID != first.PID {
		t.Fatalf("a new server %d, want the living %d", s.PID, first.PID)
	}
	mustStop(t, s)
	if alive(s.URL) {
		t.Fatal("the reused server answers after Stop")
	}
}

func TestKilledServerRecovers(t *testing.T) {
	t.Parallel()
	dir := openTemp(t)
	s := mustStart(t, dir)
	mustExec(t, s.URL, "CREATE TABLE kept (v text)")
	if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.exited
	again := mustStart(t, dir)
	if again.PID == s.PID {
		t.Fatal("the dead server was taken for a living one")
	}
	if got := query(t, again.URL, "SELECT count(*)::text FROM pg_tables WHERE tablename = 'kept'"); got != "1" {
		t.Fatalf("table is gone")
	}
	mustStop(t, again)
	mustStop(t, s) // the last user of the data stops whoever serves it now
	<-again.exited
	if alive(again.URL) {
		t.Fatal("the new server answers after its last user has left")
	}
}

func TestLongPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(openTemp(t), strings.Repeat("long-directory-name/", 8))
	if os.Geteuid() == 0 { // made by us, they would be closed to PostgreSQL's account
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s := mustStart(t, dir)
	if len(s.socket) > maxSocketDir {
		t.Fatalf("socket directory of %d bytes: %s", len(s.socket), s.socket)
	}
	mustStop(t, s)
	if _, err := os.Stat(s.socket); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("socket directory was left behind: %v", err)
	}
}

func TestClosedDirectory(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root changes its user")
	}
	dir := openTemp(t)
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: filepath.Join(dir, "pg")})
	if err == nil || !strings.Contains(err.Error(), "may not enter "+dir) {
		t.Fatalf("got %v", err)
	}
}

func TestOtherMajorVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := openTemp(t)
	mustStop(t, mustStart(t, dir))
	file := filepath.Join(dir, "data", "PG_VERSION")
	if err := os.WriteFile(file, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "written by PostgreSQL 9") {
		t.Fatalf("got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "base")); err != nil {
		t.Fatalf("the data was touched: %v", err)
	}
}

func TestNoBinaries(t *testing.T) {
	t.Parallel()
	if got := installations([]string{t.TempDir()}); len(got) != 0 {
		t.Fatalf("found %v in an empty directory", got)
	}
	if !strings.Contains(ErrNoBinaries.Error(), "apt-get install -y postgresql") {
		t.Fatal("the error does not say what to run")
	}
}

func TestUnprivilegedUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("the other tests run unprivileged already")
	}
	dir := openTemp(t)
	if err := os.Chown(dir, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	a, _ := spawn(t, "start "+dir, &syscall.Credential{Uid: 65534, Gid: 65534})
	if a.Error != "" {
		t.Fatal(a.Error)
	}
	if got := query(t, a.URL, "SELECT current_user::text"); got != superuser {
		t.Fatalf("connected as %s", got)
	}
	if err := syscall.Kill(a.PID, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server stops", func() bool { return !alive(a.URL) })
}

func TestSharedServerOutlivesItsStarterAndStopsAfterTheLast(t *testing.T) {
	t.Parallel()
	temp := openTemp(t)
	env := []string{"TMPDIR=" + temp, testURLVariable + "="}
	kill := func(cmd *exec.Cmd) {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	first, firstCmd := spawn(t, "shared", nil, env...)
	second, secondCmd := spawn(t, "shared", nil, env...)
	if first.Error+second.Error != "" || first.URL != second.URL {
		t.Fatalf("%+v and %+v", first, second)
	}
	kill(firstCmd)
	started := query(t, second.URL, "SELECT pg_postmaster_start_time()::text")

	// A third comes while the reaper lingers, and keeps the server alive.
	kill(secondCmd)
	third, thirdCmd := spawn(t, "shared", nil, env...)
	if third.Error != "" {
		t.Fatal(third.Error)
	}
	if got := query(t, third.URL, "SELECT pg_postmaster_start_time()::text"); got != started {
		t.Fatalf("restarted at %s, was started at %s", got, started)
	}
	kill(thirdCmd)
	eventually(t, "the shared server stops", func() bool { return !alive(third.URL) })
	fourth, fourthCmd := spawn(t, "shared", nil, env...)
	if fourth.Error != "" || !alive(fourth.URL) {
		t.Fatalf("after the stop: %+v", fourth)
	}
	kill(fourthCmd)
	eventually(t, "the second shared server stops", func() bool { return !alive(fourth.URL) })

	reaper, err := lock(t.Context(), filepath.Join(temp, fmt.Sprintf("cloudengine-test-%d", os.Geteuid()), "reaper.lock"), syscall.LOCK_EX)
	if err != nil {
		t.Fatalf("the reaper stays: %v", err)
	}
	reaper.Close()
}

func TestCloneDatabase(t *testing.T) {
	t.Parallel()
	var builds int
	migrate := func(ctx context.Context, db Database) error {
		builds++
		return run(ctx, db.Owner, "CREATE TABLE things (v text); GRANT SELECT ON things TO "+servingRole)
	}
	key := "devpg " + t.Name() + fmt.Sprint(time.Now().UnixNano())
	var kept string
	t.Run("one", func(t *testing.T) {
		one, two := CloneDatabase(t, key, migrate), CloneDatabase(t, key, migrate)
		mustExec(t, one.Owner, "INSERT INTO things VALUES ('mine')")
		if got := query(t, two.URL, "SELECT count(*)::text FROM things"); got != "0" {
			t.Fatalf("the clones share %s rows", got)
		}
		kept = one.URL
	})
	if builds != 1 {
		t.Fatalf("the template was built %d times", builds)
	}
	if alive(kept) {
		t.Fatal("the clone was not dropped with its test")
	}
}

func TestInterruptedTemplateIsBuiltAgain(t *testing.T) {
	t.Parallel()
	key := "devpg " + t.Name() + fmt.Sprint(time.Now().UnixNano())
	server := TestServer(t)
	failed := errors.New("half way")
	half := func(ctx context.Context, db Database) error {
		return errors.Join(run(ctx, db.Owner, "CREATE TABLE half (v text)"), failed)
	}
	if _, err := ensureTemplate(t.Context(), server, key, half); !errors.Is(err, failed) {
		t.Fatalf("got %v", err)
	}
	db := CloneDatabase(t, key, func(ctx context.Context, db Database) error {
		return run(ctx, db.Owner, "CREATE TABLE whole (v text)")
	})
	if got := query(t, db.URL, "SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'public'"); got != "whole" {
		t.Fatalf("tables: %s", got)
	}
}

// What was committed outlives a stop and a crash, under the same URL.
func TestBreakable(t *testing.T) {
	t.Parallel()
	b := NewBreakable(t)
	db := b.Database(func(ctx context.Context, db Database) error {
		return run(ctx, db.Owner, "CREATE TABLE things (v text); GRANT SELECT ON things TO "+servingRole)
	})
	for what, end := range map[string]func(){"stop": b.Stop, "crash": b.Crash} {
		mustExec(t, db.Owner, "INSERT INTO things VALUES ('"+what+"')")
		end()
		if alive(db.URL) {
			t.Errorf("it answers after a %s", what)
		}
		b.Start()
	}
	if got := query(t, db.URL, "SELECT count(*)::text FROM things"); got != "2" {
		t.Errorf("%s of 2 rows are left", got)
	}
}
