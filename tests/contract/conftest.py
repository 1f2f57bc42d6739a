"""Lets the shared suites explain their failed assertions as the test files do."""

import pytest

for suite in ("channel_contract", "signed_contract", "sending_contract", "meta_side"):
    pytest.register_assert_rewrite(f"tests.contract.{suite}")
