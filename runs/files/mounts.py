"""Which file systems say nothing of what another host writes to them."""

from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
REMOTE = {
    "9p", "afs", "beegfs", "ceph", "cifs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4",
    "pvfs2", "smb3", "smbfs", "vboxsf", "virtiofs", "wekafs",
}  # fmt: skip


def is_remote(path: Path) -> bool:
    """Whether `path` lies on a network or user-space file system; False where nobody knows."""
    try:
        table = MOUNTS.read_text(errors="surrogateescape")
    except OSError:
        return False
    mounts = [line.split(" ")[1:3] for line in table.splitlines()]
    over = [(point, kind) for point, kind in map(_unescaped, mounts) if path.is_relative_to(point)]
    # Of two mounts on one point the later covers the earlier.
    deepest = max(enumerate(over), key=lambda item: (len(item[1][0]), item[0]), default=None)
    return deepest is not None and is_remote_type(deepest[1][1])


def is_remote_type(kind: str) -> bool:
    return kind in REMOTE or kind.startswith("fuse")


def _unescaped(mount: list[str]) -> tuple[str, str]:
    """The kernel writes blanks in names as three octal digits."""
    point, kind = mount
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, char)
    return point, kind
