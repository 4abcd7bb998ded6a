"""Kinds of files: what a file name's ending stands for, what is never passed on, and names that harm nobody.

Tables of our own: those of a system differ from machine to machine. Must not: trust one sign alone; whoever judges asks
for the media type, the ending and the first octets.
"""

from __future__ import annotations

import re
import unicodedata

_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"

# What an ending stands for. What is missing here goes only where a charter names the ending itself.
TYPE_OF_ENDING = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "jpe": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "heic": "image/heic", "heif": "image/heif", "avif": "image/avif", "bmp": "image/bmp",
    "tif": "image/tiff", "tiff": "image/tiff",
    "txt": "text/plain", "text": "text/plain", "log": "text/plain", "md": "text/markdown", "rst": "text/x-rst",
    "csv": "text/csv", "tsv": "text/tab-separated-values", "ics": "text/calendar", "vcf": "text/vcard",
    "diff": "text/x-diff", "patch": "text/x-diff", "srt": "text/plain", "tex": "text/x-tex", "bib": "text/x-bibtex",
    "pdf": "application/pdf", "rtf": "application/rtf", "json": "application/json", "xml": "application/xml",
    "yaml": "application/yaml", "yml": "application/yaml", "epub": "application/epub+zip",
    "docx": f"{_OOXML}.wordprocessingml.document", "xlsx": f"{_OOXML}.spreadsheetml.sheet",
    "pptx": f"{_OOXML}.presentationml.presentation", "ppsx": f"{_OOXML}.presentationml.slideshow",
    "odt": f"{_ODF}.text", "ods": f"{_ODF}.spreadsheet", "odp": f"{_ODF}.presentation", "odg": f"{_ODF}.graphics",
    "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "ogg": "audio/ogg", "opus": "audio/ogg", "wav": "audio/wav",
    "flac": "audio/flac", "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "webm": "video/webm",
    "mkv": "video/x-matroska", "avi": "video/x-msvideo",
    "zip": "application/zip", "gz": "application/gzip", "tgz": "application/gzip", "tar": "application/x-tar",
    "bz2": "application/x-bzip2", "xz": "application/x-xz", "zst": "application/zstd",
    "7z": "application/x-7z-compressed", "rar": "application/vnd.rar",
    "eml": "message/rfc822", "html": "text/html", "svg": "image/svg+xml",  # for files without a name: these never pass
}  # fmt: skip

# What programs say of files with an ending, and mean what the ending stands for. QUIRK: where Excel is installed,
# Windows calls a table in plain text after it; others name what a file is packed in, or the format before.
_PACKED = frozenset({"application/zip", "application/x-zip", "application/x-zip-compressed"})
_SAID_OF_ENDING = {
    "csv": frozenset({"application/vnd.ms-excel", "application/csv", "application/x-csv"}),
    "tsv": frozenset({"application/vnd.ms-excel"}),
    "txt": frozenset({"application/text", "application/txt"}),
    "ics": frozenset({"application/ics"}),
    "pdf": frozenset({"application/x-pdf", "application/acrobat", "application/vnd.pdf"}),
    "docx": _PACKED | {"application/msword", "application/vnd.ms-word"},
    "xlsx": _PACKED | {"application/vnd.ms-excel", "application/msexcel"},
    "pptx": _PACKED | {"application/vnd.ms-powerpoint", "application/mspowerpoint"},
    "ppsx": _PACKED | {"application/vnd.ms-powerpoint", "application/mspowerpoint"},
    "odt": _PACKED | {"application/x-vnd.oasis.opendocument.text"},
    "ods": _PACKED | {"application/x-vnd.oasis.opendocument.spreadsheet"},
    "odp": _PACKED | {"application/x-vnd.oasis.opendocument.presentation"},
}

# What runs, or makes something run, when it is opened; pages, which can look like any login. No charter lets it pass.
NEVER_ENDINGS = frozenset(
    {
        # programs and what installs them
        *("exe", "com", "scr", "pif", "cpl", "dll", "ocx", "sys", "drv", "msi", "msp", "mst", "msix", "appx", "gadget"),
        *("app", "pkg", "mpkg", "dmg", "command", "apk", "ipa", "xapk", "deb", "rpm", "run", "bin", "elf", "so", "jar"),
        *("appimage", "flatpakref", "snap", "iso", "img", "vhd", "vhdx", "class", "war", "wasm", "swf", "xll", "xpi"),
        # scripts
        *("bat", "cmd", "ps1", "ps1xml", "psm1", "psd1", "ps2", "vbs", "vbe", "vb", "js", "jse", "mjs", "cjs", "ws"),
        *("wsf", "wsc", "wsh", "hta", "sct", "sh", "bash", "zsh", "csh", "ksh", "fish", "py", "pyc", "pyw", "pyz"),
        *("rb", "pl", "php", "phtml", "lua", "tcl", "scpt", "applescript", "ahk", "au3", "reg", "inf", "scf", "job"),
        # what points elsewhere, or makes a program fetch something
        *("lnk", "url", "website", "webloc", "desktop", "library-ms", "search-ms", "searchconnector-ms"),
        *("settingcontent-ms", "appref-ms", "application", "msc", "chm", "hlp", "diagcab", "theme", "themepack", "rdp"),
        *("mobileconfig", "iqy", "slk", "wll", "ade", "adp", "mde", "mdb", "accdb", "accde", "one", "onepkg", "crx"),
        # office files with macros
        *("docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "ppam", "sldm"),
        # pages, and mails, which may hold any of the above
        *("htm", "html", "shtml", "xht", "xhtml", "mht", "mhtml", "svg", "svgz", "xsl", "xslt", "eml", "msg", "tnef"),
    }
)
NEVER_TYPES = frozenset(
    {
        *("text/html", "text/javascript", "text/ecmascript", "text/vbscript", "text/x-sh", "text/x-shellscript"),
        *("text/x-python", "text/x-perl", "text/x-php", "text/xsl", "text/scriptlet", "image/svg+xml"),
        *("application/xhtml+xml", "application/javascript", "application/ecmascript", "application/x-javascript"),
        *("application/x-msdownload", "application/x-msdos-program", "application/x-msi", "application/x-executable"),
        *("application/vnd.microsoft.portable-executable", "application/x-dosexec", "application/exe"),
        *("application/x-exe", "application/x-elf", "application/x-mach-binary", "application/x-sharedlib"),
        *("application/x-sh", "application/x-csh", "application/x-shellscript", "application/x-bat"),
        *("application/x-perl", "application/x-python-code", "application/x-httpd-php", "application/hta"),
        *("application/java-archive", "application/x-java-archive", "application/java-vm", "application/wasm"),
        *("application/x-shockwave-flash", "application/vnd.android.package-archive", "application/x-ms-shortcut"),
        *("application/x-apple-diskimage", "application/x-iso9660-image", "application/x-debian-package"),
        *("application/x-rpm", "application/vnd.ms-htmlhelp", "application/x-msaccess", "application/ms-tnef"),
        *("application/vnd.ms-tnef", "application/x-mimearchive", "application/vnd.ms-outlook"),
    }
)
# Endings that end no domain, as countries' and "com" do: "ben@example.org.pdf" is a file, and no longer address.
ENDINGS_OF_FILES = frozenset(end for end in (*TYPE_OF_ENDING, *NEVER_ENDINGS) if len(end) > 2) - {"com", "app", "zip"}

_NEVER_FAMILIES = ("message/", "multipart/")
_MACROS = "macroenabled"

# A program that does not know says this: it speaks neither for nor against a file.
UNSTATED = frozenset(
    {
        *("application/octet-stream", "binary/octet-stream", "application/x-download", "application/force-download"),
        *("application/unknown", "application/x-unknown"),
    }
)

# How programs and scripts begin, whatever they are called: Windows, ELF, Mach-O of both orders, Java, "#!".
_MACH_O = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_RUNS = (b"MZ", b"\x7fELF", *_MACH_O, b"\xca\xfe\xba\xbe", b"#!")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # may hold macros; a program that sniffs opens it under any name
_OLD_OFFICE_TYPES = frozenset(TYPE_OF_ENDING[end] for end in ("doc", "xls", "ppt"))
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|script|svg|iframe)\b", re.IGNORECASE)

_LONGEST = 100  # letters of a file name
_RESERVED = re.compile(r'[<>:"|?*%]')  # what Windows reads in its own way, and what URLs do
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)


def ending(filename: str) -> str:
    """Return what stands behind the last dot of a file name, in lower case; "" when there is none."""
    return filename.rpartition(".")[2].lower() if "." in filename.lstrip(".") else ""


def ending_of(media_type: str) -> str:
    """Return the ending that a media type has most often, "" when we know none."""
    return next((end for end, stands_for in TYPE_OF_ENDING.items() if stands_for == media_type), "")


def meant_by(media_type: str, end: str) -> str:
    """Return the media type that a file has whose ending is known: the one that the ending stands for, where programs
    are known to say this one of it, else what is said.
    """
    return TYPE_OF_ENDING[end] if media_type in _SAID_OF_ENDING.get(end, ()) else media_type


def is_covered(media_type: str, patterns: tuple[str, ...]) -> bool:
    """Whether a media type is one of these: `image/*` covers all that begin so."""
    return any(
        media_type.startswith(pattern[:-1]) if pattern.endswith("*") else media_type == pattern for pattern in patterns
    )


def never_passes(media_type: str, end: str, beginning: bytes) -> bool:
    """Whether a file is a program, a script, a page or a mail by one of its signs; `beginning`: its first octets."""
    return (
        end in NEVER_ENDINGS
        or media_type in NEVER_TYPES
        or media_type.startswith(_NEVER_FAMILIES)
        or _MACROS in media_type
        or beginning.startswith(_RUNS)
        or (beginning.startswith(_OLD_OFFICE) and TYPE_OF_ENDING.get(end, "") not in ("", *_OLD_OFFICE_TYPES))
        or _PAGE.match(beginning) is not None
    )


def cleaned(filename: str) -> str:
    """Return a file name as it can stand anywhere: one line, no path, no sign that hides or turns letters."""
    bare = unicodedata.normalize("NFC", filename.replace("\\", "/")).rpartition("/")[2]
    seen = "".join(sign for sign in bare if sign.isspace() or unicodedata.category(sign)[0] != "C")
    # Windows leaves out dots and spaces at the end: "x.exe." is "x.exe". A dot in front hides a file elsewhere.
    name = _RESERVED.sub("_", " ".join(seen.split())).strip(". ")
    if _DEVICES.match(name):
        name = f"_{name}"
    return _shortened(name)


def _shortened(name: str) -> str:
    if len(name) <= _LONGEST:
        return name
    stem, dot, end = name.rpartition(".")
    if not dot or len(end) > 12:
        return name[:_LONGEST].rstrip(". ")
    return stem[: _LONGEST - len(end) - 1].rstrip(". ") + dot + end
