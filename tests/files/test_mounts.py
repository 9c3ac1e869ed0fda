from pathlib import Path

import pytest

from runs.files.mounts import is_remote, is_remote_type


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "lustre", "fuse.sshfs", "fuse", "9p"])
def test_it_knows_file_systems_of_other_hosts(kind):
    assert is_remote_type(kind)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "tmpfs", "overlay", "btrfs", "zfs"])
def test_it_knows_local_file_systems(kind):
    assert not is_remote_type(kind)


def test_it_takes_the_kernels_own_for_local():
    assert not is_remote(Path("/proc/self/status"))
