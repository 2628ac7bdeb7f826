package doctor

import (
	"context"
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/catalog"
)

// kinds reads the modules that can be deployed, the operator's own too.
func (e *exam) kinds(context.Context) {
	const subject = "kinds"
	c, err := catalog.Installed(e.Config.Templates)
	if err != nil && e.Config.Repository != nil {
		e.skip(subject, "the repository of CLOUDENGINE_TEMPLATES is fetched when the bot starts")
		return
	}
	if err != nil {
		e.fail(subject, "the resource kinds cannot be read", "Check that CLOUDENGINE_TEMPLATES names a folder with <provider>/<kind>/ in it.", err)
		return
	}
	for _, p := range c.Problems() {
		e.warn(subject, p.String(), "Correct the module: templates/README.md has the rules. The other kinds work.")
	}
	kinds, providers := 0, c.Providers()
	for _, p := range providers {
		kinds += len(c.Kinds(p.Name))
	}
	e.ok(subject, "%s of %s can be deployed", count(kinds, "resource kind"), count(len(providers), "provider"))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
