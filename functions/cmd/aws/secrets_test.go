package main

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/onevent/onevent/flow/aws/emulators"
	"github.com/onevent/onevent/internal/require"
)

// A secret that is replaced counts in both versions.
func TestSecretsOfSecretsManager(t *testing.T) {
	t.Parallel()
	moto, err := emulators.Start(t.Context(), emulators.Options{})
	require.Installed(t, "aws", err, emulators.ErrMissing)
	t.Cleanup(func() { _ = moto.Stop() })
	sdk, err := moto.Config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := secretsmanager.NewFromConfig(sdk)
	name, first, second := "till", "whsec_first", "whsec_second"
	made, err := client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &first})
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"TILL_WEBHOOK_SECRET_ARN": *made.ARN, "PAYMENTS_WEBHOOK_SECRET": "in the environment"}
	of := secretsOf(sdk, func(name string) string { return env[name] })
	now := time.Now()
	if got, err := of("TILL_WEBHOOK_SECRET")[0].Value(now); err != nil || got != first {
		t.Fatalf("%q, %v", got, err)
	}
	if _, err := client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: made.ARN, SecretString: &second}); err != nil {
		t.Fatal(err)
	}
	both := of("TILL_WEBHOOK_SECRET")
	for i, want := range []string{second, first} {
		if got, err := both[i].Value(now); err != nil || got != want {
			t.Errorf("version %d: %q, %v; want %q", i, got, err, want)
		}
	}
	if len(of("PAYMENTS_WEBHOOK_SECRET")) != 2 || of("HOOKS_MASTER_SECRET") != nil {
		t.Error("the environment is not asked")
	}
}
