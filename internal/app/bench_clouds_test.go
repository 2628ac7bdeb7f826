package app_test

import (
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/fakehcloud"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/standin"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// cloudBench is a stack as people have it, on one of the clouds.
type cloudBench struct {
	*bench
	provider string
	mirror   string            // of unpacked plugins: what bare Terraform is quickest with
	env      map[string]string // credentials
}

// stackKinds are the network, the machine and the load balancer of such a stack.
var stackKinds = []string{"vpc", "compute_vm", "load_balancer"}

// clouds is submit to PLAN_READY beside bare Terraform, per cloud. Where the clouds' own
// plugins cannot be had, stand-ins serve a part of their schemas.
func (b *bench) clouds() {
	if schemas := standin.Schemas(); schemas == "" {
		b.t.Logf("aws, gcp and azure are not measured: %s is not set", standin.SchemasVariable)
	} else {
		mirror := b.t.TempDir()
		if err := standin.Mirror(b.ctx, schemas, mirror); err != nil {
			b.t.Fatal(err)
		}
		for _, provider := range []string{"aws", "gcp", "azure"} {
			b.cloud(provider, "stand-in", mirror, nil)
		}
	}
	mirror, err := fakehcloud.Mirror(b.ctx)
	if errors.Is(err, fakehcloud.ErrUnreachable) {
		b.t.Logf("hetzner is not measured: %v", err)
		return
	}
	if err != nil {
		b.t.Fatal(err)
	}
	small, err := fakehcloud.Start(fakehcloud.Options{Token: hcloudToken})
	if err != nil {
		b.t.Fatal(err)
	}
	defer small.Close()
	b.cloud("hetzner", "real plugin", mirror, map[string]string{"HCLOUD_TOKEN": hcloudToken, "HCLOUD_ENDPOINT": small.URL()})
}

// cloud measures one, taking turns with bare Terraform.
func (b *bench) cloud(provider, plugin, mirror string, env map[string]string) {
	const n = 7
	w := &bench{world: newWorld(b.t, asShipped, pluginsOf(b.t, mirror))}
	w.ctx = b.ctx
	c := &cloudBench{bench: w, provider: provider, mirror: mirror, env: env}
	w.start()
	id := c.stack()
	var cold, bareCold, warm, bareWarm []time.Duration
	for range n {
		if err := os.RemoveAll(c.conf.PluginsDir()); err != nil {
			b.t.Fatal(err)
		}
		cold = append(cold, c.plan(id))
		bareCold = append(bareCold, c.bare(id))
		warm = append(warm, c.plan(id))
		bareWarm = append(bareWarm, c.bare(id))
	}
	b.add("plan of a stack on "+provider+" ("+plugin+"), cold", seconds(median(cold)), "s", seconds(median(bareCold)), n)
	b.ratioAtMost(1.05)
	b.add("plan of a stack on "+provider+" ("+plugin+"), warm", seconds(median(warm)), "s", seconds(median(bareWarm)), n)
	b.ratioAtMost(0.8)
}

// ratioAtMost says of the newest figure what was promised.
func (b *bench) ratioAtMost(most float64) {
	b.bound(strconv.FormatFloat(most, 'f', -1, 64), b.figures[len(b.figures)-1].Ratio <= most)
}

// stack opens a session with the stack, planned once.
func (c *cloudBench) stack() string {
	c.t.Helper()
	args := discordsim.Args{"project_id": "dev", "provider": c.provider}
	if c.env != nil {
		c.profile("dev", c.guild, []string{"dev"}, map[string]any{"providers": []string{c.provider}, "env": c.env})
		args["credentials"] = "dev"
	}
	c.reply(c.ada, "cloud-create-project", args)
	c.reply(c.ada, "cloud-grant", discordsim.Args{"to": c.grace, "project": "dev", "level": "deploy"})
	o := c.app.Orchestrator
	s, err := o.StartSession(c.ctx, c.request(), orchestrator.NewSession{Project: "dev", Stack: "main", ChannelID: c.ops.ID})
	if err != nil {
		c.t.Fatal(err)
	}
	for _, kind := range stackKinds {
		raw := map[string]string{"name": "main"}
		if c.provider == "azure" && kind == "compute_vm" {
			raw["ssh_public_key"] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJvZ3VzS2V5Rm9yVGVzdHNPbmx5Tm90UmVhbEtleTEy ops@example.com"
		}
		if c.provider == "gcp" && kind == "load_balancer" {
			raw["public"] = "yes"
		}
		if err := o.PutResource(c.ctx, c.request(), orchestrator.Form{Session: s.ID, Kind: kind, Raw: raw}); err != nil {
			c.t.Fatalf("%s on %s: %v", kind, c.provider, err)
		}
	}
	c.until(s.ID, session.PlanReady)
	return s.ID
}

// bare plans the session's configuration in a fresh directory, with the plugins linked
// from the mirror.
func (c *cloudBench) bare(id string) time.Duration {
	c.t.Helper()
	s := c.until(id, session.PlanReady)
	p, _ := c.app.Catalog.Provider(c.provider)
	composed, err := c.app.Catalog.Compose(catalog.Composition{Provider: c.provider, Region: p.DefaultRegion, Resources: s.Resources})
	if err != nil {
		c.t.Fatal(err)
	}
	dir, err := terraform.NewDir(c.t.TempDir(), "bare")
	if err != nil {
		c.t.Fatal(err)
	}
	if err := dir.Write(composed.Files, nil); err != nil {
		c.t.Fatal(err)
	}
	return c.bareWith(dir.Path(), c.env, "init -input=false -plugin-dir="+c.mirror, planCommands[1], planCommands[2])
}
