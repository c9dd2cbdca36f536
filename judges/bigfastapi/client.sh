#!/usr/bin/env bash
# The same with curl: `client.sh URL TOKEN FILE DOWNLOAD`.
set -eu
url=$1 token=$2 file=$3 download=$4
ask() { curl --silent --header "Authorization: Bearer $token" --write-out '%{http_code}' "$@"; }
# The first value of a text member of a JSON document.
member() { grep -o "\"$1\": *\"[^\"]*\"" "$download.json" | head -1 | cut -d'"' -f4 || true; }
upload=$(ask --request PATCH --form "file=@$file" --output /dev/null "$url/users/image/upload")
read=$(ask --output "$download.json" "$url/users/me")
address=$(member image_url)
if [ -n "$address" ]; then address=/images/$address; else address=$(member image); fi
# An address may be whole or a path of the server.
case $address in http*) whole=$address ;; *) whole=$url$address ;; esac
picture=$(ask --output "$download" "$whole")
printf '{"upload":%d,"read":%d,"user":"%s","download":%d,"address":"%s"}\n' "$upload" "$read" "$(member id)" "$picture" "$address"
