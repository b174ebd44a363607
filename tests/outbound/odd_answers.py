"""Answers for the fuzz: from arbitrary bytes to answers that are nearly right."""

import gzip
import zlib

from hypothesis import strategies as st

_COMPRESS = (gzip.compress, zlib.compress)
_END = b"\r\n"
_line_ends = st.sampled_from([b"\r\n"] * 8 + [b"\n", b"\r", b"\0\r\n", b"\r\r\n", b""])
_bytes = st.binary(max_size=40)
_versions = st.sampled_from(
    [b"HTTP/1.1"] * 8 + [b"HTTP/1.0", b"HTTP/2", b"HTTP/0.9", b"HTTP/1.2", b"http/1.1", b"ICY", b""]
)
_statuses = st.one_of(
    st.integers(100, 599).map(b"%d".__mod__),
    st.sampled_from(
        [b"200"] * 4 + [b"100", b"101", b"103", b"204", b"304", b"000", b"999", b"2000", b"-1", b"", b"2 00"]
    ),
)
_names = st.one_of(
    st.sampled_from(
        [b"Content-Length", b"Transfer-Encoding", b"Content-Encoding", b"Connection", b"Location", b"Retry-After"]
        + [b"Set-Cookie", b"Upgrade", b"Alt-Svc", b"Content-Type", b"Trailer", b"Keep-Alive", b"WWW-Authenticate"]
    ),
    _bytes,
)
_values = st.one_of(
    st.sampled_from(
        [
            b"0",
            b"5",
            b"-1",
            b"5, 6",
            b"18446744073709551616",
            b"chunked",
            b"gzip",
            b"deflate",
            b"br",
            b"identity",
            b"close",
        ]
        + [b"gzip, chunked", b"chunked, chunked", b"keep-alive", b"h2c", b"http://127.0.0.1/", b'h2=":1"; ma=9']
        + [b"Mon, 01 Jan 99999 00:00:00 GMT", b"1e9", b"a" * 70_000]
    ),
    _bytes,
)
_headers = st.builds(
    lambda name, colon, value, end: name + colon + value + end,
    _names,
    st.sampled_from([b": "] * 6 + [b":", b" : ", b"", b"\t:\t"]),
    _values,
    _line_ends,
)
_chunks = st.builds(
    lambda size, extension, data, end: size + extension + _END + data + end,
    st.one_of(
        st.integers(0, 40).map(b"%x".__mod__), st.sampled_from([b"0", b"-1", b"0x2", b"f" * 16, b"f" * 20, b"zz", b""])
    ),
    st.sampled_from([b""] * 4 + [b";a=b", b";" + b"x" * 5_000, b" "]),
    _bytes,
    _line_ends,
)
_bodies = st.one_of(
    _bytes,
    st.lists(_chunks, max_size=4).map(b"".join),
    st.sampled_from([b"x" * 20_000, b"\x1f\x8b\x08" + bytes(40), b"x" * 1_200_000, b"\xff\xfe\0" * 5_000]),
)
_heads = st.builds(
    lambda version, status, reason, end, headers, blank: b"".join(
        [version, b" ", status, b" ", reason, end, *headers, blank]
    ),
    _versions,
    _statuses,
    st.one_of(st.sampled_from([b"OK", b"", b"x" * 10_000]), _bytes),
    _line_ends,
    st.lists(_headers, max_size=6),
    _line_ends,
)
_answers = st.builds(b"".__class__.__add__, _heads, _bodies)
_packed = st.builds(
    lambda encoding, body, end, damage: (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: " + encoding + b"\r\n\r\n" + body[:end] + damage
    ),
    st.sampled_from([b"gzip", b"x-gzip", b"deflate", b"GZIP", b"gzip, gzip"]),
    st.sampled_from([compress(plain) for plain in (b"", b"x" * 20_000, bytes(5_000_000)) for compress in _COMPRESS]),
    st.one_of(st.integers(0, 40), st.integers(0, 6_000)),
    _bytes,
)


def _damaged(answer: bytes, at: int, length: int, instead: bytes) -> bytes:
    start = at % (len(answer) + 1)
    return answer[:start] + instead + answer[start + length :]


odd_answers = st.one_of(
    st.binary(max_size=200),
    _answers,
    _packed,
    st.lists(_answers, min_size=2, max_size=3).map(b"".join),
    st.builds(_damaged, _answers, st.integers(0, 2_000), st.integers(0, 50), _bytes),
    st.builds(
        lambda begin, piece, times: begin + piece * times,
        _heads,
        st.binary(min_size=1, max_size=30),
        st.integers(1, 9_999),
    ),
)
