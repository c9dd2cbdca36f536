"""
BigFastAPI 0.5.9 from PyPI, with its own routers for accounts, people and files, in the folder where it is started: `app.py PORT SECRET [--signed]`.

The released server has no `main`, so these are mounted as its README does it. Three things are added, since it would not work without them:
- a folder for e-mail templates, which the package lacks;
- a route for `/files/image/...`: that is the address which an upload prints, and no router of the release serves it;
- with `--signed`, a token that is signed with its secret counts as one that a log-in has written to its table. Without it only tokens of that table
  do, and only the users themselves can get one.
"""

import importlib.util
import os
import sys
from pathlib import Path

port, secret = int(sys.argv[1]), sys.argv[2]
files = Path("filestorage").resolve()
files.mkdir(exist_ok=True)
package = Path(importlib.util.find_spec("bigfastapi").origin).parent
(package / "templates/email").mkdir(parents=True, exist_ok=True)

os.environ.update({
    name: "unused"
    for name in (
        "DB_NAME DB_USER DB_PASSWORD DB_HOST DB_PORT GOOGLE_CLIENT_ID GOOGLE_CLIENT_SECRET GOOGLE_SECRET REDIRECT_URL "
        "API_REDIRECT_URL MAIL_USERNAME MAIL_PASSWORD MAIL_SERVER MAIL_FROM_NAME TEMPLATE_FOLDER BASE_URL"
    ).split()
})
os.environ.update({
    "DB_TYPE": "sqlite",
    "FILES_BASE_FOLDER": str(files),
    "JWT_SECRET": secret,
    "LOG_WEBHOOK_URL": f"http://127.0.0.1:{port}/webhook",
    "MAIL_FROM": "nobody@example.com",
    "MAIL_PORT": "25",
})

import uvicorn
from bigfastapi import auth, users
from bigfastapi import files as file_routes
from bigfastapi.auth_api import is_authenticated, oauth2_scheme
from bigfastapi.db.database import create_database, get_db
from bigfastapi.models import auth_models
from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from jose import JWTError, jwt

app = FastAPI()
app.include_router(auth.app)
app.include_router(users.app)
app.mount("/files/image", StaticFiles(directory=files))
app.include_router(file_routes.app)


@app.post("/webhook")
def webhook():
    """Where a log-in says that it took place."""


def is_authenticated_or_signed(token: str = Depends(oauth2_scheme), db=Depends(get_db)):
    """The server's own check, after what a log-in does for its token."""
    try:
        user = jwt.decode(token, secret, algorithms=["HS256"])["user_id"]
        if not db.query(auth_models.Token).filter_by(token=token).first():
            db.add(auth_models.Token(id=os.urandom(16).hex(), user_id=user, token=token))
            db.commit()
    except (JWTError, KeyError):
        pass
    return is_authenticated(token, db)


if "--signed" in sys.argv:
    app.dependency_overrides[is_authenticated] = is_authenticated_or_signed
create_database()
uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
