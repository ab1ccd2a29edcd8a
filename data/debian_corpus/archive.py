"""Fetches indices and packages from the archive that this machine's apt is set up for.

Root is not needed and nothing is installed: apt gets folders of its own for lists and packages.
"""

import glob
import os
import shutil
import subprocess
from typing import NamedTuple, Optional


class ArchiveUnreachable(Exception):
    """There is no apt here, or it could fetch nothing."""


class NoTranslation(Exception):
    """The archive is in reach but has no descriptions in the language."""


class Archive(NamedTuple):
    """`work` holds what was fetched, so that a second run fetches nothing twice."""
    work: str
    language: str

    def _run(self, command: list[str], folder: Optional[str] = None) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=folder, text=True, errors='replace',
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)

    def _apt(self, *arguments: str, folder: Optional[str] = None) -> subprocess.CompletedProcess:
        options = {
            'Dir::State::Lists': os.path.join(self.work, 'lists'),
            'Dir::Cache': os.path.join(self.work, 'cache'),
            'Acquire::Languages': 'en,' + self.language,  # container images often turn these off
            'Acquire::GzipIndexes': 'false',
            'Acquire::Retries': '1',
            'Acquire::http::Timeout': '30',
            'Acquire::https::Timeout': '30',
            'Debug::NoLocking': 'true',
        }
        if os.geteuid() == 0:
            options['APT::Sandbox::User'] = 'root'  # its own user may not write here
        flags = [part for key, value in options.items() for part in ('-o', f'{key}={value}')]
        return self._run(['apt-get', '-q', *flags, *arguments], folder)

    def _indices(self) -> list[tuple[str, str]]:
        """(English, translated) description indices that were fetched."""
        found = []
        for target in sorted(glob.glob(
                os.path.join(self.work, 'lists', '*_i18n_Translation-' + self.language))):
            source = target[:-len(self.language)] + 'en'
            if os.path.exists(source) and os.path.getsize(source) and os.path.getsize(target):
                found.append((source, target))
        return found

    def descriptions(self) -> list[tuple[str, str]]:
        """Paths of (English, translated) description indices.

        Raises ArchiveUnreachable or NoTranslation."""
        for tool in ('apt-get', 'dpkg-deb'):
            if shutil.which(tool) is None:
                raise ArchiveUnreachable(f'{tool} is not on this machine')
        for folder in ('lists/partial', 'cache/archives/partial', 'packages', 'trees'):
            os.makedirs(os.path.join(self.work, folder), exist_ok=True)
        result = self._apt('update')
        indices = self._indices()
        if indices:
            return indices
        if glob.glob(os.path.join(self.work, 'lists', '*_i18n_Translation-en')):
            raise NoTranslation(f"no package descriptions in language '{self.language}'")
        errors = [line for line in result.stdout.splitlines() if line.startswith(('E:', 'W:'))]
        raise ArchiveUnreachable(errors[0] if errors else 'apt-get update fetched nothing')

    def unpacked(self, package: str) -> Optional[str]:
        """The folder with the contents of `package`; None if the archive does not have it."""
        packages = os.path.join(self.work, 'packages')
        pattern = os.path.join(packages, package + '_*.deb')
        if not glob.glob(pattern):
            self._apt('download', package, folder=packages)
        files = glob.glob(pattern)
        if not files:
            return None
        tree = os.path.join(self.work, 'trees', package)
        if self._run(['dpkg-deb', '-x', files[0], tree]).returncode != 0:
            os.remove(files[0])  # cut short, perhaps: the next run fetches it again
            return None
        return tree
