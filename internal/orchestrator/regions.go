package orchestrator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// checkRegions refuses regions that the provider does not have or the project does
// not allow, and more than a stack may stand in.
func (o *Orchestrator) checkRegions(p project.Project, regions []string) error {
	if err := notTooMany(regions); err != nil {
		return err
	}
	for _, region := range regions {
		if err := o.checkRegion(p, region); err != nil {
			return err
		}
	}
	return nil
}

// left says that a stack stands where nothing may be deployed any more.
func (c *change) left() string {
	does := "It can only be destroyed."
	if p, ok := c.o.Catalog().Provider(c.scope.Project.Provider); ok {
		if _, there := p.Region(c.stack.Region); there {
			does = fmt.Sprintf("It can be destroyed; before it can be changed, an admin must allow the region to `%s` again.", c.scope.Project.Slug)
		}
	}
	return fmt.Sprintf("Stack `%s` stands in `%s`, to which nothing can be deployed any more. Nothing was changed. %s", c.stack.Name, c.stack.Region, does)
}

func notTooMany(regions []string) error {
	if len(regions) <= project.MostRegions {
		return nil
	}
	return usererr.New(usererr.Invalid, "A deployment can name %d regions, not %d. Nothing was changed.", project.MostRegions, len(regions))
}

// checkRegion refuses a region that the provider does not have or the project
// does not allow, and names those that would do.
func (o *Orchestrator) checkRegion(p project.Project, region string) error {
	provider, ok := o.Catalog().Provider(p.Provider)
	if !ok {
		return usererr.New(usererr.Unavailable, "The modules of provider `%s` are not there now. Nothing was changed. Tell an admin.", p.Provider)
	}
	var names []string
	for _, r := range provider.Regions {
		if p.RegionAllowed(r.Name) {
			if r.Name == region {
				return nil
			}
			names = append(names, "`"+r.Name+"`")
		}
	}
	return usererr.New(usererr.Invalid, "There is no region %s to deploy to. Nothing was changed. Choose one of: %s.", quote(region), strings.Join(names, ", "))
}

// staysIn refuses to move a stack that stands somewhere.
func staysIn(stack project.Stack, regions []string) error {
	if len(regions) == 0 || slices.Contains(regions, stack.Region) {
		return nil
	}
	return usererr.New(usererr.Conflict, "Stack `%s` stands in `%s`: it cannot move to %s. Nothing was changed. Leave `regions` out, name `%s` among them to have it there as well, or name a new stack.",
		stack.Name, stack.Region, quote(strings.Join(regions, ", ")), stack.Region)
}

// destroysAll refuses to destroy a stack in some of its regions: it is destroyed in all.
func destroysAll(stack project.Stack, regions []string) error {
	all := stack.Standing()
	if len(regions) == 0 || slices.Equal(stack.Led(regions), all) {
		return nil
	}
	return usererr.New(usererr.Invalid, "Stack `%s` is destroyed in all its regions: %s. Nothing was started. Leave `regions` out to destroy it; to leave a region, name those that stay, without `destroy`.",
		stack.Name, quoted(all))
}

// place puts the session's resources in the regions of its deployment.
func (c *change) place() {
	c.s.Resources = c.o.Catalog().In(c.scope.Project.Provider, c.s.RegionsIn(c.stack), c.s.Resources)
}

// lacking is what one of the resources cannot have in the regions of the deployment.
func (c *change) lacking(label string, resources []project.Resource) []catalog.Fault {
	provider := c.scope.Project.Provider
	placed := c.o.Catalog().In(provider, c.s.RegionsIn(c.stack), resources)
	faults := c.o.Catalog().Lacking(provider, c.stack.Region, placed, c.stack.Resources)
	return slices.DeleteFunc(faults, func(f catalog.Fault) bool { return f.Resource != label })
}

// misplaced is why resources may not stand where they are to. What is only to be
// destroyed may be anywhere: a region that is no longer allowed can be left.
func (c *change) misplaced(resources []project.Resource) []string {
	if len(resources) == 0 {
		return nil
	}
	regions := c.stack.With(resources)
	if err := notTooMany(regions); err != nil {
		return []string{usererr.Text(err, "")}
	}
	var why []string
	for _, region := range regions {
		err := c.o.checkRegion(c.scope.Project, region)
		switch {
		case err == nil:
		case region == c.stack.Region && c.stack.Exists():
			why = append(why, c.left())
		default:
			why = append(why, usererr.Text(err, ""))
		}
	}
	return why
}
