"""The text of a format=flowed part (RFC 3676) goes in; its paragraphs come out as lines."""


def unflow(text: str, delete_space: bool) -> str:
    """Join lines that end in a blank with the next of the same quote depth. `delete_space` is DelSp=yes."""
    first, *rest = text.split(" \n")
    out = [first]
    line = first[first.rfind("\n") + 1 :]
    for piece in rest:
        following = piece.partition("\n")[0]
        # "-- " is the line above a signature, not a line that flows (section 4.3).
        ends = line.lstrip("> ") == "--" or following.lstrip("> ") == "--"
        if not ends and _depth(line) == _depth(following):
            out.append(("" if delete_space else " ") + piece.lstrip(">").removeprefix(" "))
        else:
            out.append(" \n" + piece)
        if "\n" in piece or out[-1][1:2] == "\n":
            line = piece[piece.rfind("\n") + 1 :]
    # Space-stuffing: one blank that the sender added so that a line may begin with ">", "From " or a blank.
    return "".join(out).removeprefix(" ").replace("\n ", "\n")


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(">"))
