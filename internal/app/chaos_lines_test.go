package app_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// applied is an apply run, as the database has it.
type appliedRun struct {
	ID         int64
	SessionID  string
	Generation int
	ThreadID   string
	Lines      []string
	Status     string
}

// countThreads compares what people read with what Terraform said.
func (c *chaos) countThreads(r *report, conn *pgx.Conn) {
	rows, err := conn.Query(c.ctx, `select r.id, r.session_id, r.generation, s.thread_id, r.status,
		array(select l.text from run_lines l where l.run_id = r.id order by l.seq) as lines
		from runs r join sessions s on s.id = r.session_id where r.kind = 'apply' and r.status <> 'superseded' order by r.id`)
	if err != nil {
		c.t.Fatal(err)
	}
	runs, err := pgx.CollectRows(rows, pgx.RowToStructByName[appliedRun])
	if err != nil {
		c.t.Fatal(err)
	}
	threads := map[string]*discordsim.Channel{}
	lobbies := map[string]int{}
	var strange []string
	for _, p := range c.people {
		for _, t := range p.channel.Threads() {
			threads[t.ID] = t
		}
		for _, m := range p.channel.Messages(p.who) {
			if id := sessionOf(m); id != "" && !m.Ephemeral() {
				lobbies[id]++
			}
		}
	}
	for id, n := range lobbies {
		if n > 1 {
			strange = append(strange, fmt.Sprintf("lobby of %s: %d", id, n))
		}
	}
	lines, posts := 0, 0
	var missing, doubled, missed []string
	for _, run := range runs {
		lines += len(run.Lines)
		if threads[run.ThreadID] == nil {
			missed = append(missed, fmt.Sprintf("the thread of session %s (run %d, %s)", run.SessionID, run.ID, run.Status))
			continue
		}
		seen := readThread(threads[run.ThreadID].Messages(c.ada), run)
		posts += seen.posts
		missing, doubled = append(missing, seen.missing...), append(doubled, seen.doubled...)
		switch {
		case seen.results == 0:
			missed = append(missed, fmt.Sprintf("the result of run %d", run.ID))
		case seen.results > 1:
			strange = append(strange, fmt.Sprintf("result of run %d: %d", run.ID, seen.results))
		}
	}
	for _, id := range c.list(conn, "select id from sessions") {
		if lobbies[id] == 0 {
			missed = append(missed, "the lobby of session "+id)
		}
	}
	r.fact("applies", len(runs))
	r.fact("lines", lines)
	r.fact("posts with lines", posts)
	r.fault("lines missing", missing)
	r.fault("lines doubled, or not in order", doubled)
	r.fault("posts missing", missed)
	r.fault("posts doubled", strange)
}

// seen is what a thread shows of a run.
type seen struct {
	posts, results   int
	missing, doubled []string
}

var (
	linesPost = regexp.MustCompile(`(?m)^-# plan (\d+) · lines (\d+) to (\d+)(?: · part (\d+) of (\d+))?$`)
	wentBy    = regexp.MustCompile(`^… ([\d,]+) lines? `)
	ansi      = regexp.MustCompile("\x1b\\[[0-9]+m")
	logLine   = regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d  `)
)

// readThread follows a run's lines from post to post.
func readThread(messages []discordsim.Message, run appliedRun) seen {
	var s seen
	next, logged := 1, -1
	var rows []string
	for _, m := range messages {
		if strings.Contains(m.Content, fmt.Sprintf("-# plan %d · end", run.Generation)) {
			s.results++
			for _, a := range m.Attachments {
				logged = len(logLine.FindAll(a.Bytes(), -1))
			}
		}
		found := linesPost.FindStringSubmatch(m.Content)
		if found == nil || found[1] != strconv.Itoa(run.Generation) {
			continue
		}
		s.posts++
		from, to := number(found[2]), number(found[3])
		if by := wentBy.FindStringSubmatch(m.Content); by != nil {
			next += number(strings.ReplaceAll(by[1], ",", ""))
		}
		switch {
		case number(found[4]) > 1: // a further part of the same lines
		case from > next:
			s.missing = append(s.missing, fmt.Sprintf("run %d, lines %d to %d", run.ID, next, from-1))
		case from < next:
			s.doubled = append(s.doubled, fmt.Sprintf("run %d, line %d after line %d", run.ID, from, next-1))
		}
		if number(found[4]) <= 1 {
			rows = nil
		}
		rows = append(rows, rowsOf(m.Content)...)
		if found[4] == found[5] {
			got, want := unspaced(rows), unspaced(run.Lines[from-1:min(to, len(run.Lines))])
			if got != want {
				s.missing = append(s.missing, fmt.Sprintf("run %d, lines %d to %d are others:\n%s\n---\n%s", run.ID, from, to, got, want))
			}
			next = to + 1
		}
	}
	if next <= len(run.Lines) {
		s.missing = append(s.missing, fmt.Sprintf("run %d, lines %d to %d at the end", run.ID, next, len(run.Lines)))
	}
	if s.results > 0 && logged != len(run.Lines) && len(run.Lines) > 0 {
		s.missing = append(s.missing, fmt.Sprintf("run %d, the log has %d lines of %d", run.ID, logged, len(run.Lines)))
	}
	return s
}

func rowsOf(content string) []string {
	_, block, _ := strings.Cut(content, "```ansi\n")
	block, _, _ = strings.Cut(block, "\n```")
	return strings.Split(ansi.ReplaceAllString(block, ""), "\n")
}

var emptyLines = regexp.MustCompile("\n{2,}")

// unspaced are lines without the empty ones among them.
func unspaced(lines []string) string {
	return strings.Trim(emptyLines.ReplaceAllString(strings.Join(lines, "\n"), "\n"), "\n")
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
