"""Pictures of what we send, for docs/gallery: `python -m tests.golden.gallery [KIND ...]`.

Mails as a phone (375 px) and a window (700 px) show them, light and dark, drawn by a headless Chromium with the network
off; and the two pictures of the README. Must not: be needed by a test; the pictures are for people.
"""

from __future__ import annotations

import base64
import email
import email.policy
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from html import escape
from typing import Any

from tests.golden.update_rendered import ROOT, rendered

GALLERY = ROOT / "docs" / "gallery"
EVERY_WAY = ((375, "light"), (375, "dark"), (700, "light"), (700, "dark"))
TWO_WAYS = ((375, "light"), (700, "dark"))
SHOWN = {
    "digest": ("digest", "en", EVERY_WAY),
    "ballot": ("ballot-single", "en", EVERY_WAY),
    "outcome": ("outcome-chosen", "fr", EVERY_WAY),
    "prompt": ("prompt", "en", TWO_WAYS),
    "summary": ("summary", "fr", TWO_WAYS),
    "receipt": ("receipt", "en", TWO_WAYS),
    "task": ("task-given", "en", TWO_WAYS),
    "task-reminder": ("task-reminder-overdue", "fr", TWO_WAYS),
    "ask-back": ("ask-back", "en", TWO_WAYS),
    "catch-up": ("catch-up", "fr", TWO_WAYS),
    "post": ("post", "en", TWO_WAYS),
}
# Two mails beside each other, as the README has them: specimen, language, sort of page.
PAIRS = {
    "digest-and-outcome": (("digest", "en", "html"), ("outcome-chosen", "en", "html")),
    "text-digest-and-ballot-fr": (("digest", "fr", "plain"), ("ballot-yesno", "fr", "html")),
}
PAIR_WIDTH, PAIR_HEIGHT = 470, 900
PLAIN_WIDER = 134  # 72 columns of a fixed-width font, and its margins
MOST_HEIGHT = 2400  # what is longer goes on below the fold
COLOURS = 64  # in a picture: those most used, the others become the nearest of them
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

# Runs in the browser, which has the pixels at hand.
_FEWER_COLOURS = """async (shot, most) => {
  const image = new Image();
  image.src = "data:image/png;base64," + shot;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const signs = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
  const used = new Map();
  for (const sign of signs) used.set(sign, (used.get(sign) || 0) + 1);
  const split = sign => [sign & 255, sign >> 8 & 255, sign >> 16 & 255];
  const likes = new Map();  // of colours that are nearly alike the most used stands for all
  for (const [sign, times] of [...used].sort((one, other) => other[1] - one[1])) {
    const like = sign >> 3 & 0x1f1f1f;
    likes.set(like, {sign: (likes.get(like) || {sign}).sign, times: (likes.get(like)?.times || 0) + times});
  }
  const kept = [...likes.values()].sort((one, other) => other.times - one.times).slice(0, most)
    .map(like => split(like.sign));
  const far = (one, other) => one.reduce((sum, part, at) => sum + (part - other[at]) ** 2, 0);
  const nearest = new Map([...used.keys()].map(sign => {
    const parts = split(sign), ways = kept.map(colour => far(colour, parts));
    return [sign, ways.indexOf(Math.min(...ways))];
  }));
  const pixels = Uint8Array.from(signs, sign => nearest.get(sign));
  let text = "";
  for (let at = 0; at < pixels.length; at += 8192) text += String.fromCharCode(...pixels.subarray(at, at + 8192));
  return {palette: kept.flat(), pixels: btoa(text)};
}"""


class Browser:
    """A browser at the other end of two pipes: DevTools messages as JSON, each ended by a NUL."""

    def __init__(self, reading: int, writing: int) -> None:
        self._answers, self._asked = os.fdopen(reading, "rb"), os.fdopen(writing, "wb")
        self._number, self._session = 0, ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def ask(self, method: str, **parameters: Any) -> Any:
        """Return what the browser answers to one command."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters}
        self._asked.write(json.dumps(asked | ({"sessionId": self._session} if self._session else {})).encode() + b"\0")
        self._asked.flush()
        while True:
            answer = json.loads(self._message())
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def _message(self) -> bytes:
        read = bytearray()
        while (sign := self._answers.read(1)) != b"\0":
            if not sign:
                raise RuntimeError("the browser has gone")
            read += sign
        return bytes(read)

    def show(self, page: str, width: int, scheme: str) -> int:
        """Lay a page out and return how high it is."""
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        frame = self.ask("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.ask("Page.setDocumentContent", frameId=frame, html=page)
        self._answer("Promise.all([...document.images].map(image => image.decode())).then(() => 0)")
        content = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        if content["width"] > width:
            sys.stderr.write(f"  {content['width']:.0f} px wide where {width} are to be had\n")
        return int(content["height"])

    def shot(self, width: int, height: int) -> str:
        """Return what is shown as PNG in base64."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        return str(self.ask("Page.captureScreenshot", format="png", clip=clip)["data"])

    def picture(self, page: str, width: int, scheme: str = "light") -> bytes:
        """Return a page as PNG of few colours, as wide as asked and as high as it is."""
        height = min(MOST_HEIGHT, self.show(page, width, scheme))
        drawn = self._answer(f"({_FEWER_COLOURS})('{self.shot(width, height)}', {COLOURS})")
        return png(width, height, bytes(drawn["palette"]), base64.b64decode(drawn["pixels"]))

    def _answer(self, expression: str) -> Any:
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        return self.ask("Runtime.evaluate", **asked)["result"]["value"]


def png(width: int, height: int, palette: bytes, pixels: bytes) -> bytes:
    """Return a picture of a few colours as PNG: `palette` three octets a colour, `pixels` one octet each."""
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, len(pixels), width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@contextmanager
def browser() -> Iterator[Browser]:
    """Run a browser beside the block, with a profile of its own that is gone afterwards."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        raise SystemExit(f"no browser here: none of {', '.join(BROWSERS)}")
    child_in, ours_out = os.pipe()
    ours_in, child_out = os.pipe()

    def connect() -> None:  # the browser reads from 3 and writes to 4
        copies = os.dup(child_in), os.dup(child_out)
        os.dup2(copies[0], 3)
        os.dup2(copies[1], 4)

    with tempfile.TemporaryDirectory() as profile:
        arguments = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-lcd-text",
            "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}", "--remote-debugging-pipe",
        ]  # fmt: skip
        child = subprocess.Popen(
            arguments, pass_fds=(3, 4), preexec_fn=connect, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(child_in)
        os.close(child_out)
        try:
            yield Browser(ours_in, ours_out)
        finally:
            child.terminate()
            child.wait()


def mail(name: str, language: str) -> EmailMessage:
    """Return a specimen as a reader gets it."""
    message = email.message_from_bytes(rendered(name, language), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def page_of(message: EmailMessage, sort: str = "html") -> str:
    """Return a mail's page; the plain one in a fixed-width font, as a mail program sets it."""
    body = message.get_body((sort,))
    assert isinstance(body, EmailMessage)
    page = str(body.get_content())
    if sort == "html":
        return page
    style = "margin: 0; padding: 16px 18px; font: 13px/18px monospace; color: #222; background: #fff"
    return f'<body style="margin: 0"><pre style="{style}">{escape(page)}</pre></body>'


def pair(drawing: Browser, mails: tuple[tuple[str, str, str], ...]) -> bytes:
    """Return a picture of two mails beside each other, each below its subject."""
    figures = []
    for name, language, sort in mails:
        message = mail(name, language)
        width = PAIR_WIDTH + (PLAIN_WIDER if sort == "plain" else 0)
        drawing.show(page_of(message, sort), width, "light")
        image = f'<img src="data:image/png;base64,{drawing.shot(width, PAIR_HEIGHT)}" style="display: block">'
        head = f"<b>{escape(message['Subject'])}</b><br>{escape(message['From'])}"
        frame = "border: 1px solid #b9b9c2; border-radius: 6px; overflow: hidden; font: 13px/18px sans-serif"
        figures.append(
            f'<div style="{frame}; width: {width}px"><div style="padding: 8px 12px; background: #f3f3f6; color: #222">'
            f"{head}</div>{image}</div>"
        )
    page = f'<body style="margin: 12px; display: flex; gap: 12px; background: #e6e6ec">{"".join(figures)}</body>'
    wide = sum(PAIR_WIDTH + (PLAIN_WIDER if sort == "plain" else 0) for *_, sort in mails) + 42
    return drawing.picture(page, wide)


def main() -> None:
    """Draw what is named, or all."""
    wanted = sys.argv[1:] or [*SHOWN, *PAIRS]
    with browser() as drawing:
        for kind in wanted:
            if kind in PAIRS:
                keep(kind, pair(drawing, PAIRS[kind]))
                continue
            name, language, ways = SHOWN[kind]
            page = page_of(mail(name, language))
            for width, scheme in ways:
                keep(f"{kind}-{width}-{scheme}", drawing.picture(page, width, scheme))


def keep(name: str, picture: bytes) -> None:
    """Write a picture into the gallery."""
    (GALLERY / f"{name}.png").write_bytes(picture)
    sys.stderr.write(f"{name}.png: {len(picture) / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()
