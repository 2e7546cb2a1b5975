# syntax=docker/dockerfile:1
# draftgate in a small image: docker build -t draftgate . && docker run --rm -v "$PWD:/work" draftgate lint
ARG RUST=1.95

FROM rust:${RUST}-slim-bookworm AS build
WORKDIR /build
# What draftgate depends on changes seldom: it is built before the sources are there, in a layer of its own.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src tests benches \
    && for file in src/main.rs tests/scenarios.rs benches/sandbox.rs; do echo 'fn main() {}' > "$file"; done \
    && touch src/lib.rs \
    && cargo build --locked --profile dist --bin draftgate \
    && rm -r src tests benches
COPY . .
# The files may be older than what was just built of their stand-ins.
RUN touch src/lib.rs src/main.rs \
    && cargo build --locked --profile dist --bin draftgate

FROM debian:bookworm-slim
# The certificates are what a server's TLS is checked by: the newest of them are the right ones.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin draftgate
COPY --from=build /build/target/dist/draftgate /usr/local/bin/draftgate
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["draftgate"]
