#!/usr/bin/env bash
# versitygw, a second S3 engine that judges the S3 driver: it checks real signatures. Takes a Go compiler and some five minutes of a processor.
set -eu
cd "$(dirname "$0")"
[ -x versitygw/versitygw ] && exit 0
mkdir -p versitygw
GOBIN=$PWD/versitygw GOTOOLCHAIN=auto go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
