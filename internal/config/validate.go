package config

import (
	"fmt"
	"slices"
)

// Validate says whether the configuration is complete and consistent for use.
// The error is an *Error that names every fault.
func (c Config) Validate(use Use) error {
	return asError(c.faults(use, nil))
}

// faults leaves out the variables in known: an unreadable one is not missing
// as well.
func (c Config) faults(use Use, known []Fault) []Fault {
	var faults []Fault
	add := func(name, problem string, args ...any) {
		if !slices.ContainsFunc(known, func(f Fault) bool { return f.Variable == name }) {
			faults = append(faults, Fault{name, fmt.Sprintf(problem, args...)})
		}
	}
	if use == Serve {
		if !c.DiscordToken.IsSet() {
			add("DISCORD_TOKEN", "is not set: it should be the bot's token (https://discord.com/developers/applications, your application, Bot, Reset Token). DISCORD_TOKEN_FILE may name a file that holds it")
		}
		if len(c.Guilds) == 0 {
			add("CLOUDENGINE_GUILDS", "is not set: it should be the ids of the Discord servers to serve, separated by commas")
		}
	}
	if (use == Serve || use == Operate) && !c.Key.IsSet() {
		add("CLOUDENGINE_KEY", "is not set: it should be 32 bytes in hex or base64. Make one with `openssl rand -hex 32` and keep a copy: plans and state cannot be read without it. CLOUDENGINE_KEY_FILE may name a file that holds it")
	}
	if (use == Serve || use == Migrate || use == Operate) && !c.DatabaseURL.IsSet() {
		add("DATABASE_URL", "is not set: it should be a PostgreSQL URL such as postgres://user:password@host:5432/database. DATABASE_URL_FILE may name a file that holds it")
	}
	if c.DataDir == "" {
		add("CLOUDENGINE_DATA", "is not set, and there is no home directory to choose one in: it should be a directory that is kept")
	}
	if c.DraftLife > c.PlanLife {
		add("CLOUDENGINE_PLAN_LIFE", "is %s: it should not be shorter than CLOUDENGINE_DRAFT_LIFE, %s", c.PlanLife, c.DraftLife)
	}
	if c.SweepEvery > c.PlanLife {
		add("CLOUDENGINE_SWEEP_EVERY", "is %s: it should not be longer than CLOUDENGINE_PLAN_LIFE, %s", c.SweepEvery, c.PlanLife)
	}
	return faults
}
