package credentials

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// variableName is what a variable may be called.
var variableName = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,127}$`)

// forbidden are the variables that decide what runs, rather than who it is: * ends
// a name that is a beginning. A profile, or the command behind it, has no say in
// those.
var forbidden = []struct{ names, why string }{
	{"CLOUDENGINE_* DISCORD_* DATABASE_URL", "it is the bot's own"},
	{"TF_* TOFU_* CHECKPOINT_*", "how Terraform runs is the engine's to say"},
	{"PATH HOME TMPDIR PWD USER LOGNAME SHELL LANG LC_*", "the engine sets it"},
	{"LD_* DYLD_* GCONV_PATH GLIBC_TUNABLES MALLOC_* LOCPATH", "it changes which code programs load"},
	{"ENV BASH_* BASHOPTS SHELLOPTS IFS PS4 CDPATH PROMPT_COMMAND", "it changes what a shell runs"},
	{"GIT_* SSH_* PAGER EDITOR VISUAL", "it makes other programs run"},
	{"PYTHON* PERL* RUBY* NODE_* JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS GODEBUG GOTRACEBACK", "it changes which code programs load"},
}

// mostValue is what the kernel takes for one variable, with its name.
const mostValue = 127 << 10

// checkVariables returns what is wrong with the variables of a profile, and at
// which text.
func checkVariables(env, files map[string]string) (at, problem string) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if problem := checkVariable(name, env[name]); problem != "" {
			return name, problem
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if _, twice := env[name]; twice {
			return name, name + " is in env and in files: keep one of them"
		}
		if problem := checkVariable(name, ""); problem != "" {
			return name, problem
		}
		if files[name] == "" {
			return name, "the file for " + name + " is empty"
		}
	}
	return "", ""
}

func checkVariable(name, value string) string {
	if !variableName.MatchString(name) {
		return "a variable's name should be capital letters, digits and _, a letter first"
	}
	for _, f := range forbidden {
		for pattern := range strings.FieldsSeq(f.names) {
			if start, open := strings.CutSuffix(pattern, "*"); name == pattern || open && strings.HasPrefix(name, start) {
				return fmt.Sprintf("%s cannot be set by a profile: %s", name, f.why)
			}
		}
	}
	if strings.ContainsRune(value, 0) || len(name)+len(value) > mostValue {
		return fmt.Sprintf("the value of %s is longer than %d KiB or has a zero byte", name, mostValue>>10)
	}
	return ""
}
