package main

import (
	"context"
	"fmt"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/google"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

const spdx types.MediaType = "application/spdx+json"

// push pushes an image to a tag, see tagOf, and its SBOM as what refers to it. It
// returns the image's name with its digest. Where the tag is that image already, it
// stays: a tag may be one that can't be set twice.
func push(ctx context.Context, to string, image v1.Image, sbom []byte) (string, error) {
	digest, err := image.Digest()
	if err != nil {
		return "", err
	}
	tag, err := tagOf(to, digest)
	if err != nil {
		return "", usage("--push: " + err.Error())
	}
	options := []remote.Option{
		remote.WithContext(ctx), remote.WithAuthFromKeychain(authn.NewMultiKeychain(authn.DefaultKeychain, google.Keychain)),
	}
	there, err := remote.Head(tag, options...)
	if err != nil || there.Digest != digest {
		if err := remote.Write(tag, image, options...); err != nil {
			return "", fmt.Errorf("push: %w", err)
		}
	}
	about, err := referrer(image, sbom)
	if err != nil {
		return "", err
	}
	aboutDigest, err := about.Digest()
	if err != nil {
		return "", err
	}
	if err := remote.Write(tag.Digest(aboutDigest.String()), about, options...); err != nil {
		return "", fmt.Errorf("push the SBOM: %w", err)
	}
	return tag.Digest(digest.String()).Name(), nil
}

// tagOf returns the tag that is pushed to: the one that is named, or else the first 12
// digits of the digest.
func tagOf(to string, digest v1.Hash) (name.Tag, error) {
	if repository, err := name.NewRepository(to, name.StrictValidation); err == nil {
		return repository.Tag(digest.Hex[:12]), nil
	}
	return name.NewTag(to, name.StrictValidation)
}

// referrer returns the artifact that holds an image's SBOM.
func referrer(image v1.Image, sbom []byte) (v1.Image, error) {
	subject, err := partial.Descriptor(image)
	if err != nil {
		return nil, err
	}
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), spdx)
	about, err := mutate.AppendLayers(base, static.NewLayer(sbom, spdx))
	if err != nil {
		return nil, err
	}
	refers, ok := mutate.Subject(about, *subject).(v1.Image)
	if !ok {
		return nil, fmt.Errorf("an image with a subject is a %T", refers)
	}
	return refers, nil
}
