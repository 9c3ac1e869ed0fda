"""Two hundred ways to ask for what lies outside: as they stand in the address, before decoding."""

import os
import socket
from contextlib import chdir
from itertools import product

OUTSIDE = "OUTSIDE-OF-EVERYTHING"
UPS = [
    "..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae",
    "..%00", "..%0a", "...", "....", "..;", "%EF%BC%8E%EF%BC%8E", "%E2%80%A5", "..%20",
    "%uff0e%uff0e", "..%ff",
]  # fmt: skip
SLASHES = ["/", "%2f", "%5c", "%252f", "%c0%af", "//", "/./", "%EF%BC%8F"]
OTHERS = [
    "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "%252fetc%252fpasswd", "///etc/passwd",
    "//proc/self/root/etc/passwd", "/proc/self/environ", "%2fproc%2fself%2fcmdline",
    "proc/self/root/etc/passwd", "/dev/zero", "%2fdev%2fstdin", "/dev/fd/0", "output/../../..",
    "file:///etc/passwd", "file:%2f%2f%2fetc%2fpasswd", "http://127.0.0.1/", "~/.ssh/id_rsa",
    "~root/.bashrc", "C:%5cwindows%5cwin.ini", "C:/windows/win.ini", "%5c%5chost%5cshare",
    "..%5c..%5csecret.txt", "secret.txt%23", "%23/../secret.txt", "output;/../secret.txt",
    "output/plain.txt%00.png", "%00", "%00/etc/passwd", "output%00/../../secret.txt", "%0d%0a",
    "output/%0d%0aSet-Cookie:%20a=b", "%20/", ".", "./", "%2e", "./output/../../secret.txt",
    "output/./../../secret.txt", "output/%2e%2e/%2e%2e/secret.txt", "output//..//..//secret.txt",
    "a" * 5000, "/".join("a" * 300), "%ff%fe", "%f0%9f%98%80", "%ed%a0%80", "%c3%28", "..%u2215",
    "%E2%80%AE..", "output/%E2%88%95..", "-", "--help", "*", "?", "%3f", "[a-z]", "{a,b}", "$HOME",
    "%24%7bHOME%7d", "`id`", "|id", ";id", "%26id", "'", "%22", "<script>", "%3cscript%3e",
    ".git/config", ".env", ".hidden", "output/.hidden", "metadata.json/", "output/plain.txt/",
    "output/plain.txt/..", "output/plain.txt/../../../secret.txt",
    # what stands in the run's directory and leads or is elsewhere
    "link", "link-to-folder/secret.txt", "link-to-folder", "link-up", "link-up/secret.txt", "loop",
    "loop/secret.txt", "dangling", "fifo", "socket", "device", "proc/self/environ", "proc",
    "output/link", "output/link-up/../secret.txt", "link-to-hidden", "link-to-proc",
]  # fmt: skip


def strings():
    """Each once, in a fixed order."""
    made = [slash.join([up, up, up, "secret.txt"]) for up, slash in product(UPS, SLASHES)]
    return list(dict.fromkeys([*made, *OTHERS]))


def lay_traps(directory, outside):
    """Fills a run's directory with what leads out of it; `outside` is a folder with a secret."""
    (outside / "secret.txt").write_text(OUTSIDE)
    output = directory / "output"
    output.mkdir(parents=True, exist_ok=True)
    (output / "plain.txt").write_text("harmless")
    (output / ".hidden").write_text(OUTSIDE)
    (directory / ".hidden").write_text(OUTSIDE)
    for name, target in {
        "link": outside / "secret.txt",
        "link-to-folder": outside,
        "link-up": "..",
        "loop": "loop",
        "dangling": outside / "nothing",
        "link-to-hidden": ".hidden",
        "link-to-proc": "/proc/self/environ",
        "proc": "/proc",
        "device": "/dev/zero",
        "output/link": outside / "secret.txt",
        "output/link-up": "../..",
    }.items():
        (directory / name).symlink_to(target)
    os.mkfifo(directory / "fifo")
    with socket.socket(socket.AF_UNIX) as listening, chdir(directory):
        # a socket's path is at most 108 bytes, so by way of where it is
        listening.bind("socket")
