"""What several of the values are made of."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Language = Literal["ja", "en"]
NOTHING: Mapping[str, str] = MappingProxyType({})
