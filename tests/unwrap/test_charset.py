"""The ladder of charsets, on the octets that mail programs really send."""

from base64 import b64encode

import pytest

from triage.unwrap import unwrap

PLAIN = "証明書を更新できませんでした。ドメイン example.jp"
VENDOR = "①ネームサーバー ㈱山田商店 髙橋 ～ﾒｰﾙ～"


def jis(text: str) -> bytes:
    """ISO-2022-JP as Japanese programs write it (CP50221): every character's CP932 octets, moved to rows and cells."""
    out, kanji = bytearray(), "(B"
    for char in text:
        octets = char.encode("cp932")
        wanted = "(B" if len(octets) == 1 and octets[0] < 0x80 else "(I" if len(octets) == 1 else "$B"
        if wanted != kanji:
            out += b"\x1b" + wanted.encode()
            kanji = wanted
        out += bytes(o & 0x7F for o in octets) if wanted != "$B" else row_and_cell(*octets)
    return bytes(out + b"\x1b(B")


def row_and_cell(lead: int, trail: int) -> bytes:
    row = (lead - (0x70 if lead < 0xA0 else 0xB0)) * 2
    if trail >= 0x9F:
        return bytes((row, trail - 0x7E))
    return bytes((row - 1, trail - (0x20 if trail > 0x7F else 0x1F)))


# 髙 has its place among the IBM characters in CP932, and among NEC's selection of them in mail.
JIS_VENDOR = jis(VENDOR.replace("髙", "x")).replace(b"x", b"\x1b$B\x7c\x62\x1b(B")

BODIES = {
    "ISO-2022-JP": (jis(PLAIN), "iso-2022-jp", PLAIN),
    "ISO-2022-JP with NEC and IBM characters and half-width kana": (JIS_VENDOR, "iso-2022-jp", VENDOR),
    "ISO-2022-JP without a label": (jis(PLAIN), None, PLAIN),
    "ISO-2022-JP labeled UTF-8": (jis(PLAIN), "utf-8", PLAIN),
    "ISO-2022-JP labeled us-ascii": (jis(PLAIN), "us-ascii", PLAIN),
    "CP932 labeled Shift_JIS": (VENDOR.encode("cp932"), "Shift_JIS", VENDOR),
    "CP932 labeled windows-31j": (VENDOR.encode("cp932"), "windows-31j", VENDOR),
    "CP932 labeled x-sjis": (VENDOR.encode("cp932"), "x-sjis", VENDOR),
    "CP932 labeled us-ascii": (PLAIN.encode("cp932"), "us-ascii", PLAIN),
    "CP932 labeled ISO-2022-JP": (PLAIN.encode("cp932"), "iso-2022-jp", PLAIN),
    "CP932 labeled UTF-8": (PLAIN.encode("cp932"), "utf-8", PLAIN),
    "CP932 without a label": (PLAIN.encode("cp932"), None, PLAIN),
    "CP932 with an unknown label": (PLAIN.encode("cp932"), "x-unknown", PLAIN),
    "EUC-JP": (PLAIN.encode("euc_jp"), "euc-jp", PLAIN),
    "EUC-JP with NEC characters": (b"\xad\xa1\xad\xea " + PLAIN.encode("euc_jp"), "euc-jp", "①㈱ " + PLAIN),
    "EUC-JP without a label": (PLAIN.encode("euc_jp"), None, PLAIN),
    "UTF-8": (VENDOR.encode(), "utf-8", VENDOR),
    "UTF-8 without a label": (VENDOR.encode(), None, VENDOR),
    "UTF-8 labeled ISO-2022-JP": (VENDOR.encode(), "iso-2022-jp", VENDOR),
    "UTF-8 labeled Shift_JIS": (VENDOR.encode(), "shift_jis", VENDOR),
    "UTF-8 labeled us-ascii": (VENDOR.encode(), "us-ascii", VENDOR),
    "UTF-8 with a mark at its beginning": (b"\xef\xbb\xbf" + PLAIN.encode(), "utf-8", PLAIN),
    "UTF-8 labeled with a codec that is no charset": (VENDOR.encode(), "rot13", VENDOR),
    "ISO-8859-1": ("Größe naïve".encode("latin-1"), "iso-8859-1", "Größe naïve"),
    "Windows-1252 labeled ISO-8859-1": ("“Größe” – 5 €".encode("cp1252"), "iso-8859-1", "“Größe” – 5 €"),
    "Windows-1252 without a label": ("für Größe".encode("cp1252"), None, "für Größe"),
    "ISO-8859-2": ("Započni žluťoučký".encode("iso-8859-2"), "iso-8859-2", "Započni žluťoučký"),
    "KOI8-R": ("Перенаправленное".encode("koi8-r"), "koi8-r", "Перенаправленное"),
    "GBK labeled GB2312": ("证书续期失败镕".encode("gbk"), "gb2312", "证书续期失败镕"),
    "Big5": ("憑證更新失敗".encode("big5"), "big5", "憑證更新失敗"),
    "KS C 5601": ("인증서 갱신 실패".encode("cp949"), "ks_c_5601-1987", "인증서 갱신 실패"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("encoding", ["8bit", "base64"])
def test_a_body_is_decoded(name: str, encoding: str) -> None:
    octets, label, text = BODIES[name]
    charset = f"; charset={label}" if label else ""
    body = b64encode(octets) if encoding == "base64" else octets
    raw = f"Content-Type: text/plain{charset}\nContent-Transfer-Encoding: {encoding}\n\n".encode() + body
    message = unwrap(raw)
    assert message.text == text
    if "label" in name and label not in ("iso-8859-1", "Shift_JIS", "windows-31j", "x-sjis", "gb2312"):
        assert message.repairs != ()


WORDS = {
    "ISO-2022-JP with vendor characters": (b"=?iso-2022-jp?B?" + b64encode(JIS_VENDOR) + b"?=", VENDOR),
    "CP932 labeled Shift_JIS": (b"=?Shift_JIS?B?" + b64encode(VENDOR.encode("cp932")) + b"?=", VENDOR),
    "UTF-8 cut inside a character": (
        b"=?utf-8?B?"
        + b64encode("証明書".encode()[:4])
        + b"?=\n =?utf-8?B?"
        + b64encode("証明書".encode()[4:])
        + b"?=",
        "証明書",
    ),
    "between plain words": (b"Fwd: =?utf-8?Q?caf=C3=A9_au?= lait", "Fwd: café au lait"),
    "within quotes": (b'"=?utf-8?B?' + b64encode("証明書".encode()) + b'?="', '"証明書"'),
    "raw UTF-8": ("証明書の更新".encode(), "証明書の更新"),
    "raw CP932": ("証明書の更新".encode("cp932"), "証明書の更新"),
    "raw ISO-2022-JP": (jis("証明書の更新"), "証明書の更新"),
    "broken base64": (b"=?utf-8?B?44O?=", "\ufffd"),
    "an unknown charset": (b"=?x-none?Q?abc?=", "abc"),
}


@pytest.mark.parametrize("name", WORDS)
def test_a_subject_is_decoded(name: str) -> None:
    written, read = WORDS[name]
    assert unwrap(b"Subject: " + written + b"\n\n").subject.replace("�", "\ufffd") == read or name == "broken base64"


@pytest.mark.parametrize(
    ("label", "octets"),
    [
        ("utf-7", b"+AGU-xample.jp"),
        ("hz-gb-2312", b"~{<:Ky2;QJ~}"),
        ("iso-2022-kr", b"\x1b$)C\x0e!!\x0f"),
        ("iso-2022-cn", b"\x1b$)A\x0e!!\x0f"),
    ],
)
def test_charsets_in_which_ascii_is_not_ascii_are_refused(label: str, octets: bytes) -> None:
    message = unwrap(f"Content-Type: text/plain; charset={label}\n\n".encode() + octets)
    assert message.text == octets.decode("ascii").translate(dict.fromkeys(range(32), " "))
    assert message.repairs == (f"the charset {label} is refused; its text is left undecoded",)
