"""Worker processes that unwrap and recognize under limits of time and memory, and can be killed."""

from triage.reader.pool import WorkerReader

__all__ = ["WorkerReader"]
