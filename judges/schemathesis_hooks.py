"""What Schemathesis cannot make itself: pictures. Where a document says that a body or a part is binary, a real picture is sent."""

import os
import struct
import zlib

import schemathesis
from hypothesis import strategies as st


def png(width, height, level):
    """A picture of one colour with a block of noise that no program shows. The noise makes it larger than the least size of any dialect."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\x00" + bytes([level, 255 - level, level ^ 85]) * width for _ in range(height))
    noise = bytes((position * 7919 + level) % 251 for position in range(12_000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"poLy", noise)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


pictures = st.builds(png, st.integers(1, 40), st.integers(1, 40), st.integers(0, 255))

for media_type in (
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/heic",
    "application/octet-stream",
):
    schemathesis.openapi.media_type(media_type, pictures)

# People, one a line. Only where a document takes them: `*/*` would take them for a picture.
lines = st.lists(
    st.sampled_from(['{"id":"tom"}', '{"id":"tom","profile":{"email":"tom@example.com"}}', '{"id":1}', "no line"]), min_size=1, max_size=5
)
if os.environ["POLYFACE_DIALECT"] == "native":
    schemathesis.openapi.media_type(
        "application/x-ndjson", lines.map(lambda them: "\n".join(them).encode())
    )

# The parts of forms.
schemathesis.openapi.format("binary", pictures)

# Headers whose shape JSON Schema cannot say, or whose pattern it cannot fill with what a header may hold.
tags = st.sampled_from(["*", '"c266173de93ec950000102030405060f"', '"a", W/"b"'])
schemathesis.openapi.format("entity-tags", tags)
schemathesis.openapi.format(
    "uri-encoded-email", st.sampled_from(["jane.doe%40smartsheet.com", "nobody@example.com"])
)
schemathesis.openapi.format(
    "integration-source", st.sampled_from(["AI,SampleOrg,My-AI-Connector-v2", "SCRIPT,a,b"])
)
