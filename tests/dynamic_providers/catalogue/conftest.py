import pytest

pytest.register_assert_rewrite("tests.dynamic_providers.catalogue.course")
