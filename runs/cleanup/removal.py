"""Remove a tree for good: counted, stoppable between two files, and safe to begin again."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

DEEPEST = 400
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class Removal:
    """`files` and `size_bytes` are what is gone; a file with another name elsewhere frees nothing.

    Works on open directories, so that nobody can lead it out of the trash by a symlink set at
    the right moment. `fault` is the last reason why something stayed.
    """

    def __init__(self, is_stopped: Callable[[], bool] = lambda: False) -> None:
        self.is_stopped = is_stopped
        self.files = 0
        self.size_bytes = 0
        self.fault = ""

    def remove(self, directory: Path) -> bool:
        """Whether it is all gone; nothing there counts as gone."""
        try:
            folder = os.open(directory, FOLDER)
        except FileNotFoundError:
            return True
        except OSError as error:
            return self.failed(error)
        try:
            emptied = self.empty(folder, 0)
        finally:
            os.close(folder)
        return emptied and self.drop(directory.name, directory.parent)

    def drop(self, name: str, parent: Path) -> bool:
        try:
            (parent / name).rmdir()
        except FileNotFoundError:
            return True
        except OSError as error:
            return self.failed(error)
        return True

    def empty(self, folder: int, depth: int) -> bool:
        if depth > DEEPEST:
            self.fault = f"nested deeper than {DEEPEST} directories"
            return False
        try:
            folders = self.unlink_files(folder)
        except OSError as error:
            return self.failed(error)
        gone = [self.empty_child(folder, name, depth) for name in folders]
        return all(gone) and not self.is_stopped()

    def unlink_files(self, folder: int) -> list[str]:
        """Removes the files of an open directory and names the directories in it."""
        # what somebody wrote to be read alone is the owner's to remove all the same
        if not os.fstat(folder).st_mode & stat.S_IWUSR:
            os.fchmod(folder, stat.S_IRWXU)
        folders = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if self.is_stopped():
                    break
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                else:
                    self.unlink(entry, folder)
        return folders

    def unlink(self, entry: os.DirEntry[str], folder: int) -> None:
        try:
            found = entry.stat(follow_symlinks=False)
            os.unlink(entry.name, dir_fd=folder)
        except FileNotFoundError:
            return
        self.files += 1
        if found.st_nlink == 1:
            self.size_bytes += found.st_size

    def empty_child(self, folder: int, name: str, depth: int) -> bool:
        if self.is_stopped():
            return False
        try:
            child = os.open(name, FOLDER, dir_fd=folder)
            try:
                emptied = self.empty(child, depth + 1)
            finally:
                os.close(child)
            if emptied:
                os.rmdir(name, dir_fd=folder)
        except FileNotFoundError:
            return True
        except OSError as error:
            return self.failed(error)
        return emptied

    def failed(self, error: OSError) -> bool:
        self.fault = str(error.strerror or error)
        return False
