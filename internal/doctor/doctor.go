package doctor

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
)

// Options say what is examined and where the findings go.
type Options struct {
	Config config.Config
	// ConfigError is what config.Load or Validate said of Config; nil when it is
	// complete. What is there is checked all the same.
	ConfigError error
	// Channel is the id of a channel whose permissions are checked; may be empty.
	Channel string
	Out     io.Writer
	Colour  bool
}

// limit bounds each question to a part: a request, a connection, a query.
const limit = 10 * time.Second

// exam is one run of the doctor.
type exam struct {
	Options
	*report
	client   *http.Client
	self     string        // this program, which Terraform's user must be able to run
	path     string        // where programs are looked for
	releases string        // where Terraform is downloaded from
	root     bool          // Terraform runs as somebody else
	patience time.Duration // for a notification

	inUse    bool // the data directory belongs to a bot that runs
	migrates bool // the next start can change the schema
	current  bool // the schema is this program's
	bot      bot  // zero: it cannot log in
	rest     *rest
}

// Run examines everything, prints a line for each finding as it is made and a
// summary at the end, and reports whether nothing stands in the bot's way.
func Run(ctx context.Context, o Options) bool {
	return newExam(o).run(ctx)
}

func newExam(o Options) *exam {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return &exam{
		Options: o, report: &report{out: o.Out, colour: o.Colour}, client: &http.Client{Timeout: limit},
		self: self, path: os.Getenv("PATH"), releases: "https://releases.hashicorp.com", root: os.Geteuid() == 0,
		patience: limit,
	}
}

func (e *exam) run(ctx context.Context) bool {
	for _, look := range []func(context.Context){
		e.configuration, e.discord, e.dataDirectory, e.address, e.terraform, e.credentials, e.kinds, e.policies, e.postgres,
	} {
		if ctx.Err() != nil {
			e.skip("the rest", "interrupted")
			break
		}
		look(ctx)
	}
	return e.end() && ctx.Err() == nil
}

// runsDir is where runs have their directories, and installDir where a
// Terraform is installed to when none is found.
func (e *exam) runsDir() string    { return filepath.Join(e.Config.DataDir, "runs") }
func (e *exam) installDir() string { return filepath.Join(e.Config.DataDir, "terraform") }
