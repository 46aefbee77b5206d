"""Give the small library, built once a session."""

from collections.abc import Iterator

import pytest

from handlers.cases import Library
from tests.handlers import shelf


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    statutes = shelf.statutes(tmp_path_factory.mktemp("shelf"))
    yield Library(shelf.TOPICS, statutes)
    statutes.close()
