package standin

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// server answers Terraform. It has the words of the plugin protocol, in one file
// each: validate, plan, apply, data.
type server struct {
	tfprotov5.ProviderServer // nil: what the methods below leave out is never asked

	provider *provider
	rules    rules
	faults   faults
	ledger   ledger

	stop    chan struct{} // closed when Terraform wants to end
	stopped sync.Once

	mu    sync.Mutex
	fixed map[string]string // what templates may use: the rules' fixed, and the configuration's texts
}

// Serve serves the schema in a file to the Terraform that started this process.
func Serve(file string, environment func(string) string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read a provider's schema: %w", err)
	}
	s, err := newServer(raw, environment)
	if err != nil {
		return err
	}
	return tf5server.Serve(s.provider.address, func() tfprotov5.ProviderServer { return s })
}

func newServer(schema []byte, environment func(string) string) (*server, error) {
	p, err := readProvider(schema)
	if err != nil {
		return nil, err
	}
	r, err := readRules(p.address)
	if err != nil {
		return nil, err
	}
	f, err := readFaults(environment(FaultsVariable))
	if err != nil {
		return nil, err
	}
	return &server{provider: p, rules: r, faults: f, ledger: ledger(environment(LedgerVariable)), stop: make(chan struct{}), fixed: r.Fixed}, nil
}

var capabilities = &tfprotov5.ServerCapabilities{GetProviderSchemaOptional: true}

func (s *server) GetMetadata(context.Context, *tfprotov5.GetMetadataRequest) (*tfprotov5.GetMetadataResponse, error) {
	return &tfprotov5.GetMetadataResponse{ServerCapabilities: capabilities}, nil
}

func (s *server) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{
		Provider:        s.provider.Provider.proto,
		ResourceSchemas: protos(s.provider.Resources), DataSourceSchemas: protos(s.provider.Data),
		ServerCapabilities: capabilities,
	}, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov5.GetResourceIdentitySchemasRequest) (*tfprotov5.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov5.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) PrepareProviderConfig(_ context.Context, r *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: r.Config}, nil
}

// ConfigureProvider keeps the texts of the configuration, such as the region.
func (s *server) ConfigureProvider(_ context.Context, r *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	config, err := r.Config.Unmarshal(s.provider.Provider.ty)
	if err != nil {
		return nil, err
	}
	fixed := map[string]string{}
	for name, value := range s.rules.Fixed {
		fixed[name] = value
	}
	for name, v := range object(config) {
		if t := text(v); t != "" {
			fixed[name] = t
		}
	}
	s.mu.Lock()
	s.fixed = fixed
	s.mu.Unlock()
	return &tfprotov5.ConfigureProviderResponse{Diagnostics: s.fail("provider", s.filler("provider", "", config))}, nil
}

// StopProvider ends whatever hangs.
func (s *server) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	s.stopped.Do(func() { close(s.stop) })
	return &tfprotov5.StopProviderResponse{}, nil
}

// filler fills in values of a type. self is what is known of the thing.
func (s *server) filler(typ, seed string, self tftypes.Value) *filler {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &filler{typ: typ, table: s.rules.Computed[typ], fixed: s.fixed, seed: seed, self: self}
	if s.provider.Resources[typ] != nil {
		f.every = s.rules.Computed["*"]
	}
	return f
}

// failure is a diagnostic that stops Terraform.
func failure(summary, detail string) []*tfprotov5.Diagnostic {
	return []*tfprotov5.Diagnostic{{Severity: tfprotov5.DiagnosticSeverityError, Summary: summary, Detail: detail}}
}
