package config

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// variable ties a name to a field. The table below is the one list of settings:
// parsing, defaults, help and docs/configuration.md come from it.
type variable struct {
	name   string
	def    string // default, as one would write it
	shown  string // what the help says where the default depends on the machine
	help   string
	secret bool // has a NAME_FILE too, and is never shown
	set    func(*Config, string) error
}

var variables = []variable{
	{name: "DISCORD_TOKEN", secret: true, help: "The bot's token. Required by `serve`.",
		set: func(c *Config, s string) error { return setToken(&c.DiscordToken, s) }},
	{name: "DISCORD_PUBLIC_KEY", help: "The application's public key, from the developer portal's General Information. With it the bot takes interactions over HTTP too, at `/interactions` of `CLOUDENGINE_LISTEN`, so that any number of replicas can share them: `docs/operations.md` says how.",
		set: func(c *Config, s string) error { return setPublicKey(&c.PublicKey, s) }},
	{name: "CLOUDENGINE_GUILDS", help: "Ids of the Discord servers that are served, separated by commas. The bot ignores all others. Required by `serve`.",
		set: func(c *Config, s string) error { return setGuilds(&c.Guilds, s) }},
	{name: "CLOUDENGINE_DISCORD_API", shown: "Discord's own", help: "Base URL of a REST proxy in front of Discord, without `/api/v10`.",
		set: func(c *Config, s string) error { return setURL(&c.DiscordAPI, s) }},
	{name: "CLOUDENGINE_MESSAGES_PER_5S", def: "5", help: "Most messages in five seconds to one channel.",
		set: func(c *Config, s string) error { return setCount(&c.MessagesPer5s, s) }},

	{name: "DATABASE_URL", secret: true, help: "PostgreSQL, as `postgres://user:password@host/database`. Not through a transaction-pooling proxy. Required by `serve` and `migrate`; the demo starts a private server without it.",
		set: func(c *Config, s string) error { return setDatabase(&c.DatabaseURL, s) }},
	{name: "CLOUDENGINE_OWNER_DATABASE_URL", secret: true, help: "The same database, as the role that owns its tables. It is used for migrations alone, which then give the role of `DATABASE_URL` the rights that it needs and no more: that one can add to the audit and not change it. `docs/operations.md` has the SQL that makes the two roles.",
		set: func(c *Config, s string) error { return setDatabase(&c.OwnerDatabaseURL, s) }},
	{name: "CLOUDENGINE_KEY", secret: true, help: "32 bytes, in hex or base64, that encrypt plans and state in the database (`openssl rand -hex 32` makes one). Whoever loses it loses the state. Required by `serve`; the demo makes its own.",
		set: func(c *Config, s string) error { return setKey(&c.Key, s) }},
	{name: "CLOUDENGINE_DATA", shown: "`/var/lib/cloudengine` as root, else `~/.local/share/cloudengine`", help: "Directory for running deployments. It must outlive the process: on a volume, in a container.",
		set: func(c *Config, s string) error { return setPath(&c.DataDir, s) }},

	{name: "CLOUDENGINE_TERRAFORM", shown: "found on PATH, else installed", help: "The Terraform (or OpenTofu) program to run, 1.9 or newer.",
		set: func(c *Config, s string) error { return setPath(&c.TerraformPath, s) }},
	{name: "CLOUDENGINE_TERRAFORM_USER", def: "nobody", help: "The user that Terraform runs as where the bot is root, so that nothing a module starts can read what the bot holds.",
		set: func(c *Config, s string) error { c.TerraformUser = s; return nil }},
	{name: "CLOUDENGINE_PROVIDER_MIRROR", shown: "none", help: "Folder that Terraform's provider plugins are taken from, laid out as a [filesystem mirror](https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories). Without it they are fetched from their registries, once per host.",
		set: func(c *Config, s string) error { return setPath(&c.Mirror, s) }},
	{name: "CLOUDENGINE_TEMPLATES", shown: "none", help: "Folder with resource kinds of your own, beside the built-in ones; or a Git repository with a ref, as `git::https://git.example.com/kinds.git//folder?ref=v1.2`, which is fetched at each start.",
		set: setTemplates},
	{name: "CLOUDENGINE_POLICIES", shown: "none", help: "Folder with policies of your own, as Rego files. They judge every plan. `cloudengine policies` checks them.",
		set: func(c *Config, s string) error { return setPath(&c.Policies, s) }},
	{name: "CLOUDENGINE_STARTER_POLICIES", def: "on", help: "`on` or `off`: whether the built-in policies judge plans too. A package of yours replaces the built-in one of the same name.",
		set: func(c *Config, s string) error { return setSwitch(&c.Starter, s) }},
	{name: "CLOUDENGINE_CREDENTIALS", shown: "`credentials` in `CLOUDENGINE_DATA`", help: "Folder with credentials profiles, a file for each, which projects name. `docs/operations.md` says what is in them. The same on every host.",
		set: func(c *Config, s string) error { return setPath(&c.Credentials, s) }},
	{name: "CLOUDENGINE_PARALLEL", shown: "number of cores", help: "Terraform runs at once on this host; the rest queue.",
		set: func(c *Config, s string) error { return setCount(&c.ParallelRuns, s) }},
	{name: "CLOUDENGINE_CANCEL_GRACE", def: "60s", help: "How long a cancelled run has before a force stop is offered.",
		set: func(c *Config, s string) error { return setDuration(&c.CancelGrace, s) }},

	{name: "CLOUDENGINE_DRAFT_LIFE", def: "30m", help: "A draft without activity expires after this.",
		set: func(c *Config, s string) error { return setDuration(&c.DraftLife, s) }},
	{name: "CLOUDENGINE_PLAN_LIFE", def: "24h", help: "A plan, an approval not started and a failure expire after this.",
		set: func(c *Config, s string) error { return setDuration(&c.PlanLife, s) }},
	{name: "CLOUDENGINE_SWEEP_EVERY", def: "5m", help: "How often expired sessions are looked for.",
		set: func(c *Config, s string) error { return setDuration(&c.SweepEvery, s) }},
	{name: "CLOUDENGINE_HOST_LEASE", def: "2m", help: "A host of the engine that says nothing for this long is lost: others plan again what it planned, and what it applied fails and keeps its stack locked until it is back. The same on every host, and longer than a restart takes.",
		set: func(c *Config, s string) error { return setDuration(&c.HostLease, s) }},

	{name: "CLOUDENGINE_KEEP_LOGS", def: "90d", help: "How long the output of a run is kept after its deployment ended: `90d`, `36h`, or `forever`, as for all of these. The audit is always kept.",
		set: func(c *Config, s string) error { return setAge(&c.Keep.Logs, s) }},
	{name: "CLOUDENGINE_KEEP_PLANS", def: "7d", help: "How long the files of a plan are kept after its deployment ended. What the plan was for stays readable.",
		set: func(c *Config, s string) error { return setAge(&c.Keep.Plans, s) }},
	{name: "CLOUDENGINE_KEEP_STATES", def: "90d", help: "How long past versions of a stack's state are kept.",
		set: func(c *Config, s string) error { return setAge(&c.Keep.States, s) }},
	{name: "CLOUDENGINE_KEEP_STATE_VERSIONS", def: "20", help: "The newest versions of each stack's state that are kept at any age.",
		set: func(c *Config, s string) error { return setCount(&c.Keep.StateVersions, s) }},
	{name: "CLOUDENGINE_KEEP_POSTS", def: "7d", help: "How long the record of messages that were sent is kept after their deployment ended. The messages stay.",
		set: func(c *Config, s string) error { return setAge(&c.Keep.Posts, s) }},
	{name: "CLOUDENGINE_KEEP_DRAFTS", def: "24h", help: "How long it is kept what somebody typed into a form that had faults.",
		set: func(c *Config, s string) error { return setAge(&c.Keep.Drafts, s) }},
	{name: "CLOUDENGINE_KEEP_JOBS", def: "24h", help: "How long jobs of the queue are kept that have ended.",
		set: func(c *Config, s string) error { return setAge(&c.Keep.Jobs, s) }},
	{name: "CLOUDENGINE_KEEP_DIRECTORIES", def: "1d", help: "After this, admins are reminded once a day of each directory that was put aside because its state was refused or cannot be read. The bot never removes one.",
		set: func(c *Config, s string) error { return setAge(&c.Keep.Directories, s) }},
	{name: "CLOUDENGINE_ALARM_DISK", def: "2GiB", help: "Admins are told once a day when less than this is free in the data directory. `off`: never.",
		set: func(c *Config, s string) error { return setSize(&c.DiskAlarm, s) }},
	{name: "CLOUDENGINE_ALARM_DATABASE", def: "off", help: "Admins are told once a day when the database is larger than this, such as `20GiB`. Set it to what its disk or your plan allows, less some room.",
		set: func(c *Config, s string) error { return setSize(&c.DatabaseAlarm, s) }},

	{name: "CLOUDENGINE_PRICES_REFRESH", def: "on", help: "`on` or `off`: whether list prices are brought up to date once a week, from what the providers publish. Without it `cloudengine prices import` does it, and estimates are made of the prices that came with the program until then.",
		set: func(c *Config, s string) error { return setSwitch(&c.Prices.Refresh, s) }},
	{name: "CLOUDENGINE_PRICES_AWS_URL", def: "https://pricing.us-east-1.amazonaws.com", help: "Base URL of AWS's price list files, or of a copy of them.",
		set: func(c *Config, s string) error { return setURL(&c.Prices.AWS, s) }},
	{name: "CLOUDENGINE_PRICES_AZURE_URL", def: "https://prices.azure.com", help: "Base URL of Azure's retail prices, or of a proxy.",
		set: func(c *Config, s string) error { return setURL(&c.Prices.Azure, s) }},
	{name: "CLOUDENGINE_PRICES_GCP_URL", def: "https://cloudbilling.googleapis.com", help: "Base URL of Google Cloud's billing catalog, or of a proxy.",
		set: func(c *Config, s string) error { return setURL(&c.Prices.GCP, s) }},
	{name: "CLOUDENGINE_PRICES_GCP_KEY", secret: true, help: "API key of a Google Cloud project that has the Cloud Billing API enabled. Google Cloud's prices are brought up to date only with one; it needs no rights.",
		set: func(c *Config, s string) error { c.Prices.GCPKey = NewSecret(s); return nil }},

	{name: "CLOUDENGINE_STREAM_LINES", def: "10", help: "Lines of output in one thread message, at most.",
		set: func(c *Config, s string) error { return setCount(&c.StreamLines, s) }},
	{name: "CLOUDENGINE_STREAM_INTERVAL", def: "2s", help: "Lines are posted after this even when they are fewer.",
		set: func(c *Config, s string) error { return setDuration(&c.StreamInterval, s) }},

	{name: "CLOUDENGINE_LISTEN", def: "127.0.0.1:8080", help: "Address of health, readiness and, with `DISCORD_PUBLIC_KEY`, Discord's interactions.",
		set: func(c *Config, s string) error { return setAddress(&c.Listen, s) }},
	{name: "CLOUDENGINE_LOG_LEVEL", def: "info", help: "`debug`, `info`, `warn` or `error`.",
		set: func(c *Config, s string) error { return setLevel(&c.LogLevel, s) }},
	{name: "CLOUDENGINE_LOG_FORMAT", def: "text", help: "`text` or `json`.",
		set: func(c *Config, s string) error { return setFormat(&c.LogFormat, s) }},
	{name: "CLOUDENGINE_SHUTDOWN_GRACE", def: "10s", help: "How long a stop may take. Running applies go on without the bot.",
		set: func(c *Config, s string) error { return setDuration(&c.ShutdownGrace, s) }},
}

// The setters say what a value should be. None repeats a secret's text.

func setToken(f *Secret, s string) error {
	s = strings.TrimPrefix(s, "Bot ")
	if strings.ContainsAny(s, " \t\r\n\"") {
		return errors.New("should be the bot's token alone, without spaces or quotes")
	}
	*f = NewSecret(s)
	return nil
}

func setPublicKey(f *ed25519.PublicKey, s string) error {
	key, err := hex.DecodeString(s)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return errors.New("should be 64 hexadecimal digits: the public key in the developer portal (https://discord.com/developers/applications, your application, General Information)")
	}
	*f = key
	return nil
}

func setGuilds(f *[]string, s string) error {
	var ids []string
	for id := range strings.SplitSeq(s, ",") {
		id = strings.TrimSpace(id)
		if _, err := strconv.ParseUint(id, 10, 63); err != nil || len(id) < 15 {
			return fmt.Errorf("should be ids of Discord servers separated by commas, such as 1042069912345678901, and %q is none (in Discord: settings, advanced, developer mode; then right-click the server, Copy Server ID)", id)
		}
		ids = append(ids, id)
	}
	*f = ids
	return nil
}

func setURL(f *string, s string) error {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return errors.New("should be a URL such as http://discord-proxy:8080")
	}
	*f = strings.TrimRight(s, "/")
	return nil
}

func setDatabase(f *Secret, s string) error {
	if !strings.HasPrefix(s, "postgres://") && !strings.HasPrefix(s, "postgresql://") {
		return errors.New("should be a URL such as postgres://user:password@host:5432/database")
	}
	if _, err := url.Parse(s); err != nil {
		return errors.New("is not a URL: a password with special characters must be percent-encoded")
	}
	*f = NewSecret(s)
	return nil
}

func setKey(f *Secret, s string) error {
	for _, decode := range []func(string) ([]byte, error){
		hex.DecodeString,
		base64.StdEncoding.DecodeString,
		base64.RawStdEncoding.DecodeString,
		base64.URLEncoding.DecodeString,
		base64.RawURLEncoding.DecodeString,
	} {
		if b, err := decode(s); err == nil && len(b) == 32 {
			*f = NewSecret(string(b))
			return nil
		}
	}
	return errors.New("should be 32 bytes in hex or base64: make one with `openssl rand -hex 32`")
}

func setPath(f *string, s string) error {
	abs, err := filepath.Abs(s)
	if err != nil {
		return fmt.Errorf("should be a path: %w", err)
	}
	*f = abs // the program's directory must not matter later
	return nil
}

func setCount(f *int, s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 10_000 {
		return fmt.Errorf("should be a number from 1 to 10000, not %q", s)
	}
	*f = n
	return nil
}

func setDuration(f *time.Duration, s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return fmt.Errorf("should be a duration such as 90s, 30m or 24h, not %q", s)
	}
	*f = d
	return nil
}

// setAge is setDuration with days, and with for ever.
func setAge(f *time.Duration, s string) error {
	if s == "forever" {
		*f = 0
		return nil
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 36_500 {
			*f = time.Duration(n) * 24 * time.Hour
			return nil
		}
	}
	if err := setDuration(f, s); err != nil {
		return fmt.Errorf("should be an age such as 90d or 36h, or forever, not %q", s)
	}
	return nil
}

func setSize(f *int64, s string) error {
	if s == "off" {
		*f = 0
		return nil
	}
	for unit, bytes := range map[string]int64{"MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40} {
		text, ok := strings.CutSuffix(s, unit)
		n, err := strconv.ParseInt(text, 10, 32)
		if ok && err == nil && n > 0 && n <= 1<<20 {
			*f = n * bytes
			return nil
		}
	}
	return fmt.Errorf("should be a size such as 500MiB or 20GiB, or off, not %q", s)
}

// ReadKey reads a key from a file, in the forms of CLOUDENGINE_KEY.
func ReadKey(path string) (Secret, error) {
	var key Secret
	b, err := os.ReadFile(path)
	if err != nil {
		return key, fmt.Errorf("read the key: %w", err)
	}
	if err := setKey(&key, strings.TrimSpace(string(b))); err != nil {
		return key, fmt.Errorf("the key in %s %w", path, err)
	}
	return key, nil
}

func setAddress(f *string, s string) error {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("should be host:port such as 127.0.0.1:8080, not %q", s)
	}
	*f = s
	return nil
}

func setLevel(f *slog.Level, s string) error {
	if err := f.UnmarshalText([]byte(s)); err != nil {
		return fmt.Errorf("should be debug, info, warn or error, not %q", s)
	}
	return nil
}

func setSwitch(f *bool, s string) error {
	switch strings.ToLower(s) {
	case "on", "true", "yes", "1":
		*f = true
	case "off", "false", "no", "0":
		*f = false
	default:
		return fmt.Errorf("should be on or off, not %q", s)
	}
	return nil
}

func setFormat(f *string, s string) error {
	if s != "text" && s != "json" {
		return fmt.Errorf("should be text or json, not %q", s)
	}
	*f = s
	return nil
}
