"""The local mailbox as something to read: texts of the sandbox and e-mails of the file backend, the newest last."""

import datetime as dt
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from reminders.channels import mail
from reminders.channels.sandbox import SandboxSms


@dataclass(frozen=True, slots=True, order=True)
class Letter:
    """One message in the mailbox; `at` is when it was written, in UTC."""

    at: dt.datetime
    kind: str
    way: str
    subject: str
    body: str
    state: str = ""

    def __str__(self) -> str:
        """Two lines for a terminal: what, when and where to; then the words."""
        head = " ".join(part for part in (f"{self.at:%Y-%m-%d %H:%M:%S}Z", self.kind, self.way, self.state) if part)
        subject = f"{self.subject}\n    " if self.subject else ""
        body = self.body.replace("\n", "\n    ")
        return f"{head}\n    {subject}{body}\n"


def letters() -> list[Letter]:
    """Everything in the mailbox."""
    return sorted([*_texts(), *_mails()])


def _texts() -> list[Letter]:
    return [
        Letter(
            at=dt.datetime.fromisoformat(line["at"]).astimezone(dt.UTC),
            kind="text",
            way=f"to {line['to']}" if "to" in line else f"from {line['from']}",
            subject="",
            body=line["body"],
            state=line.get("state", ""),
        )
        for line in SandboxSms().messages()
    ]


def _mails() -> list[Letter]:
    return [
        Letter(
            at=parsedate_to_datetime(str(each["Date"])).astimezone(dt.UTC),
            kind="e-mail",
            way=f"to {each['To']}, from {each['From']}",
            subject=str(each["Subject"]),
            body=each.get_content().strip(),
        )
        for each in mail.stored()
        if not each.is_multipart()
    ]
