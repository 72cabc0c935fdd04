"""`iop.py up`: everything a center needs on one machine, watched until somebody stops it or a part of it ends."""

import hashlib
import os
import signal
import socket
import subprocess
import time
from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path

from backend.servers.commands import migrate, serving_packages
from backend.servers.console import Steps, TroubleError, say
from backend.servers.installation import Installation, data_folder
from backend.servers.packages import ensure
from backend.servers.processes import last_lines, tethered
from backend.servers.programs import Program, listen, programs
from backend.servers.sharing import ROOT

STEPS = 8


def interrupt(*_: object) -> None:
    """A polite kill and a closed terminal end `up` as Ctrl-C does."""
    raise KeyboardInterrupt


@dataclass
class Up:
    """One run of `up`: what it joined and started, in order."""

    demo: bool
    port: int | None
    steps: Steps
    installation: Installation = field(init=False)
    listener: socket.socket = field(init=False)
    programs: list[Program] = field(default_factory=list)
    closing: str = ""

    def run(self) -> int:
        """Start everything, watch, stop everything; 1 when a part ended by itself."""
        self._prepare()
        try:
            self._serve()
            print(self.closing, flush=True)
            ended = self._watch()
        except KeyboardInterrupt:
            ended = ""
        finally:
            self._stop()
        if ended:
            message = f"{ended}; everything else was stopped"
            raise TroubleError(message)
        return 0

    def _prepare(self) -> None:
        """The port first: whoever asked for a taken one should not wait to hear it."""
        self.listener, note = listen(self.port)
        if note:
            say(note)
        data = data_folder()
        with self.steps.step("Packages") as step:
            python, how = ensure(data, serving_packages())
            step.title = f"Packages {how}"
        address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.installation = Installation(data, python, address=address)

    def _serve(self) -> None:
        for name, title in (("postgres", "PostgreSQL"), ("valkey", "Valkey")):
            with self.steps.step(title) as step:
                server = self.installation.join(name)
                where = f"on 127.0.0.1:{server.port}{'' if server.started else ', already running'}" if server else ""
                step.title = f"{server.title} {where}" if server else f"{title} of your own"
                step.note = server.note if server else ""
        with self.steps.step("Tables") as step:
            step.title = "Tables brought up to date" if migrate(self.installation) else "Tables as they were"
            self._collect_static()
        if self.demo:
            with self.steps.step("Sample center"):
                self.closing = self._django("demo", "--base-url", self.installation.address)
        self.closing += self._addresses(self.installation.address)
        self.programs = programs(self.installation, self.listener, demo=self.demo)
        self.listener.close()
        for program in self.programs:
            with self.steps.step(program.title) as step:
                program.wait_until_ready()
                step.title = program.ready_title

    def _django(self, *arguments: str) -> str:
        """Run a management command to its end and give back what it printed; its progress goes straight through."""
        command = tethered([self.installation.python, "-m", "django", *arguments], stop=signal.SIGTERM)
        environment = self.installation.command_environment() | {"IOP_DEMO": "1"}
        answer = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
        if answer.returncode != 0:
            message = f"`manage {arguments[0]}` failed; what it said stands above"
            raise TroubleError(message)
        return answer.stdout

    def _collect_static(self) -> None:
        """Gather the files of the admin and the docs page, once for every set of pins and of files of our own."""
        mark = self.installation.data / "static" / ".pins"
        sources = [ROOT / "requirements.txt", *sorted(ROOT.glob("*/static/**/*.*"))]
        made_of = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
        if mark.exists() and mark.read_text(encoding="utf-8") == made_of:
            return
        self._django("collectstatic", "--no-input", "-v", "0")
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(made_of, encoding="utf-8")

    def _addresses(self, address: str) -> str:
        data = self.installation.data
        lines = [
            "",
            f"  API and its documentation  {address}/api/docs/",
            f"  Admin                      {address}/admin/",
            f"  Mailbox (e-mail and texts) {relative(data / 'mailbox')}",
        ]
        # The sample center's tour begins with the same addresses.
        lines = [""] if self.demo else lines
        lines += [f"  Logs                       {relative(data / 'logs')}", "  Ctrl-C stops everything."]
        return "\n".join(lines)

    def _watch(self) -> str:
        """Until something ends: what it was, with the end of its log."""
        while True:
            time.sleep(0.5)
            for program in self.programs:
                if program.process.poll() is not None:
                    return f"{program.title} has ended; {program.log} ends with:\n{last_lines(program.log)}\n"
            for server in self.installation.servers.values():
                if not server.alive:
                    return f"{server.title} has ended"

    def _stop(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if self.programs:
            say("Stopping …")
        for program in self.programs:
            program.ask_to_stop()
        for program in self.programs:
            program.stop()
        self.installation.leave()


def relative(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def up(options: Namespace) -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    return Up(demo=not options.no_demo, port=options.port, steps=Steps(STEPS - bool(options.no_demo))).run()
