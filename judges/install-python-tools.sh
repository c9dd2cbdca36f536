#!/usr/bin/env bash
# What judges the documents in Python, in an environment of its own: generators of clients with what their clients need, Schemathesis, an SDK.
set -eu
cd "$(dirname "$0")"
stamp=python-tools/.installed
[ -f "$stamp" ] && [ "$stamp" -nt install-python-tools.sh ] && exit 0
python3 -m venv python-tools
python-tools/bin/pip install --quiet --disable-pip-version-check \
  openapi-python-client==0.29.1 schemathesis==4.32.5 smartsheet-python-sdk==4.4.0 pytest==9.2.0 \
  urllib3==2.8.0 python-dateutil==4.0.0 pydantic==2.14.4 typing_extensions==4.16.0
touch "$stamp"
