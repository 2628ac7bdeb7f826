package credentials

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/mask"
)

func TestWhatIsHidden(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI", "AWS_REGION": "eu-central-1", "GOOGLE_PROJECT": "shop", "HTTPS_PROXY": "http://me:proxy-pass@proxy:3128", "EMPTY": "",
		"GOOGLE_CREDENTIALS": `{"type": "service_account", "private_key": "-----BEGIN\nabcdef\n", "token_uri": "x"}`,
	}
	files := map[string]string{"AWS_SHARED_CREDENTIALS_FILE": "[default]\naws_secret_access_key = from-file\nregion = eu-central-1\n", "KUBECONFIG": "users:\n- user:\n    token: \"kube-token\"\n"}
	want := []string{
		"wJalrXUtnFEMI", env["GOOGLE_CREDENTIALS"], "-----BEGIN\nabcdef\n", "x", "http://me:proxy-pass@proxy:3128", "proxy-pass",
		files["AWS_SHARED_CREDENTIALS_FILE"], "from-file", files["KUBECONFIG"], "kube-token",
	}
	got := secrets(env, files)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	masker := mask.New(got)
	for _, said := range []string{"key wJalrXUtnFEMI", "abcdef", "from-file", "kube-token", "pass proxy-pass"} {
		if masked := masker.Mask(said); masked == said || strings.Contains(masked, said) {
			t.Errorf("%q is said", said)
		}
	}
	if said := "in eu-central-1 of shop"; masker.Mask(said) != said {
		t.Error("a region is hidden")
	}
}
