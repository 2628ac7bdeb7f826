package credentials

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	hcljson "github.com/hashicorp/hcl/v2/json"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// every stands for all projects, or for all guilds that are served.
const every = "*"

// profile is a file, as it is written.
type profile struct {
	name string

	// Who may use it: all three must list them.
	Guilds    []string `hcl:"guilds" json:"guilds"`       // ids
	Projects  []string `hcl:"projects" json:"projects"`   // slugs
	Providers []string `hcl:"providers" json:"providers"` // names

	// What they get: variables, files whose paths stand in variables, or what a
	// command prints.
	Env     map[string]string `hcl:"env,optional" json:"env"`
	Files   map[string]string `hcl:"files,optional" json:"files"`
	Command *command          `hcl:"command,block" json:"command"`
}

// command prints credentials that live for a short time.
type command struct {
	Argv    []string `hcl:"argv" json:"argv"`
	Timeout string   `hcl:"timeout,optional" json:"timeout"` // empty: defaultTimeout
}

// parse reads a profile strictly: what is unknown, or there twice, is a fault. The
// error is a *Fault without any value of the file.
func parse(name string, raw []byte) (profile, error) {
	p := profile{name: name}
	file := name + extension
	// HCL knows JSON with lines, unknown keys and keys that are there twice. The
	// values are read without it, as it normalises text.
	parsed, diagnostics := hcljson.Parse(raw, file)
	if !diagnostics.HasErrors() {
		var strict profile
		diagnostics = append(diagnostics, gohcl.DecodeBody(parsed.Body, nil, &strict)...)
	}
	if diagnostics.HasErrors() {
		return p, fault(file, raw, diagnostics)
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return p, &Fault{file, "it is not as expected: texts, lists of texts and objects of texts"}
	}
	for _, check := range []func() (string, string){p.checkWho, p.checkWhat} {
		if at, problem := check(); problem != "" {
			return p, &Fault{position(file, raw, at), problem}
		}
	}
	return p, nil
}

// fault is the first of HCL's diagnostics. Their details quote the file: only a
// property's name is taken from there.
func fault(file string, raw []byte, all hcl.Diagnostics) *Fault {
	d := all[slices.IndexFunc(all, func(d *hcl.Diagnostic) bool { return d.Severity == hcl.DiagError })]
	problem := strings.ToLower(d.Summary[:1]) + d.Summary[1:]
	if d.Subject == nil {
		return &Fault{file, problem}
	}
	if d.Summary == "Extraneous JSON object property" {
		problem = "there is no key " + string(d.Subject.SliceBytes(raw)) + " in a profile"
	}
	return &Fault{fmt.Sprintf("%s:%d", file, d.Subject.Start.Line), problem}
}

// position is the file with the line where a text stands first.
func position(file string, raw []byte, text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		return file
	}
	before, _, found := bytes.Cut(raw, quoted)
	if !found {
		return file
	}
	return fmt.Sprintf("%s:%d", file, 1+bytes.Count(before, []byte("\n")))
}

var (
	guildID      = regexp.MustCompile(`^[0-9]{15,20}$`)
	providerName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
)

// nameRule says in words what validName accepts.
const nameRule = project.SlugRule + "; not `none`, `any` or `all`"

// validName leaves out what stands for no profile where people type one.
func validName(s string) bool {
	return project.ValidSlug(s) && s != "none" && s != "any" && s != "all"
}

// checkWho returns what is wrong with who may use it, and at which text.
func (p profile) checkWho() (at, problem string) {
	for _, list := range []struct {
		key    string
		values []string
		valid  func(string) bool
		rule   string
	}{
		{"guilds", p.Guilds, func(s string) bool { return s == every || guildID.MatchString(s) }, "ids of Discord servers, or * for those that the bot serves"},
		{"projects", p.Projects, func(s string) bool { return s == every || project.ValidSlug(s) }, "names of projects, or *"},
		{"providers", p.Providers, providerName.MatchString, "names of providers, such as aws"},
	} {
		if len(list.values) == 0 {
			return list.key, list.key + " is empty: nobody could use it. It should list " + list.rule
		}
		for _, v := range list.values {
			if !list.valid(v) {
				return v, list.key + " should list " + list.rule
			}
		}
	}
	return "", ""
}

// checkWhat returns what is wrong with what it gives, and at which text.
func (p profile) checkWhat() (at, problem string) {
	static := len(p.Env)+len(p.Files) > 0
	switch {
	case p.Command != nil && static:
		return "command", "it has a command and values of its own: keep one of them"
	case p.Command != nil:
		return p.Command.check()
	case !static:
		return "", "it gives nothing: it should have env, files or command"
	}
	return checkVariables(p.Env, p.Files)
}

// How long a command may take.
const (
	defaultTimeout = 30 * time.Second
	longestTimeout = 5 * time.Minute
)

func (c *command) check() (at, problem string) {
	if len(c.Argv) == 0 || !filepath.IsAbs(c.Argv[0]) {
		return "argv", "argv should begin with the absolute path of a program"
	}
	if c.Timeout == "" {
		return "", ""
	}
	if d, err := time.ParseDuration(c.Timeout); err != nil || d <= 0 || d > longestTimeout {
		return "timeout", fmt.Sprintf("timeout should be a duration such as 20s, at most %s", longestTimeout)
	}
	return "", ""
}

// limit is how long the command may take.
func (c *command) limit() time.Duration {
	if d, err := time.ParseDuration(c.Timeout); err == nil {
		return d
	}
	return defaultTimeout
}
