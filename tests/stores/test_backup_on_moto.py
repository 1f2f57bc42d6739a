"""Backups on moto: the whole suite, and an export that breaks off at every step."""

from dataclasses import replace

import pytest
from backup_suite import LATER, BackupCornersSuite, BackupSuite, Pair, fill

from chalicelib.ports import Unavailable
from infra.backup import Export, export
from infra.restore import restore


class OnMoto:
    @pytest.fixture
    def pair(self, moto_pair):
        return moto_pair


class TestBackup(OnMoto, BackupSuite):
    pass


class TestCorners(OnMoto, BackupCornersSuite):
    pass


class TestBrokenOff(OnMoto, Pair):
    def test_an_export_that_breaks_off_anywhere_goes_on_by_its_name(self, source, target, asked):
        keys = fill(source.ports)
        broken = 0
        for step in range(99):
            small = Export(stage=source.stage, name="e1", now=LATER, page=4, part=1)
            breaking = replace(source.stage, clients=Breaking(source.stage.clients, after=step % 4 + 1))
            try:
                export(replace(small, stage=breaking))
            except Unavailable:
                broken += 1
                continue
            break
        made = export(small)

        told = restore(asked, LATER)

        assert broken > 3
        assert len(made["tables"]["ContactsTable"]["parts"]) == 3
        assert told.wrong == []
        assert target.ports.contacts.get(keys["ann"]) == source.ports.contacts.get(keys["ann"])


class Breaking:
    """Clients whose object storage takes so many objects and then breaks off."""

    def __init__(self, clients, after):
        self._clients, self._left = clients, [after]

    def __call__(self, service, **options):
        made = self._clients(service, **options)
        return _Breaking(made, self._left) if service == "s3" else made


class _Breaking:
    def __init__(self, client, left):
        self._client, self._left = client, left

    def __getattr__(self, name):
        return getattr(self._client, name)

    def put_object(self, **asked):
        if not self._left[0]:
            raise Unavailable("broken off")
        self._left[0] -= 1
        return self._client.put_object(**asked)
