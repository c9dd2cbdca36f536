#!/usr/bin/env bash
# MiniStack, the S3 engine that judges the S3 driver, in a Python environment of its own.
set -eu
cd "$(dirname "$0")"
[ -x ministack/bin/ministack ] && exit 0
python3 -m venv ministack
ministack/bin/pip install --quiet --disable-pip-version-check ministack==1.5.33
