// Package config turns the environment into one validated struct, once, at the
// start of the program. It must not know what the settings do: it knows their
// names, their defaults and which values make sense.
package config

import (
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Config is every setting of the program. Fields may be overridden (by flags)
// between FromEnv and Validate.
type Config struct {
	// Discord.
	DiscordToken  Secret
	PublicKey     ed25519.PublicKey // of the application; nil: no interactions over HTTP
	DiscordAPI    string            // base URL; empty: discord.com
	Guilds        []string          // snowflakes of the guilds served
	MessagesPer5s int               // per channel; Discord's own limit is about 5

	// Storage.
	DatabaseURL      Secret // as the role that serves
	OwnerDatabaseURL Secret // as the role that owns the schema; empty: the one that serves does
	Key              Secret // 32 bytes: encrypts plan files and state at rest
	DataDir          string // run directories, provider mirror, host id

	// Terraform.
	TerraformPath string // empty: found on PATH, else installed
	TerraformUser string // who Terraform runs as where the bot is root
	Mirror        string // folder that provider plugins are taken from; empty: their registries
	Templates     string // extra folder of resource kinds; empty: none
	// Repository is what Templates is a copy of; nil: it is a folder of the operator's.
	Repository   *Repository
	Policies     string // folder of Rego policies; empty: none
	Credentials  string // folder of credentials profiles; empty: see CredentialsDir
	Starter      bool   // the built-in policies hold
	ParallelRuns int
	CancelGrace  time.Duration // from Cancel to the offer of Force stop

	// Lives.
	DraftLife  time.Duration // of a draft without activity
	PlanLife   time.Duration // of a plan, an approval, a failure
	SweepEvery time.Duration
	HostLease  time.Duration // for how long a host holds its runs without being heard of

	Keep Keep

	Prices Prices

	// Alarms to admins, in bytes; 0: none.
	DiskAlarm     int64 // free space in the data directory
	DatabaseAlarm int64 // size of the database

	// Stream: a post goes out at so many lines or after so long.
	StreamLines    int
	StreamInterval time.Duration

	// Process.
	Listen        string // host:port of health, readiness, Discord's interactions
	LogLevel      slog.Level
	LogFormat     string // text or json
	ShutdownGrace time.Duration
}

// PluginsDir is the folder of the provider plugins of this host.
func (c Config) PluginsDir() string { return filepath.Join(c.DataDir, "plugins") }

// CredentialsDir is the folder of credentials profiles. It need not exist where it
// was not named.
func (c Config) CredentialsDir() string {
	if c.Credentials != "" || c.DataDir == "" {
		return c.Credentials
	}
	return filepath.Join(c.DataDir, "credentials")
}

// Keep is for how long what is no longer needed is kept; 0 is for ever.
type Keep struct {
	Logs          time.Duration
	Plans         time.Duration
	States        time.Duration
	StateVersions int // newest of a stack that are kept at any age
	Posts         time.Duration
	Drafts        time.Duration
	Jobs          time.Duration
	Directories   time.Duration // put aside for people to look at, until they are reminded of them
}

// Prices says where list prices come from. URLs are without a slash at the end.
type Prices struct {
	Refresh         bool // once a week
	AWS, Azure, GCP string
	GCPKey          Secret // empty: Google Cloud's are not refreshed
}

// Use is what a configuration is for. It decides what must be set.
type Use int

const (
	// Tool needs nothing: doctor, which looks itself.
	Tool Use = iota
	// Demo needs nothing: what is missing is made for it.
	Demo
	// Migrate needs the database.
	Migrate
	// Operate needs the database and the key: for work on them by hand.
	Operate
	// Serve needs Discord, the guilds, the database and the key.
	Serve
)

// Defaults is the configuration of an empty environment.
func Defaults() Config {
	var c Config
	for _, v := range variables {
		if v.def == "" {
			continue
		}
		if err := v.set(&c, v.def); err != nil {
			panic(fmt.Sprintf("default of %s: %v", v.name, err)) // a fault of the table below, found by any test
		}
	}
	c.DataDir = defaultDataDir()
	c.ParallelRuns = runtime.GOMAXPROCS(0) // follows a container's CPU limit
	return c
}

func defaultDataDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/cloudengine"
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "cloudengine")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "" // Validate asks for CLOUDENGINE_DATA
	}
	return filepath.Join(home, ".local", "share", "cloudengine")
}

// Load is FromEnv and Validate, with the faults of both in one *Error.
func Load(getenv func(string) string, use Use) (Config, error) {
	c, faults := fromEnv(getenv)
	faults = append(faults, c.faults(use, faults)...)
	return c, asError(faults)
}

// FromEnv reads the environment over the defaults. The error is an *Error that
// names every variable that cannot be read; whether all that is needed is there
// is for Validate to say.
func FromEnv(getenv func(string) string) (Config, error) {
	c, faults := fromEnv(getenv)
	return c, asError(faults)
}

func fromEnv(getenv func(string) string) (Config, []Fault) {
	c := Defaults()
	var faults []Fault
	for _, v := range variables {
		text, err := v.read(getenv)
		if err == nil && text != "" {
			err = v.set(&c, text)
		}
		if err != nil {
			faults = append(faults, Fault{v.name, err.Error()})
		}
	}
	c.place()
	return c, faults
}

// read takes the value from the variable, or for a secret from the file that
// NAME_FILE names.
func (v variable) read(getenv func(string) string) (string, error) {
	text := strings.TrimSpace(getenv(v.name))
	if !v.secret {
		return text, nil
	}
	file := getenv(v.name + "_FILE")
	switch {
	case file == "":
		return text, nil
	case text != "":
		return "", fmt.Errorf("is set, and so is %s_FILE: keep one of them", v.name)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s_FILE cannot be read: %w", v.name, err)
	}
	if text = strings.TrimSpace(string(b)); text == "" {
		return "", fmt.Errorf("%s_FILE names an empty file: %s", v.name, file)
	}
	return text, nil
}

// Fault is one variable and what is wrong with it.
type Fault struct{ Variable, Problem string }

// Error lists every fault of a configuration.
type Error struct{ Faults []Fault }

func asError(faults []Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return &Error{faults}
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("the configuration has faults:")
	for _, f := range e.Faults {
		fmt.Fprintf(&b, "\n  %s %s", f.Variable, f.Problem)
	}
	return b.String()
}
