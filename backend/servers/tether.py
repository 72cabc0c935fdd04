"""Becomes another program, as another user if asked, that the kernel signals as soon as its parent is gone.

Run as a script: `tether.py SIGNAL PARENT_PID UID:GID|- PROGRAM [ARGUMENT...]`. A script rather than a hook between fork
and exec, because such hooks are unsafe beside threads. The signal is asked for after the switch of user, which would
clear it.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def main(arguments: list[str]) -> int:
    signal_number, parent, account, *command = arguments
    libc = ctypes.CDLL(None, use_errno=True)
    if account != "-":
        uid, gid = account.split(":")
        become(int(uid), int(gid))
    # Only Linux has this; elsewhere the keeper's own watch is what ends the program.
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != int(parent):
        return 1
    try:
        os.execvp(command[0], command)
    except OSError as trouble:
        sys.stderr.write(f"{command[0]}: {trouble.strerror}\n")
    return 126


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
