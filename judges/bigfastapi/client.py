"""A client with requests: uploads a picture as the token's user, reads the user, downloads the picture: `client.py URL TOKEN FILE DOWNLOAD`."""

import json
import sys
from urllib.parse import urljoin

import requests

url, token, file, download = sys.argv[1:]
with requests.Session() as session:
    session.headers["Authorization"] = f"Bearer {token}"
    with open(file, "rb") as picture:
        upload = session.patch(f"{url}/users/image/upload", files={"file": picture})
    me = session.get(f"{url}/users/me")
    user = me.json()
    # Later servers print the first, below `/images/`; 0.5 prints the second.
    address = f"/images/{user['image_url']}" if user.get("image_url") else user.get("image") or ""
    picture = session.get(urljoin(url, address))
    with open(download, "wb") as out:
        out.write(picture.content)
print(json.dumps({
    "upload": upload.status_code,
    "read": me.status_code,
    "user": user.get("id"),
    "download": picture.status_code,
    "address": address,
}))
