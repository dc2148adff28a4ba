"""Text of a notice → the same text without what it only holds possible: a list of likely reasons states none of them.

Hosts put the same list under every notice ("DNS points elsewhere, a password, maintenance at the CA"). Lines are
emptied, not removed, so that labels and errors around them stay where they were. What quotes a CA is kept anywhere.
"""

import re2

_REASONS = re2.compile(
    r"(?i)(?:possible|potential|common|typical|usual|probable|frequent)"
    r" (?:\w+ ){0,2}?(?:cause|reason|issue|problem)"
    r"|(?:messages?|errors?) (?:such as|like)\b|likely (?:cause|reason)"
    r"|(?:causes?|reasons?)\b[^\n.]{0,40}\b(?:include|may|might|could|can be)\b"
    r"|\b(?:this|it|which|that|failures?|problem|error)\b[^\n.]{0,20}"
    r" (?:may|might|could|can|is usually|usually|is often|often) (?:\w+ ){0,2}?(?:be|caused|due|happen|occur|mean)\b"
    r"|(?:考えられる|考え得る|主な|よくある|想定される|可能性のある|一般的な|代表的な)[^\n。]{0,12}(?:原因|理由|要因|ケース|事例)"
    r"|(?:原因|理由|要因)[^\n。]{0,12}(?:考えられ|想定され|挙げられ)"
    r"|(?:原因|理由|要因)(?:として|には|例|の例|の可能性|は[^\n。]{0,20}など)|(?:以下|下記|次)の[^\n。]{0,20}(?:可能性|場合|いずれか)"
)
_ADVICE = re2.compile(
    r"(?i)\b(?:check|verify|make sure|ensure|confirm)\b[^\n.]{0,40}\b(?:following|that|whether|if)\b"
    r"|(?:以下|下記|次)[^\n。]{0,20}ご?確認|(?:かどうか|ことを?)ご?確認"
)
_ITEM = re2.compile(r"^(?:[-*・•●○◦▪■□◆◇‣–—→✓☑※+･]|\(?\d{1,2}[.)、:]|\d{1,2}\D|\(?[a-zA-Zア-オ][.)] )")
_QUOTED = re2.compile(
    r"(?i)looking up |fetching https?://|urn:(?:ietf|acme)|invalid response from|acme: error|verify error"
    r"|validation status|DCV"
)


def without_guesses(lines: str) -> str:
    """`lines` with every list of possible reasons emptied. Linear in its input."""
    if not (_REASONS.search(lines) or _ADVICE.search(lines)):
        return lines
    kept = list[str]()
    listing = False
    for line in lines.split("\n"):
        opens, advises = bool(_REASONS.search(line)), bool(_ADVICE.search(line))
        if opens or advises:
            listing = opens or line.endswith((":", "。", "い"))
        elif line and not _ITEM.search(line):
            listing = False
        guess = (opens or advises or listing) and not _QUOTED.search(line)
        kept.append("" if guess else line)
    return "\n".join(kept)
