"""The text of a format=flowed part (RFC 3676) goes in; its paragraphs come out as lines."""


def unflow(text: str, delete_space: bool) -> str:
    """Join lines that end in a blank with the next of the same quote depth. `delete_space` is DelSp=yes."""
    out: list[str] = []
    depth_before = -1
    open_paragraph = False
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        # Space-stuffing: one blank that the sender added so that a line may begin with ">", "From " or a blank.
        content = content.removeprefix(" ")
        signature = content in ("-- ", "--")
        flows = content.endswith(" ") and not signature
        if flows and delete_space:
            content = content[:-1]
        if open_paragraph and depth == depth_before and not signature:
            out[-1] += content
        else:
            out.append((">" * depth + " " if depth else "") + content)
        open_paragraph, depth_before = flows, depth
    return "\n".join(out)
