"""What the commands by hand stand on: settings, rules, words and probes. No mail, no ledger: `check` starts quickly."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from triage.cli.voice import Exit, plain, settings_matter, stop
from triage.config import Settings, load_rules, load_settings, load_wording
from triage.model import Language, Permanent, Policy, Rulebook, Wording, fallback
from triage.ports import Probes
from triage.probes import NetworkProbes


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """The settings where there are some, and the rules and words."""

    settings: Settings | None
    rulebook: Rulebook
    wording: Wording

    def who_may_ask(self) -> Policy:
        """As configured; without a configuration, anyone."""
        policy = self.settings.who_may_ask() if self.settings else Policy(anyone=True)
        return replace(policy, locales=self.rulebook.locales)

    @property
    def rule_folders(self) -> tuple[Path, ...]:
        return self.settings.rules.folders if self.settings else ()


def standing(config: Path | None, *, speaks: bool = True) -> Standing:
    """Ends the command where the configuration, a rule or a word is wrong. `speaks`: words will be needed."""
    with settings_matter():
        settings = load_settings(config) if config else None
        folders = settings.rules.folders if settings else ()
        return Standing(settings, load_rules(folders), load_wording(folders) if speaks else Wording())


def refuse_unknown(language: str | None, stand: Standing) -> None:
    known = stand.rulebook.locales
    if language is not None and language not in known:
        stop(Permanent(f"--lang: {plain(language)} is not known", " or ".join(sorted(known))), Exit.USAGE)


def of_the_terminal(stand: Standing) -> Language:
    """As the terminal speaks, where we can."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    known = stand.rulebook.locales
    return next((language for language in known if spoken.startswith(language)), fallback(known))


def network_probes(settings: Settings | None, log_url: str = "") -> Probes:
    """`log_url`: a search over the CT logs; else the one that the configuration names, if any."""
    if settings is None:
        return NetworkProbes(log_url=log_url)
    section = settings.probes
    return NetworkProbes(
        resolvers=section.resolvers,
        contact=section.contact,
        allow_networks=section.allow_networks,
        ca_file=section.ca_file,
        rdap_bootstrap=section.rdap_bootstrap,
        log_url=log_url or section.ct_log or "",
    )
