"""`triage`: a notice that a certificate was not renewed goes in, a note that says why comes out."""

__version__ = "0.1.0"
