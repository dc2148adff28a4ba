"""The demonstration: sample mails, and an internet that is written down as data."""

from triage.demo.probes import WorldProbes
from triage.demo.world import BadWorld, Unsimulated, World, load_world

__all__ = ["BadWorld", "Unsimulated", "World", "WorldProbes", "load_world"]
