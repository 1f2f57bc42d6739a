"""Backups on the local stack: exported from one set of tables, restored into another."""

import pytest
from backup_suite import BackupSuite

pytestmark = pytest.mark.stack


class TestBackup(BackupSuite):
    @pytest.fixture
    def pair(self, stack_pair):
        return stack_pair
