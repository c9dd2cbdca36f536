#!/usr/bin/env bash
# BigFastAPI, Timbu's server, in a Python environment of its own. It names no versions of what it needs, and pip finds none that agree: with these its
# routers for accounts, people and files load.
set -eu
cd "$(dirname "$0")"
stamp=bigfastapi/python/.installed
[ -f "$stamp" ] && [ "$stamp" -nt install-bigfastapi.sh ] && exit 0
python3 -m venv bigfastapi/python
bigfastapi/python/bin/pip install --quiet --disable-pip-version-check --no-deps BigFastAPI==0.5.9 \
  fastapi==0.70.0 starlette==0.16.0 pydantic==1.10.26 typing_extensions==4.16.0 anyio==3.7.1 sniffio==1.3.1 idna==3.10 \
  SQLAlchemy==1.4.54 greenlet==3.2.4 fastapi-utils==0.2.1 fastapi-mail==1.0.4 aiosmtplib==1.1.7 aioredis==1.3.1 \
  async-timeout==5.0.1 httpx==0.28.1 blinker==1.9.0 Jinja2==3.1.6 MarkupSafe==3.0.3 email-validator==1.3.1 dnspython==2.7.0 \
  python-jose==3.5.0 ecdsa==0.19.1 rsa==4.9.1 pyasn1==0.6.1 six==1.17.0 PyJWT==2.10.1 passlib==1.7.4 python-decouple==3.8 \
  python-multipart==0.0.20 stripe==5.5.0 validators==0.36.0 getmac==0.9.6 requests==2.32.5 urllib3==2.6.3 \
  certifi==2025.11.12 charset-normalizer==3.4.4 uvicorn==0.38.0 h11==0.16.0 click==8.3.1 setuptools==80.9.0
touch "$stamp"
