#!/bin/sh
# Runs draftgate as a test of Bazel's: the arguments are the program and what it is called with (see BUILD.bazel).
#
# CI: a test writes nothing into the tree that it runs in, neither new snapshots nor what the last run came to.
# Which shard this is, where the XML goes and that sharding is supported: draftgate follows Bazel's own variables.
set -eu
export CI=true
exec "$@"
