# syntax=docker/dockerfile:1

# Cloud Engine with Terraform, as an unprivileged user, under an init that
# restarts it. See docs/operations.md.
#
#   docker build -t cloudengine .
#   docker run -d --name cloudengine -v cloudengine:/data --env-file .env cloudengine
#
# The stage demo is the page to try it with, with a Postgres of its own:
#
#   docker build --target demo -t cloudengine-demo .
#   docker run --rm -p 127.0.0.1:8080:8080 cloudengine-demo

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=docker
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -X main.version=${VERSION}" -o /out/cloudengine ./cmd/cloudengine

# hc-install checks the download's SHA-256 and the signature of the checksums
# against HashiCorp's key, which it carries.
FROM golang:1.26-bookworm AS terraform
ARG TERRAFORM_VERSION=1.11.4
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    mkdir /out && \
    go run github.com/hashicorp/hc-install/cmd/hc-install@v0.10.0 install -version "${TERRAFORM_VERSION}" -path /out terraform

# Provider plugins inside the image: --build-arg PROVIDERS="aws gcp". They are held to the
# locks in templates/, which `make locks` writes.
FROM build AS plugins
ARG PROVIDERS=""
COPY --from=terraform /out/terraform /usr/local/bin/terraform
RUN mkdir -p /warm/plugins/mirror && \
    if [ -n "${PROVIDERS}" ]; then CLOUDENGINE_DATA=/warm /out/cloudengine providers warm ${PROVIDERS}; fi

FROM debian:bookworm-slim AS base
# s6: PID 1. ca-certificates: Discord, provider registries, clouds. git: resource kinds
# that lie in a repository.
RUN apt-get update && \
    apt-get install -y --no-install-recommends ca-certificates git s6 && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --uid 10001 --user-group --no-create-home --home-dir /data cloudengine && \
    install -d -o cloudengine -g cloudengine -m 0700 /data
COPY --from=terraform /out/terraform /usr/local/bin/terraform
COPY --from=build /out/cloudengine /usr/local/bin/cloudengine
COPY --from=plugins /warm/plugins/mirror /usr/local/share/cloudengine/plugins
COPY docs/container/entrypoint /usr/local/bin/entrypoint
COPY docs/container/service /etc/cloudengine/service
COPY docs/container/last /etc/cloudengine/last

# Nothing is kept: what was deployed in it ends with the container. tini: PID 1, which
# buries what Terraform leaves when it is stopped by force. The database that Debian's
# package makes is not used: the demo makes its own in /tmp.
FROM base AS demo
RUN apt-get update && \
    apt-get install -y --no-install-recommends postgresql tini && \
    rm -rf /var/lib/apt/lists/* /var/lib/postgresql
USER cloudengine
ENV CLOUDENGINE_DATA=/data HOME=/data
EXPOSE 8080
ENTRYPOINT ["tini", "--", "cloudengine", "demo", "--web", "--listen", "0.0.0.0:8080"]

FROM base
USER cloudengine
# Running deployments live here: without a volume they are lost with the container.
VOLUME /data
ENV CLOUDENGINE_DATA=/data \
    CLOUDENGINE_LISTEN=0.0.0.0:8080 \
    CLOUDENGINE_LOG_FORMAT=json \
    HOME=/data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["cloudengine", "healthcheck"]
# Applies are waited for: give them time with `docker stop -t 3600`.
STOPSIGNAL SIGTERM
ENTRYPOINT ["entrypoint"]
