"""Become a server: end with the launcher, give up root, then run the program that is named.

Run as a script: child.py PARENT SIGNAL UID GID PROGRAM ARGUMENT…  (UID and GID 0: stay).
It imports nothing of ours, because after giving up root our files may be out of reach.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    parent, death_signal, uid, gid = (int(argument) for argument in arguments[:4])
    program = arguments[4:]
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if uid:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.umask(0o077)
    # After the change of user, which would clear it.
    if libc:
        libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("The launcher has gone.")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        os.execv(program[0], program)
    except OSError as error:
        sys.exit(f"{program[0]} cannot be run: {error.strerror}.")


if __name__ == "__main__":
    main(sys.argv[1:])
