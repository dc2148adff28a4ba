"""What several of the values are made of."""

from collections.abc import Mapping
from types import MappingProxyType

Language = str  # a tag such as "ja": the name of a file in rules/words
NOTHING: Mapping[str, str] = MappingProxyType({})
