"""What lies in the package beside the code: the words of the languages we read, and the templates of what we write.

Must not: build anything but these two, or know settings. Apart from app.py so that `restante read` loads no store.
"""

from __future__ import annotations

import gc
import hashlib
import sys
import sysconfig
import tomllib
from contextlib import suppress
from functools import cache
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from gateway.understand.lexicon import Lexicon, packed

if TYPE_CHECKING:
    from babel.support import Translations

    from gateway.render.render import Templates
    from gateway.web.pages import Words

HERE = Path(__file__).parent
_MEND = "mend it, or put back the file that came with the program"


@cache  # the files of a package do not change while it runs
def load_lexicon() -> Lexicon:
    """Return the words of every language that has a file in `understand/words/`."""
    files = sorted((HERE / "understand" / "words").glob("*.toml"), key=lambda file: (file.stem != "en", file.stem))
    return Lexicon({file.stem: packed(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files})


def template_folder() -> Path:
    """Return where the templates lie: inside an installed package, or beside it in a checkout."""
    installed = HERE / "templates"
    return installed if installed.is_dir() else HERE.parent / "templates"


def program_stamp() -> str:
    """Return what tells this program from another that was put in its place: code, words and templates, by name, size
    and time, and what is installed beside them.
    """
    seen = hashlib.sha256(sys.version.encode())
    for folder in (HERE, template_folder()):
        for file in sorted(folder.rglob("*")):
            with suppress(OSError):  # a link to nowhere, or a file that is being put there
                known = file.stat()
                if S_ISREG(known.st_mode) and file.suffix != ".pyc":
                    seen.update(f"{file}\0{known.st_size}\0{known.st_mtime_ns}\0".encode())
    libraries = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    seen.update("\0".join(sorted(library.name for library in libraries)).encode())
    return seen.hexdigest()


@cache
def load_templates(folder: Path | None = None) -> Templates:
    """Return the compiled templates with the catalogues of every language we write.

    Raises TemplateProblem, which names the file and the mend, where one cannot be used.
    """
    from gateway.render.environment import TemplateProblem
    from gateway.render.render import Templates

    folder = folder or template_folder()
    mail, catalogues = folder / "mail", _catalogues(folder)
    try:
        sources = {file.relative_to(mail).as_posix(): _text_of(file, mail) for file in sorted(mail.rglob("*.j2"))}
        return Templates.compile(sources, catalogues)
    except TemplateProblem as problem:
        raise TemplateProblem(f"{mail}/{problem}; {_MEND}") from None


def _text_of(file: Path, folder: Path) -> str:
    from gateway.render.environment import TemplateProblem

    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise TemplateProblem(f"{file.relative_to(folder)}: is not UTF-8 from octet {fault.start} on") from None


def _catalogues(folder: Path) -> dict[str, Translations]:
    from gateway.render.environment import TemplateProblem
    from gateway.render.language import CatalogueProblem, catalogue_from_po

    found = {}
    for file in sorted((folder / "locale").glob("*/LC_MESSAGES/restante.po")):
        try:
            found[file.parts[-3]] = catalogue_from_po(file.read_text(encoding="utf-8"))
        except (CatalogueProblem, UnicodeDecodeError) as fault:
            raise TemplateProblem(f"{file}: {fault}; {_MEND}") from None
    return found


def keep_for_good() -> None:
    """Let the garbage collector look no more through what is loaded: it stays, and looking took a fifth of the time.

    What making it took and needs no more is given back to the system.
    """
    gc.collect()
    _give_back()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _give_back() -> None:
    # Compiling templates leaves 10 MiB free between what stays, which only a word to the C library gives back. Glibc
    # knows this word; where another does not, they are used for what comes next.
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


@cache
def load_pages() -> Words:
    """Return the web pages, with the catalogues of every language we write."""
    from gateway.web.pages import Words

    folder = template_folder()
    source, style = (folder / "web" / name for name in ("stop.html.j2", "page.css"))
    return Words.compile(source.read_text(encoding="utf-8"), style.read_text(encoding="utf-8"), _catalogues(folder))
