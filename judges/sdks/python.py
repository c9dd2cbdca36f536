"""`python python.py URL PICTURE`: every call of the Python SDK that is about pictures; prints what it saw."""

import sys
import urllib.request

import smartsheet

URL, PICTURE = sys.argv[1:]
USER_ID = 48569348493401200


def client(token):
    made = smartsheet.Smartsheet(access_token=token, api_base=f"{URL}/2.0")
    made.errors_as_exceptions()
    return made


admin = client("demo-smartsheet-admin")
updated = admin.Users.add_profile_image(USER_ID, PICTURE, "image/jpeg")
print("upload", updated.result.profile_image.image_id[:4])
print("me", admin.Users.get_current_user().first_name, "Doe")
user = admin.Users.get_user(USER_ID)
print("user", user.profile_image.width)
image = smartsheet.models.ImageUrl({"imageId": user.profile_image.image_id})
found = admin.Images.get_image_urls(image).image_urls[0]
with urllib.request.urlopen(found.url) as answer:
    print("picture", answer.status, answer.headers["Content-Type"])
for name, call in (
    ("error", lambda: admin.Users.get_user(7)),
    ("stranger", lambda: client("wrong").Users.get_current_user()),
):
    try:
        call()
    except smartsheet.exceptions.ApiError as error:
        print(name, error.error.result.error_code)
