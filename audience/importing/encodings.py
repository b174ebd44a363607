"""How the bytes of an uploaded file are to be read as text, and what shows that they are no text at all."""

import codecs
from typing import IO

from audience.errors import FileRefused

CHUNK = 1 << 20
CSV_ADVICE = "Save it as “CSV UTF-8” (in Excel: Save as, CSV UTF-8) and upload that file."
# Python's name, what people know it by.
ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16 (Excel: Unicode text)",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "shift_jis": "Shift JIS (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
}
# The first bytes of files that people mistake for CSV.
SIGNATURES: dict[bytes, str] = {
    b"PK\x03\x04": "a workbook or ZIP file",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file (gzip)",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"SQLite format": "a database",
}
# Every Windows code page turns these bytes into control characters or nothing.
CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\x0b\x0c\x1a\x1b\x00")


def encoding_found(file: IO[bytes]) -> str:
    """The encoding of the whole file: UTF-8 or UTF-16 where its bytes say so, else Windows-1252, which most others are.

    Raises FileRefused for an empty file and for one that holds no text.
    """
    start = file.read(CHUNK)
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise FileRefused("The file is empty.")
    for signature, what in SIGNATURES.items():
        if start.startswith(signature):
            raise FileRefused(f"This is {what}, not CSV. {CSV_ADVICE}")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start[:2000].count(0) > 100 or _controls(start) > max(20, len(start) // 100):
        raise FileRefused(f"This file holds no text: it looks like a program's own format. {CSV_ADVICE}")
    return "utf-8" if not first_bad_line(file, start, "utf-8") else "cp1252"


def _controls(start: bytes) -> int:
    return len(start) - len(start.translate(None, CONTROLS))


def first_bad_line(file: IO[bytes], chunk: bytes, encoding: str) -> int:
    """The first line that is not in the encoding, from this chunk on to the end of the file; 0 when all of it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    while True:
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return line + chunk[: error.start].count(b"\n")
        if not chunk:
            return 0
        line += chunk.count(b"\n")
        chunk = file.read(CHUNK)


def stream_encoding(encoding: str) -> str:
    """What a reader of the file needs: UTF-8 with its byte order mark left out."""
    return "utf-8-sig" if encoding == "utf-8" else encoding
