"""The commands: one for each verb, and those that run the service. They build the nouns and hand them over."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from triage.cli.voice import Exit, say_trouble
from triage.model import Trouble

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Why could this certificate not be renewed? Ask by hand (check, explain, read), or by mail (run, once).",
    epilog="Exit codes: 0 done · 1 something is wrong out there · 2 usage or configuration · 3 could not work.",
)
cases = typer.Typer(
    no_args_is_help=True, help="What became of the mails, and what a person may do about it. 7 is a mail, c2 is a case."
)
rules = typer.Typer(no_args_is_help=True, help="The hosts and causes that are known, and whether their rules hold.")
ledger = typer.Typer(no_args_is_help=True, help="The database: a backup of it, a backup put back, an older schema.")
app.add_typer(cases, name="cases")
app.add_typer(ledger, name="ledger")
app.add_typer(rules, name="rules")

ConfigOption = Annotated[Path | None, typer.Option("--config", "-c", help="The configuration.", show_default=False)]
RequiredConfig = Annotated[Path, typer.Option("--config", "-c", help="The configuration.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
LanguageOption = Annotated[
    str | None,
    typer.Option("--lang", help="ja, en, or another that the rules know.", show_default=False),
]
NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="7 is a mail, c2 is a case.")]
HERE = Path("config.toml")


@app.command()
def run(config: RequiredConfig = HERE, json_log: Annotated[bool, typer.Option("--json-log")] = False) -> None:
    """Watch the mailboxes, answer what comes, until told to stop (SIGTERM)."""
    from triage.cli.serve import run_service

    _end(asyncio.run(run_service(config, json_log=json_log)))


@app.command()
def once(config: RequiredConfig = HERE, json_log: Annotated[bool, typer.Option("--json-log")] = False) -> None:
    """Work the mailboxes once, then exit: for cron."""
    from triage.cli.serve import run_once

    _end(asyncio.run(run_once(config, json_log=json_log)))


@app.command()
def pause(
    because: Annotated[str, typer.Argument(metavar="WHY", help="Stands in the log of each round.")] = "by hand",
    config: RequiredConfig = HERE,
) -> None:
    """Let no mail be worked on and no note go out until `triage resume`; mails are still taken in and kept."""
    from triage.cli.cases import pause_service

    _end(asyncio.run(pause_service(config, because)))


@app.command()
def resume(config: RequiredConfig = HERE) -> None:
    """Go on after `triage pause`, with all that has come meanwhile."""
    from triage.cli.cases import resume_service

    _end(asyncio.run(resume_service(config)))


@app.command()
def read(
    files: Annotated[list[str], typer.Argument(help="Mails as files; - for standard input.", metavar="FILE...")],
    json: JsonOption = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Which pattern matched where.")] = False,
    config: ConfigOption = None,
) -> None:
    """What does this mail say? No network."""
    from triage.cli.read import read_files

    _end(asyncio.run(read_files(files, as_json=json, verbose=verbose, config=config)))


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...", show_default=False)] = None,
    file: Annotated[
        str | None, typer.Option("--from", help="A file with a name a line; - for standard input.", show_default=False)
    ] = None,
    provider: Annotated[str | None, typer.Option(help="The host that renews: xserver, cpanel …")] = None,
    since: Annotated[str | None, typer.Option(help="A certificate that began after this date is the renewal.")] = None,
    from_error: Annotated[str | None, typer.Option(help="What the CA or the host said, word for word.")] = None,
    json: JsonOption = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Every question and its answer.")] = False,
    ct: Annotated[bool, typer.Option("--ct", help="Ask the certificate logs (crt.sh), too.")] = False,
    lang: LanguageOption = None,
    config: ConfigOption = None,
) -> None:
    """Would this name's certificate be renewed now, and if not, why?"""
    from triage.cli.check import Wish, check_names

    wish = Wish(
        names=tuple(names or ()),
        file=file,
        provider=provider,
        since=since,
        from_error=from_error,
        as_json=json,
        verbose=verbose,
        logs=ct,
        language=lang,
        config=config,
    )
    _end(asyncio.run(check_names(wish)))


@app.command()
def explain(
    file: Annotated[str, typer.Argument(help="A mail; - for standard input.", metavar="FILE")],
    lang: LanguageOption = None,
    html: Annotated[Path | None, typer.Option(help="Write the HTML of the note here, too.")] = None,
    config: ConfigOption = None,
) -> None:
    """The note that would be sent for this mail. Asks the network, sends nothing."""
    from triage.cli.explain import explain_file

    _end(asyncio.run(explain_file(file, language=lang, html=html, config=config)))


@app.command()
def doctor(config: RequiredConfig = HERE) -> None:
    """Is this installation able to do its work? Says how to mend what is not."""
    from triage.cli.doctor import examine

    _end(asyncio.run(examine(config)))


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the replies and the page are written.")] = Path("demo-out"),
) -> None:
    """The whole job on sample mails and a simulated internet. Nothing configured, nothing sent."""
    from triage.cli.demo import show

    _end(asyncio.run(show(folder)))


@cases.command("list")
def cases_list(config: RequiredConfig = HERE, json: JsonOption = False) -> None:
    """Open cases, the most urgent first; then every mail and what became of it, the newest first."""
    from triage.cli.cases import list_cases

    _end(asyncio.run(list_cases(config, as_json=json)))


@cases.command("show")
def cases_show(number: NumberArgument, config: RequiredConfig = HERE) -> None:
    """The whole story of a mail or a case, with its evidence."""
    from triage.cli.cases import show_case

    _end(asyncio.run(show_case(config, number)))


@cases.command("recheck")
def cases_recheck(number: NumberArgument, config: RequiredConfig = HERE) -> None:
    """Look again now; its owner gets a note where there is something new."""
    from triage.cli.cases import recheck

    _end(asyncio.run(recheck(config, number)))


@cases.command("replay")
def cases_replay(number: NumberArgument, config: RequiredConfig = HERE) -> None:
    """Work again on a mail that was held, dropped or set aside."""
    from triage.cli.cases import replay

    _end(asyncio.run(replay(config, number)))


@cases.command("close")
def cases_close(number: NumberArgument, config: RequiredConfig = HERE) -> None:
    """Be done with a case or a held mail; notes that wait for approval do not go out."""
    from triage.cli.cases import close

    _end(asyncio.run(close(config, number)))


@cases.command("release")
def cases_release(number: NumberArgument, config: RequiredConfig = HERE) -> None:
    """Let the notes go out that wait for approval (policy.mode = "approve")."""
    from triage.cli.cases import release

    _end(asyncio.run(release(config, number)))


@cases.command("forget")
def cases_forget(address: Annotated[str, typer.Argument(metavar="ADDRESS")], config: RequiredConfig = HERE) -> None:
    """Delete all that is kept about one mail address."""
    from triage.cli.cases import forget

    _end(asyncio.run(forget(config, address)))


@cases.command("digest")
def cases_digest(config: RequiredConfig = HERE) -> None:
    """What waits for a person, as the operator's daily mail tells it."""
    from triage.cli.cases import digest

    _end(asyncio.run(digest(config)))


@ledger.command("backup")
def ledger_backup(
    file: Annotated[Path, typer.Argument(help="Where the copy is written.", metavar="FILE")],
    config: RequiredConfig = HERE,
) -> None:
    """Copy the ledger, also while the service is at work."""
    from triage.cli.ledger import back_up

    _end(back_up(config, file))


@ledger.command("restore")
def ledger_restore(
    file: Annotated[Path, typer.Argument(help="What a backup was written to.", metavar="FILE")],
    config: RequiredConfig = HERE,
) -> None:
    """Put a backup in the ledger's place; the service must be stopped."""
    from triage.cli.ledger import restore

    _end(restore(config, file))


@ledger.command("downgrade")
def ledger_downgrade(
    schema: Annotated[str, typer.Argument(help="The number that the older version knows.", metavar="SCHEMA")],
    config: RequiredConfig = HERE,
) -> None:
    """Give the tables the shape that an older version knows, before that one is installed again."""
    from triage.cli.ledger import downgrade

    _end(downgrade(config, schema))


@rules.command("list")
def rules_list(config: ConfigOption = None) -> None:
    """The hosts whose mails are known, and the causes that are told apart."""
    from triage.cli.rules import list_rules

    _end(list_rules(config))


@rules.command("check")
def rules_check(
    folder: Annotated[Path | None, typer.Argument(help="A folder of rules of your own.", show_default=False)] = None,
    config: ConfigOption = None,
) -> None:
    """What is missing in the rules, or too loose; in words."""
    from triage.cli.rules import check_folder

    _end(check_folder(folder, config))


@rules.command("new")
def rules_new(
    name: Annotated[str, typer.Argument(help="What the provider shall be called: lower case.", metavar="NAME")],
    mail: Annotated[str, typer.Option("--from", help="A mail of it; - for standard input.", metavar="FILE")],
    into: Annotated[Path, typer.Option(help="The folder of rules of your own.")] = Path("rules"),
    config: ConfigOption = None,
) -> None:
    """A folder with a rule to finish, and the mail as a sample without people and domains."""
    from triage.cli.rules import new_folder

    _end(new_folder(name, mail, into, config))


def main() -> None:
    """The command `triage`: every trouble ends as one line, a hint, and an exit code."""
    try:
        app()
    except Trouble as trouble:
        say_trouble(trouble)
        sys.exit(Exit.COULD_NOT_WORK)
    except BrokenPipeError:
        # Somebody downstream (`| head`) has seen enough; Python must not complain about it once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.DONE)


def _end(code: Exit) -> None:
    if code is not Exit.DONE:
        raise typer.Exit(int(code))


__all__ = ["main"]
