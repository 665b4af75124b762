# The image of all programs on Google Cloud, for who has a container engine.
# scripts/image makes the same without one, with an SBOM and a digest that can be
# made again.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -buildvcs=false -ldflags="-s -w" -o /onevent ./functions/cmd/gcp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /onevent /onevent
USER 65532:65532
ENTRYPOINT ["/onevent"]
