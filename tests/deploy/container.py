"""Runs a program as a container's runtime would, and becomes it: its own root, a user without rights, no capability, and none to be
gained. Of what a runtime does, the filter of system calls (seccomp) and the limits (cgroups) are missing.

Usage: python container.py ROOT UID GID GROUP PROGRAM [ARGUMENT…]     as root; the environment is handed on
"""

import ctypes
import os
import sys

PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38


def become(root, user, group, more, command):
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as last:
        capabilities = range(int(last.read()) + 1)
    os.chroot(root)
    os.chdir("/")
    for capability in capabilities:
        if prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), f"capability {capability} cannot be dropped")
    os.setgroups([more])
    os.setresgid(group, group, group)
    # The user's other capabilities go with the last identity of root.
    os.setresuid(user, user, user)
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs cannot be set")
    os.execve(command[0], command, os.environ)


if __name__ == "__main__":
    become(sys.argv[1], *(int(number) for number in sys.argv[2:5]), sys.argv[5:])
