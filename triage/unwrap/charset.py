"""Octets and the charset that they claim go in; text and what had to be mended come out.

The label is a hint: Japanese mailers write Shift_JIS for CP932, ISO-2022-JP for CP50221 and us-ascii for anything.
Nothing is decoded with replacement before every reading without loss has failed.
"""

import codecs
import re
from collections.abc import Callable
from functools import lru_cache

# What the label means in practice. Python has no codec for the vendor sets, so their nearest superset is taken.
ALIASES = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "s_jis": "cp932",
    "ms_kanji": "cp932",
    "csshiftjis": "cp932",
    "windows-31j": "cp932",
    "cswindows31j": "cp932",
    "ms932": "cp932",
    "shift_jisx0213": "cp932",
    "shift_jis-2004": "shift_jis_2004",
    "x-euc-jp": "euc_jp",
    "euc-jp": "euc_jp",
    "eucjp": "euc_jp",
    "eucjp-win": "euc_jp",
    "eucjp-ms": "euc_jp",
    "cp51932": "euc_jp",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "euc-cn": "gb18030",
    "big5": "cp950",
    "x-x-big5": "cp950",
    "cn-big5": "cp950",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "korean": "cp949",
    # Octets 0x80 to 0x9F are control characters in ISO-8859-1 and letters in what senders mean by it.
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
}
JAPANESE = frozenset({"cp932", "euc_jp", "iso2022", "shift_jis_2004"})
# Stateful sets in which plain ASCII octets spell something else: a rule would see one text and a person another.
REFUSED = frozenset({"utf-7", "unicode-1-1-utf-7", "csutf7", "hz-gb-2312", "hz", "iso-2022-kr", "iso-2022-cn"})
_REFUSED_ESCAPES = re.compile(rb"\x1b\$\)[ACEG]|\x1b\$[*+][HI]|\x1b[%][G8/@]")

_JIS_SETS = {
    b"(B": "ascii", b"(J": "ascii", b"(H": "ascii", b"(I": "kana",
    b"$@": "0208", b"$B": "0208", b"$(@": "0208", b"$(B": "0208", b"$(D": "0212", b"&@": "",
}  # fmt: skip
_ESCAPE = re.compile(rb"\x1b(\([BJHI]|\$[@B]|\$\([@BD]|&@)")
# Where the strict codec and CP932 spell one character differently, CP932's is what the sender's keyboard wrote.
_AS_CP932 = tuple(
    zip("\u301c\u2016\u2212\u00a2\u00a3\u00ac\u00a5\u203e", "\uff5e\u2225\uff0d\uffe0\uffe1\uffe2\\~", strict=True)
)
_KANA = re.compile("[\u3041-\u30fe\u3001\u3002\u300c\u300d]")
_KANJI = re.compile("[\u4e00-\u9fa0\u3005]{2,}")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_RARE = re.compile("[\ue000-\uf8ff\ufffd]")


def decode(octets: bytes, label: str | None, repairs: list[str]) -> str:
    """The text of `octets`. Appends to `repairs` where the label was missing, wrong or refused."""
    label = (label or "").strip(" \"'").lower()
    escaped = b"\x1b" in octets
    if label in REFUSED or (escaped and _REFUSED_ESCAPES.search(octets)):
        repairs.append(f"the charset {label or 'of an escape sequence'} is refused; its text is left undecoded")
        return octets.decode("latin-1") if not octets.isascii() else octets.decode("ascii").replace("\x1b", " ")
    if escaped and _ESCAPE.search(octets):
        return _decode_jis(octets, label, repairs)
    if octets.isascii():
        return octets.decode("ascii")
    return _decode_8bit(octets, label, repairs)


def _decode_8bit(octets: bytes, label: str, repairs: list[str]) -> str:
    codec = codec_of(label)
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if codec not in ("utf-8", "utf_8", None) or (codec is None and label):
            repairs.append(f"UTF-8 text labeled {label}")
        elif codec is None:
            repairs.append("UTF-8 text without a label")
        return text.removeprefix("\ufeff")
    text = _labeled(octets, codec)
    if text is not None and codec not in (None, "ascii", "utf-8"):
        return text
    return _guess(octets, label, repairs)


def _labeled(octets: bytes, codec: str | None) -> str | None:
    """The text as the label has it, or None where that does not work out without loss."""
    if codec is None or codec in ("ascii", "utf-8"):
        return None
    try:
        return octets.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return _euc_by_rows(octets) if codec == "euc_jp" else None


def _guess(octets: bytes, label: str, repairs: list[str]) -> str:
    """Without a label that works: the reading with the most Japanese in it, else Western, else with losses."""
    codec = codec_of(label)
    readings = {name: _labeled(octets, name) for name in ("cp932", "euc_jp")}
    scores = {name: _japaneseness(text) for name, text in readings.items() if text is not None}
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is not None and scores[best] > 0:
        repairs.append(f"{best} text labeled {label}" if label else f"{best} text without a label")
        return readings[best] or ""
    utf8 = octets.decode("utf-8", "replace")
    if utf8.count("\ufffd") * 20 <= len(utf8) and _KANA.search(utf8):
        repairs.append("damaged UTF-8: some characters are lost")
        return utf8
    if codec in JAPANESE or codec in ("gb18030", "cp950", "cp949"):
        repairs.append(f"damaged {label}: some characters are lost")
        return octets.decode("cp932" if codec == "iso2022" else codec or "cp932", "replace")
    repairs.append(f"Western text labeled {label}" if label else "Western text without a label")
    return octets.decode("cp1252", "replace")


def _japaneseness(text: str) -> int:
    """Kana and words of kanji speak for a reading, half-width kana and private characters against it.

    A single kanji between letters does not: it is what an accented letter and its neighbor look like in CP932.
    """
    return (
        len(_KANA.findall(text))
        + len(_KANJI.findall(text))
        - len(_HALF_KANA.findall(text))
        - 5 * len(_RARE.findall(text))
    )


@lru_cache(maxsize=256)
def codec_of(label: str) -> str | None:
    """Python's name for a label; None where there is no such charset, or none that decodes octets to text."""
    if not label:
        return None
    if label in ("us-ascii", "ascii", "ansi_x3.4-1968", "7bit", "default"):
        return "ascii"
    if label.startswith(("iso-2022-jp", "csiso2022jp", "cp5022", "jis")):
        return "iso2022"
    if label in ALIASES:
        return ALIASES[label]
    try:
        info = codecs.lookup(label[:40])
    except (LookupError, ValueError, UnicodeError):
        return None
    # hex, rot13, zlib … are codecs too, but no charsets; `undefined` and `idna` raise on anything.
    if not info._is_text_encoding or info.name in ("undefined", "idna", "punycode", "unicode_escape", "utf-7"):  # pyright: ignore[reportPrivateUsage]
        return None
    return ALIASES.get(info.name, info.name)


# ---- ISO-2022-JP as it is sent: CP50220 and CP50221, with NEC row 13, IBM extensions and half-width kana


def _decode_jis(octets: bytes, label: str, repairs: list[str]) -> str:
    if not label.startswith(("iso-2022-jp", "csiso2022jp", "cp5022")):
        repairs.append(f"ISO-2022-JP text labeled {label}" if label else "ISO-2022-JP text without a label")
    try:
        return _as_cp932(octets.decode("iso2022_jp"))
    except UnicodeDecodeError:
        return _decode_jis_by_runs(octets, repairs)


def _as_cp932(text: str) -> str:
    for strict, vendor in _AS_CP932:
        text = text.replace(strict, vendor)
    return text


def _decode_jis_by_runs(octets: bytes, repairs: list[str]) -> str:
    text: list[str] = []
    charset, lost, at = "ascii", False, 0
    for escape in _ESCAPE.finditer(octets):
        run, damaged = _jis_run(octets[at : escape.start()], charset)
        text.append(run)
        lost |= damaged
        charset, at = _JIS_SETS[escape[1]] or charset, escape.end()
    run, damaged = _jis_run(octets[at:], charset)
    text.append(run)
    if lost or damaged:
        repairs.append("damaged ISO-2022-JP: some characters are lost")
    return "".join(text)


def _jis_run(run: bytes, charset: str) -> tuple[str, bool]:
    """The text of one run, and whether something of it was lost."""
    if charset == "ascii":
        return _single_octets(run)
    if charset == "kana":
        return bytes(o | 0x80 if 0x21 <= o <= 0x5F else o for o in run).decode("cp932", "replace"), False
    if charset == "0212":
        return _rows(run, lambda pair: b"\x8f" + bytes(o | 0x80 for o in pair), "euc_jp")
    try:
        return _as_cp932((b"\x1b$B" + run + b"\x1b(B").decode("iso2022_jp")), False
    except UnicodeDecodeError:
        return _rows(run, _to_shift_jis, "cp932")


def _single_octets(run: bytes) -> tuple[str, bool]:
    """ASCII between the escapes. With the eighth bit set: half-width kana (CP50222), or UTF-8 by mistake."""
    if run.isascii():
        return run.decode("ascii"), False
    for codec in ("utf-8", "cp932"):
        try:
            return run.decode(codec), False
        except UnicodeDecodeError:
            continue
    return run.decode("cp932", "replace"), True


def _rows(run: bytes, convert: Callable[[bytes], bytes], codec: str) -> tuple[str, bool]:
    """Pairs of octets through `convert` and one codec. A line break ends the two-octet set, as RFC 1468 demands."""
    out = bytearray()
    at = 0
    while at < len(run):
        first = run[at]
        if 0x21 <= first <= 0x7E and at + 1 < len(run) and 0x21 <= run[at + 1] <= 0x7E:
            out += convert(run[at : at + 2])
            at += 2
        else:
            # Blank, line break, or half a character: kept, so that nothing after it slips by one octet.
            out.append(first if first < 0x80 else 0x3F)
            at += 1
    text = out.decode(codec, "replace")
    return text, "\ufffd" in text


def _to_shift_jis(pair: bytes) -> bytes:
    """JIS row and cell as Shift_JIS octets (JIS X 0208, annex 1)."""
    row, cell = pair[0], pair[1]
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    shift = 0x7E if row % 2 == 0 else 0x20 if cell >= 0x60 else 0x1F
    return bytes((lead, cell + shift))


def _euc_by_rows(octets: bytes) -> str | None:
    """EUC-JP with the vendor rows that Python's codec lacks (eucJP-ms, CP51932); None where it is no EUC-JP."""
    out: list[str] = []
    at = 0
    try:
        while at < len(octets):
            width = 1 if octets[at] < 0x80 else 3 if octets[at] == 0x8F else 2
            piece = octets[at : at + width]
            at += width
            if width == 1 or piece[0] in (0x8E, 0x8F):
                out.append(piece.decode("euc_jp"))
            elif len(piece) == 2 and min(piece) >= 0xA1:
                out.append(_to_shift_jis(bytes(o & 0x7F for o in piece)).decode("cp932"))
            else:
                return None
    except UnicodeDecodeError:
        return None
    return "".join(out)
